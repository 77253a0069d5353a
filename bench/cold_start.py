#!/usr/bin/env python3
"""How soon a new `headgate process --mode lambda` (HEADGATE, default build/release/headgate) is of use, as Lambda sees it: from the
start of the process to its first request for work, and to its answer that an object is delivered. The runtime API is played by
this program; store, tenants and ledger are directories and SQLite, so no AWS client and no TLS is in these figures. Prints the
medians as JSON lines."""

import gzip
import http.server
import json
import os
import pathlib
import statistics
import subprocess
import tempfile
import threading
import time

HEADGATE = os.environ.get("HEADGATE", "build/release/headgate")
RUNS = 21
RECORDS = 100


class Runtime(http.server.BaseHTTPRequestHandler):
    """Lambda's runtime API for one invocation."""
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.server.asked.append(time.monotonic())
        if len(self.server.asked) > 1:  # nothing more to do
            self.server.is_over.wait()
            return
        body = json.dumps(self.server.event).encode()
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", "request-1")
        self.send_header("Lambda-Runtime-Deadline-Ms", str(int(time.time() * 1000) + 60_000))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        self.server.answered = (time.monotonic(), self.path)
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()
        self.server.has_answer.set()

    def log_message(self, *_):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_):
        """The process is killed while it asks for more."""


def start_once(root, number):
    """Seconds to the first request, and to the answer."""
    key = f"cluster-1/tenant-a/web/web-1/20260101-000000-{number}.json.gz"
    path = root / "store/central" / key
    path.parent.mkdir(parents=True, exist_ok=True)
    record = json.dumps({"timestamp": "2026-01-01T00:00:00Z", "message": f"run {number} says hello"}) + "\n"
    path.write_bytes(gzip.compress(record.encode() * RECORDS))
    server = Server(("127.0.0.1", 0), Runtime)
    server.asked, server.answered = [], None
    server.has_answer, server.is_over = threading.Event(), threading.Event()
    server.event = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "eventTime": "2026-01-01T00:00:00Z",
                                 "s3": {"bucket": {"name": "central"}, "object": {"key": key, "size": path.stat().st_size}}}]}
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    environment = os.environ | {"AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{server.server_address[1]}"}
    began = time.monotonic()
    process = subprocess.Popen([HEADGATE, "process", "--mode=lambda", f"--local.root={root}", "--log.level=warn"], env=environment,
                               stdout=subprocess.DEVNULL)
    try:
        if not server.has_answer.wait(30) or not server.answered[1].endswith("/response"):
            raise SystemExit(f"cold_start: no object was delivered: {server.answered}")
        return server.asked[0] - began, server.answered[0] - began
    finally:
        process.kill()
        process.wait()
        server.is_over.set()
        server.shutdown()
        server.server_close()


def main():
    with tempfile.TemporaryDirectory(prefix="headgate-cold-start-") as name:
        root = pathlib.Path(name)
        row = "- { tenant_id: tenant-a, type: cloudwatch, enabled: true, log_group_name: /logs/tenant-a }\n"
        subprocess.run([HEADGATE, "tenant", "put", "--file=-", f"--local.root={root}"], input=row, text=True, check=True,
                       stdout=subprocess.DEVNULL)
        times = [start_once(root, number) for number in range(RUNS)]
        delivered = sum(path.read_text().count(" says hello") for path in (root / "delivered").rglob("*") if path.is_file())
        if delivered != RUNS * RECORDS:
            raise SystemExit(f"cold_start: {delivered} of {RUNS * RECORDS} records were delivered")
    for what, column in (("first_request", 0), ("delivered", 1)):
        seconds = statistics.median(run[column] for run in times)
        print(json.dumps({"name": f"process/cold_start_lambda_{what}", "value": round(seconds, 6), "unit": "s"}))


main()
