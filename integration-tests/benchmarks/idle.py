"""What the daemon costs when there is nothing to do; idle.sh says how to call it."""

import argparse
import http.server
import json
import os
import pathlib
import signal
import ssl
import statistics
import subprocess
import sys
import tempfile
import threading
import time

POLL_LIMIT = 30.0
STOP_LIMIT = 10.0


class ControlPlane:
    """Nothing is desired, every report is taken. Notes when polls come in."""

    def __init__(self, tls=None):
        self.polled = threading.Event()
        self.polls = 0
        self.reports = 0
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.polls += 1
                outer.polled.at = time.monotonic()
                outer.polled.set()
                self.answer(404, b'{"error":"nothing"}')

            def do_POST(self):
                self.rfile.read(int(self.headers.get("Content-Length", "0")))
                outer.reports += 1
                self.answer(200, b"")

            def answer(self, status, body):
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        class Server(http.server.ThreadingHTTPServer):
            daemon_threads = True

            def get_request(self):
                client, address = super().get_request()
                # The handshake is the handler thread's: do_handshake_on_connect is off.
                return (context.wrap_socket(client, server_side=True, do_handshake_on_connect=False)
                        if context else client), address

            def handle_error(self, *_):
                pass

        context = None
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls / "server.pem", tls / "server-key.pem")
            context.load_verify_locations(tls / "ca.pem")
            context.verify_mode = ssl.CERT_REQUIRED
        self.server = Server(("127.0.0.1", 0), Handler)
        self.url = f"{'https' if tls else 'http'}://localhost:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self):
        self.server.shutdown()
        self.server.server_close()


def make_certificates(folder):
    """An authority, a server's and a client's certificate, EC keys as fleets have them."""

    def openssl(*arguments):
        subprocess.run(["openssl", *arguments], check=True, cwd=folder, capture_output=True)

    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    openssl("req", "-x509", *key, "-keyout", "ca-key.pem", "-out", "ca.pem", "-days", "2",
            "-subj", "/CN=idle authority", "-addext", "basicConstraints=critical,CA:TRUE")
    for name, subject, extension in [
        ("server", "localhost", "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth"),
        ("client", "idle", "extendedKeyUsage=clientAuth"),
    ]:
        (folder / "extensions").write_text(extension + "\n")
        openssl("req", "-new", *key, "-keyout", f"{name}-key.pem", "-out", f"{name}.csr",
                "-subj", f"/CN={subject}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca-key.pem",
                "-CAcreateserial", "-days", "2", "-extfile", "extensions", "-out", f"{name}.pem")


