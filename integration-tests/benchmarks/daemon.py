#!/usr/bin/env python3
"""Start the daemon, let it come to rest, deploy a system, and leave what that took.

Of several systems only the last one counts, after another rest.

From the event (POST /v1/deploy on its socket) to the end of the fetch, as its log tells. The daemon
never applies (--dry-run), and its control plane does not answer. For bench.sh, which runs this in a
control group of its own; the processor time is that of all processes in it meanwhile.
"""

import argparse
import http.client
import json
import os
import pathlib
import queue
import signal
import socket
import subprocess
import sys
import threading
import time

REST_SECONDS = 3
LIMIT_SECONDS = 600


class SocketConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("localhost", timeout=30)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(30)
        self.sock.connect(self.path)


def group_cpu():
    """Of this control group, in seconds; None where it cannot be read."""
    own = [line[3:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
    for line in pathlib.Path("/proc/self/mounts").read_text().splitlines():
        _, where, kind, *_ = line.split()
        if kind == "cgroup2" and own:
            stat = pathlib.Path(where + own[0]) / "cpu.stat"
            if stat.exists():
                return int(dict(l.split() for l in stat.read_text().splitlines())["usage_usec"]) / 1e6
    return None


def peak_mib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0


def lines_of(stream):
    arrived = queue.Queue()

    def read():
        for line in stream:
            arrived.put((time.monotonic(), line))
        arrived.put((time.monotonic(), None))

    threading.Thread(target=read, daemon=True).start()
    return arrived


def await_line(arrived, wanted):
    seen = []
    end = time.monotonic() + LIMIT_SECONDS
    while True:
        at, line = arrived.get(timeout=max(0.1, end - time.monotonic()))
        if line is None:
            sys.exit("the daemon ended:\n" + "".join(seen))
        seen.append(line)
        if wanted(line):
            return at


def message(line):
    try:
        return json.loads(line).get("message", "")
    except ValueError:
        return ""


def deploy(control, path, cache, arrived):
    """Seconds from the event to the end of the fetch."""
    connection = SocketConnection(control)
    body = json.dumps({"hash": path, "cache_url": cache})
    began = time.monotonic()
    connection.request("POST", "/v1/deploy", body, {"Content-Type": "application/json"})
    answer = connection.getresponse()
    if answer.status != 202:
        sys.exit(f"the deployment was not taken: {answer.status} {answer.read()}")
    connection.close()
    return await_line(arrived, lambda line: message(line).startswith("reporting ")) - began


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    for option in ("--agent", "--folder", "--store", "--cache", "--trusted-public-key", "--results"):
        parser.add_argument(option, required=True)
    parser.add_argument("paths", nargs="+")
    args = parser.parse_args()
    control = os.path.join(args.folder, "control.sock")
    daemon = subprocess.Popen(
        [args.agent, "--control-plane-url", "http://127.0.0.1:9", "--allow-insecure", "--machine-id", "bench",
         "--store", args.store, "--db-path", os.path.join(args.folder, "state.db"), "--socket", control,
         "--trusted-public-key", args.trusted_public_key, "--dry-run"],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    try:
        arrived = lines_of(daemon.stderr)
        await_line(arrived, lambda line: "runs for machine" in message(line))
        for path in args.paths:
            time.sleep(REST_SECONDS)
            cpu = group_cpu()
            wall = deploy(control, path, args.cache, arrived)
            figures = {"wall_s": wall, "main_mib": peak_mib(daemon.pid)}
            if cpu is not None:
                figures["cpu_s"] = group_cpu() - cpu
        pathlib.Path(args.results).write_text(json.dumps(figures))
    finally:
        daemon.send_signal(signal.SIGTERM)
        try:
            daemon.wait(20)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


main()
