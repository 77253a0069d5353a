"""A bad way to AWS: an HTTP proxy in front of it that answers some requests itself, as AWS does on a bad day, breaks
connections before or after the request was carried out, and lets bodies trickle. Seeded.

What cannot be told apart from never having happened, a lost answer, is kept from PutLogEvents: CloudWatch knows no
idempotence, and then one batch would rightly be there twice.
"""

import http.client
import http.server
import json
import random
import socket
import threading
import time
import urllib.parse

XML_ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>a bad day</Message></Error>'
TRICKLE_BYTES = 4096


class FaultProxy:
    def __init__(self, url, seed, rate=0.2):
        """A share `rate` of requests meets a fault."""
        target = urllib.parse.urlsplit(url)
        self.host, self.port = target.hostname, target.port
        self.random = random.Random(seed)
        self.lock = threading.Lock()
        self.rate = rate
        self.counts = {}
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def handle_one_request(self):
                try:
                    super().handle_one_request()
                except (ConnectionError, TimeoutError):
                    self.close_connection = True

            def forward(self):
                proxy.forward(self)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def choose(self, request):
        target = request.headers.get("X-Amz-Target", "")
        with self.lock:
            if self.random.random() >= self.rate:
                return "none"
            faults = ["error-500", "throttled", "expired-token", "reset-before", "slow-body"]
            if "PutLogEvents" not in target:
                faults.append("reset-after")
            fault = self.random.choice(faults)
            self.counts[fault] = self.counts.get(fault, 0) + 1
            return fault

    def forward(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        fault = self.choose(request)
        if fault == "reset-before":
            return self.reset(request)
        if fault in ("error-500", "throttled", "expired-token"):
            return self.refuse(request, fault)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(request.command, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if fault == "reset-after":
            return self.reset(request)
        request.send_response(answer.status)
        length = str(len(content))
        for name, value in answer.getheaders():
            if name.lower() == "content-length" and request.command == "HEAD":
                length = value
            elif name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                request.send_header(name, value)
        request.send_header("Content-Length", length)
        request.end_headers()
        if request.command == "HEAD":
            return
        if fault != "slow-body":
            request.wfile.write(content)
            return
        for at in range(0, len(content), TRICKLE_BYTES):
            request.wfile.write(content[at:at + TRICKLE_BYTES])
            time.sleep(0.01)

    def reset(self, request):
        request.close_connection = True
        # A closed socket with linger 0 says RST.
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        request.connection.close()

    def refuse(self, request, fault):
        is_json = "X-Amz-Target" in request.headers
        is_s3 = not is_json and request.command != "POST"
        status, code = {
            "error-500": (500, "InternalFailure" if is_json else "InternalError"),
            "throttled": (400, "ThrottlingException") if is_json else (503, "SlowDown" if is_s3 else "Throttling"),
            "expired-token": (400, "ExpiredTokenException" if is_json else "ExpiredToken"),
        }[fault]
        if is_json:
            content = json.dumps({"__type": code, "message": "a bad day"})
        elif is_s3:
            content = XML_ERROR.format(code=code)
        else:
            content = f"<ErrorResponse>{XML_ERROR.format(code=code).split('?>')[1]}</ErrorResponse>"
        content = b"" if request.command == "HEAD" else content.encode()
        request.send_response(status)
        request.send_header("Content-Type", "application/x-amz-json-1.1" if is_json else "application/xml")
        request.send_header("Content-Length", str(len(content)))
        request.end_headers()
        request.wfile.write(content)