class Agent:
    """One run of the packaged daemon, with a state and a socket of its own."""

    def __init__(self, package, url, tls, folder, environment, arguments):
        command = [str(package / "bin/nixfleet-agent"), "--control-plane-url", url,
                   "--machine-id", "idle", "--db-path", f"{folder}/state.db",
                   "--socket", f"{folder}/control.sock", *arguments]
        if tls:
            command += ["--ca-cert", f"{tls}/ca.pem", "--client-cert", f"{tls}/client.pem",
                        "--client-key", f"{tls}/client-key.pem"]
        else:
            command += ["--allow-insecure"]
        self.log = open(f"{folder}/log", "w+")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            command, env={"PATH": os.environ["PATH"], **environment},
            stdin=subprocess.DEVNULL, stdout=self.log, stderr=self.log)

    def await_poll(self, control_plane):
        """Seconds from the start of the launcher to the first poll, and processor seconds till then."""
        if not control_plane.polled.wait(POLL_LIMIT):
            self.log.seek(0)
            sys.exit(f"no poll within {POLL_LIMIT} s; the agent said:\n{self.log.read()}")
        return control_plane.polled.at - self.started, sum(self.cpu())

    def cpu(self):
        """Processor seconds of the agent itself, then those of the children it waited for."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        tick = os.sysconf("SC_CLK_TCK")
        return (int(fields[11]) + int(fields[12])) / tick, (int(fields[13]) + int(fields[14])) / tick

    def cpu_exact(self):
        """Nanosecond-exact time on processors of all threads that live now."""
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            total += int((task / "schedstat").read_text().split()[0])
        return total / 1e9

    def switches(self):
        total = 0
        for task in pathlib.Path(f"/proc/{self.process.pid}/task").iterdir():
            for line in (task / "status").read_text().splitlines():
                if "ctxt_switches" in line:
                    total += int(line.split()[1])
        return total

    def resident(self):
        """In MiB."""
        pages = pathlib.Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGESIZE") / 2**20

    def memory(self):
        """Rss, Pss and the rest of smaps_rollup, in MiB."""
        lines = pathlib.Path(f"/proc/{self.process.pid}/smaps_rollup").read_text().splitlines()[1:]
        return {line.split(":")[0]: int(line.split()[1]) / 1024 for line in lines}

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_LIMIT)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.log.close()


def measure(options, environment, tls):
    starts = []
    with tempfile.TemporaryDirectory(prefix="nixfleet-idle-") as name:
        folder = pathlib.Path(name)
        for run in range(options.starts + 2):
            control_plane = ControlPlane(tls)
            agent = Agent(options.package, control_plane.url, tls, folder, environment, options.argument)
            try:
                took = agent.await_poll(control_plane)
            finally:
                agent.stop()
                control_plane.close()
            # The first ones bring the package into the page cache and make the database.
            if run >= 2:
                starts.append(took)
        seconds, cpu = zip(*starts)
        figures = {"first poll s, median": statistics.median(seconds),
                   "first poll s, least": min(seconds), "first poll s, most": max(seconds),
                   "CPU s to first poll, median": statistics.median(cpu)}
        if options.seconds:
            figures.update(idle(options, environment, tls, folder))
    return figures


def idle(options, environment, tls, folder):
    control_plane = ControlPlane(tls)
    agent = Agent(options.package, control_plane.url, tls, folder, environment, options.argument)
    try:
        agent.await_poll(control_plane)
        time.sleep(2)
        after_start = agent.memory()["Rss"]
        time.sleep(options.settle)
        before, exact, switches = agent.cpu(), agent.cpu_exact(), agent.switches()
        polls, began = control_plane.polls, time.monotonic()
        resident = []
        while time.monotonic() < began + options.seconds:
            resident.append(agent.resident())
            time.sleep(1)
        took = time.monotonic() - began
        after, memory = agent.cpu(), agent.memory()
        exact = agent.cpu_exact() - exact
        switches = agent.switches() - switches
        polls = control_plane.polls - polls
        if options.smaps:
            options.smaps.write_text(
                pathlib.Path(f"/proc/{agent.process.pid}/smaps").read_text())
        return {"RSS MiB after 2 s": after_start, "RSS MiB, median": statistics.median(resident),
                "RSS MiB, least": min(resident), "RSS MiB, most": max(resident),
                "anonymous MiB": memory["Anonymous"],
                "CPU %": 100 * max(exact, after[0] - before[0] - 0.01) / took,
                "CPU % of children": 100 * (after[1] - before[1]) / took,
                "wakeups/s": switches / took, "polls": polls, "reports": control_plane.reports}
    finally:
        agent.stop()
        control_plane.close()


def main():
    here = pathlib.Path(__file__).resolve().parent
    parser = argparse.ArgumentParser(prog="idle.sh", description=__doc__)
    parser.add_argument("--package", type=pathlib.Path,
                        default=here.parent.parent / "agent/target/nixfleet-agent")
    parser.add_argument("--starts", type=int, default=10, help="starts to be timed (10)")
    parser.add_argument("--settle", type=float, default=60, help="seconds before idleness is measured (60)")
    parser.add_argument("--seconds", type=float, default=120, help="seconds that are measured (120); 0: only starts")
    parser.add_argument("--over", choices=["http", "mtls", "both"], default="both")
    parser.add_argument("--java-opts", default="", help="NIXFLEET_JAVA_OPTS of the agent")
    parser.add_argument("--smaps", type=pathlib.Path, help="keep /proc/PID/smaps at the end in this file")
    parser.add_argument("--json", action="store_true", help="a line of JSON each, instead of a table")
    parser.add_argument("argument", nargs="*", help="more arguments of the daemon, after --")
    options = parser.parse_args()
    environment = {"NIXFLEET_JAVA_OPTS": options.java_opts} if options.java_opts else {}
    columns = {}
    with tempfile.TemporaryDirectory(prefix="nixfleet-idle-tls-") as certificates:
        make_certificates(pathlib.Path(certificates))
        for over in ["http", "mtls"] if options.over == "both" else [options.over]:
            tls = pathlib.Path(certificates) if over == "mtls" else None
            columns[over] = measure(options, environment, tls)
            if options.json:
                print(json.dumps({"over": over, **columns[over]}), flush=True)
    if not options.json:
        print("|  | " + " | ".join(columns) + " |")
        print("| --- |" + " --- |" * len(columns))
        for name in next(iter(columns.values())):
            values = [columns[over][name] for over in columns]
            print(f"| {name} | " + " | ".join(f"{value:.3g}" for value in values) + " |")


if __name__ == "__main__":
    main()
