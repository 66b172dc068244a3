"""A control plane for tests: what it wants of a machine is in a file, and so are its reports.

usage: control-plane.py PORT FOLDER
FOLDER/ID.desired   the system that machine ID is to run, written by the test
FOLDER/ID.reports   what it reported, a JSON object a line
"""

import http.server
import json
import pathlib
import re
import sys

PORT = int(sys.argv[1])
FOLDER = pathlib.Path(sys.argv[2])
MACHINE = re.compile(r"/api/v1/machines/([a-z0-9-]+)/(desired-generation|report)")


class ControlPlane(http.server.BaseHTTPRequestHandler):
    """The calls of one machine."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        """What the machine is to run."""
        machine = self.machine("desired-generation")
        if machine is None:
            return
        desired = FOLDER / f"{machine}.desired"
        system = desired.read_text().strip() if desired.exists() else ""
        if system:
            self.answer(200, json.dumps({"hash": system, "poll_hint": 2}))
        else:
            self.answer(404)

    def do_POST(self):
        """What the machine says of itself."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        machine = self.machine("report")
        if machine is None:
            return
        with (FOLDER / f"{machine}.reports").open("a") as reports:
            reports.write(json.dumps(json.loads(body)) + "\n")
        self.answer(200)

    def machine(self, call):
        """The machine that calls, or None after an answer that there is no such call."""
        found = MACHINE.fullmatch(self.path)
        if found and found.group(2) == call:
            return found.group(1)
        self.answer(404)
        return None

    def answer(self, status, body=""):
        """Answers with that status and JSON."""
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body.encode())


http.server.ThreadingHTTPServer(("", PORT), ControlPlane).serve_forever()
