#!/usr/bin/env python3
"""Run one command and append what it cost to a file, as a line of JSON.

wall_s       seconds from its start to its end
cpu_s        of all its processes: from a control group of its own (cpu_from "cgroup"), else of those
             that were waited for (cpu_from "rusage")
main_mib     most resident memory of the process that was started, seen every 20 ms
largest_mib  most resident memory of any one of its processes
requests, received_mb    what the web server's access log gained, if one is named
"""

import argparse
import json
import os
import pathlib
import select
import signal
import sys
import time

SAMPLE_MS = 20
LAST_PROCESS_SECONDS = 10


class Group:
    """A control group (version 2) for one command, below our own."""

    def __init__(self, path):
        self.path = path

    @staticmethod
    def create():
        """None where there is no such hierarchy or it cannot be written."""
        mounts = [line.split() for line in pathlib.Path("/proc/self/mounts").read_text().splitlines()]
        own = [line[3:] for line in pathlib.Path("/proc/self/cgroup").read_text().splitlines() if line.startswith("0::")]
        for _, where, kind, *_ in mounts:
            if kind == "cgroup2" and own:
                group = Group(pathlib.Path(where + own[0]) / f"nixfleet-bench-{os.getpid()}")
                try:
                    group.path.mkdir()
                    group.cpu_seconds()
                    return group
                except OSError:
                    group.remove()
        return None

    def join(self):
        (self.path / "cgroup.procs").write_text("0")

    def processes(self):
        return (self.path / "cgroup.procs").read_text().split()

    def cpu_seconds(self):
        lines = (self.path / "cpu.stat").read_text().splitlines()
        return int(dict(line.split() for line in lines)["usage_usec"]) / 1e6

    def end(self):
        """Waits for processes that outlive the command, then kills them; whether none had to be."""
        deadline = time.monotonic() + LAST_PROCESS_SECONDS
        while self.processes():
            if time.monotonic() > deadline:
                self.kill()
                return False
            time.sleep(0.01)
        return True

    def kill(self):
        for process in self.processes():
            try:
                os.kill(int(process), signal.SIGKILL)
            except ProcessLookupError:
                pass

    def remove(self):
        deadline = time.monotonic() + LAST_PROCESS_SECONDS
        while self.path.is_dir():
            try:
                self.path.rmdir()
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.01)


def peak_kib(pid):
    """The most resident memory so far, or 0 once the process has ended."""
    try:
        for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1])
    except OSError:
        pass
    return 0


def start(command, output, group):
    pid = os.fork()
    if pid:
        return pid
    try:
        os.setsid()
        if group:
            group.join()
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 1)
        os.dup2(1, 2)
        # A shell starts background commands with this signal ignored; programs expect it is not.
        signal.signal(signal.SIGINT, signal.SIG_DFL)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def run(command, output, limit, group):
    began = time.monotonic()
    pid = start(command, output, group)
    main = largest = 0
    poll = select.poll()
    poll.register(os.pidfd_open(pid), select.POLLIN)
    try:
        while not poll.poll(SAMPLE_MS):
            main = max(main, peak_kib(pid))
            largest = max([largest, main] + [peak_kib(p) for p in (group.processes() if group else [])])
            if time.monotonic() - began > limit:
                raise TimeoutError(f"not done within {limit} s")
        wall = time.monotonic() - began
    except BaseException:
        os.killpg(pid, signal.SIGKILL)
        if group:
            group.kill()
        os.waitpid(pid, 0)
        raise
    _, status, usage = os.wait4(pid, 0)
    if group and not group.end():
        raise TimeoutError(f"processes lived on for more than {LAST_PROCESS_SECONDS} s")
    cpu = group.cpu_seconds() if group else usage.ru_utime + usage.ru_stime
    return os.waitstatus_to_exitcode(status), {
        "wall_s": wall,
        "cpu_s": cpu,
        "cpu_from": "cgroup" if group else "rusage",
        "main_mib": main / 1024,
        "largest_mib": max(largest, usage.ru_maxrss) / 1024,
    }


def requests_since(log, offset):
    """Of lines in nginx's usual format: client - user [time zone] "request" status bytes …"""
    with open(log, "rb") as file:
        file.seek(offset)
        lines = file.read().splitlines()
    received = sum(int(line.split(b'"')[2].split()[1]) for line in lines)
    return {"requests": len(lines), "received_mb": received / 1e6}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--results", required=True, help="the file that gets the line")
    parser.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="also in the line")
    parser.add_argument("--output", required=True, help="the file that gets what the command prints")
    parser.add_argument("--access-log", help="of the web server that serves the cache")
    parser.add_argument("--instead", help="figures that the command itself may have left, which count in place of ours")
    parser.add_argument("--limit", type=float, required=True, help="seconds until it is killed")
    parser.add_argument("command", nargs="+")
    args = parser.parse_args()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, _: sys.exit(128 + received))
    offset = os.path.getsize(args.access_log) if args.access_log else 0
    group = Group.create()
    try:
        code, figures = run(args.command, args.output, args.limit, group)
    except TimeoutError as error:
        sys.exit(f"{args.command[0]}: {error}")
    finally:
        if group:
            group.remove()
    if code:
        sys.exit(f"{args.command[0]} ended with exit code {code}")
    if args.access_log:
        figures |= requests_since(args.access_log, offset)
    if args.instead and os.path.exists(args.instead):
        figures |= json.loads(pathlib.Path(args.instead).read_text())
    with open(args.results, "a") as results:
        results.write(json.dumps(dict(pair.split("=", 1) for pair in args.set) | figures) + "\n")


main()
