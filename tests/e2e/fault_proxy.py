"""The way to AWS: an HTTP proxy in front of it that remembers who asked what, and on a bad day answers some requests itself,
as AWS then does, breaks connections before or after the request was carried out, lets bodies trickle, and declares sessions
expired.

What meets a fault follows from the seed, the service, the operation and how many times that was called, whichever thread
called: first each kind of fault that the operation can meet, two calls of three; then by chance. One batch to CloudWatch is
refused for longer.

What cannot be told apart from never having happened, a lost answer, is kept from PutLogEvents: CloudWatch knows no
idempotence, and then one batch would rightly be there twice.
"""

import gzip
import http.client
import http.server
import json
import random
import re
import socket
import threading
import time
import urllib.parse

XML_ERROR = '<?xml version="1.0"?><Error><Code>{code}</Code><Message>a bad day</Message></Error>'
PIECES = 20
SECONDS_BEFORE_A_PIECE = 0.1
# A session that expires is refused until there is another, for seconds: of each service one operation tries that out, and of
# S3 those that come by either of our sessions there, the worker's and the tenant's. A HEAD has no body that says why.
EXPIRING = {("s3", "HeadObject"), ("s3", "CopyObject"), ("sqs", "ReceiveMessage"), ("dynamodb", "UpdateItem"),
            ("logs", "PutLogEvents"), ("sts", "AssumeRole by a session")}
# The first batch that is not the first of its object is refused until the delivery gives up: another has to take up the object
# there. A delivery tries a call 4 times (Gate::Options), so that this ends one and is met by the next.
REFUSED_ON_END = 6
EVERYWHERE = ("error-500", "throttled", "reset-before", "reset-after", "expired-token")


def kinds_of(service, operation):
    """The faults an operation can meet, each of which it meets once before chance decides."""
    kinds = ["error-500", "throttled", "reset-before"]
    if operation != "PutLogEvents":
        kinds.append("reset-after")
    if operation == "GetObject":
        kinds.append("slow-body")
    if (service, operation) in EXPIRING:
        kinds.append("expired-token")
    return kinds


class Call:
    """Who asks what, read from the request as AWS reads it."""

    def __init__(self, request, body):
        credential = re.search(r"Credential=([^/]+)/[^/]+/([^/]+)/([^/]+)/", request.headers.get("Authorization", ""))
        self.key, self.region, self.service = credential.groups() if credential else ("", "", "")
        self.has_session = "X-Amz-Security-Token" in request.headers
        self.owner = request.headers.get("x-amz-expected-bucket-owner")
        self.method, self.path = request.command, urllib.parse.unquote(request.path)
        self.body = body
        self.form = {}
        self.operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if self.service == "sts":
            self.form = dict(urllib.parse.parse_qsl(body.decode()))
            self.operation = self.form["Action"] + (" by a session" if self.has_session else "")
        elif self.service == "s3":
            is_listing = "list-type" in request.path
            verb = "Copy" if "x-amz-copy-source" in request.headers else request.command.capitalize()
            self.operation = "ListObjects" if is_listing else verb + "Object"


class QuietHandler(http.server.BaseHTTPRequestHandler):
    """Keeps connections open, logs nothing, and takes a connection that the other end broke for the end of it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def handle_one_request(self):
        try:
            super().handle_one_request()
        except (ConnectionError, TimeoutError):
            self.close_connection = True


class FaultProxy:
    def __init__(self, url, seed=None, rate=0.1):
        """Without a seed it is a good day. Of calls past the first of each operation, a share `rate` meets a fault."""
        target = urllib.parse.urlsplit(url)
        self.host, self.port = target.hostname, target.port
        self.seed, self.rate = seed, rate
        self.lock = threading.Lock()
        self.numbers = {}  # (service, operation) -> calls so far
        self.counts = {}  # (service, kind of fault) -> how many
        self.calls = []  # every Call that was carried out
        self.first_messages = set()  # of every object that an agent has put
        self.refused_on_end = []  # the bodies of those of one batch
        self.sessions = {}  # access key -> the Call that got it, in the order they were given
        self.expired = {}  # access key -> how many calls by it were refused
        # Whether whoever asks dies at this moment, before the call is carried out or when it is done. A test may make it so,
        # or may wait here.
        self.dies = lambda call, is_done: False
        self.denies = lambda call: False  # whether AWS does not let it be done, on a good day too
        proxy = self

        class Handler(QuietHandler):
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

    def missed(self, services):
        """The (service, kind) of which there was none."""
        wanted = {(service, kind) for service in services for kind in EVERYWHERE}
        if "s3" in services:
            wanted.add(("s3", "slow-body"))
        return sorted(wanted - set(self.counts))

    def not_renewed(self):
        """The expired sessions that were used again though no other was taken in their place. One whose last call was the
        refused one was not needed again: the pipeline had ended."""
        given = list(self.sessions.items())

        def is_renewed(at, call):
            same = ("RoleArn", "RoleSessionName", "Policy")
            return any(all(call.form.get(name) == later.form.get(name) for name in same) for _, later in given[at + 1:])
        return [call.form for at, (key, call) in enumerate(given) if self.expired.get(key, 0) > 1 and not is_renewed(at, call)]

    def fault_of(self, service, operation, number):
        chance = random.Random(f"{self.seed} {service} {operation}")
        kinds = kinds_of(service, operation)
        chance.shuffle(kinds)
        scheduled = number // 3 * 2 + number % 3
        if scheduled < len(kinds):
            return "none" if number % 3 == 2 else kinds[scheduled]
        chance = random.Random(f"{self.seed} {service} {operation} {number}")
        kinds = [kind for kind in kinds if kind != "expired-token"]
        return chance.choice(kinds) if chance.random() < self.rate else "none"

    def choose(self, call):
        if self.denies(call):
            return "denied"
        if self.seed is None or not call.service:
            return "none"
        with self.lock:
            of = call.service, call.operation
            number = self.numbers.get(of, 0)
            self.numbers[of] = number + 1
            fault = self.fault_of(*of, number)
            if call.operation == "PutLogEvents" and self.is_refused_on_end(call):
                self.refused_on_end.append(call.body)
                fault = "error-500"
            if fault == "expired-token":
                assert call.key in self.sessions, (call.operation, "by keys that never expire")
                self.expired.setdefault(call.key, 0)
            if call.key in self.expired:
                self.expired[call.key] += 1
                fault = "expired-token"
            if fault != "none":
                self.counts[call.service, fault] = self.counts.get((call.service, fault), 0) + 1
            return fault

    def is_refused_on_end(self, call):
        if self.refused_on_end:
            return call.body == self.refused_on_end[0] and len(self.refused_on_end) < REFUSED_ON_END
        return json.loads(call.body)["logEvents"][0]["message"] not in self.first_messages

    def remember(self, call, content):
        with self.lock:
            self.calls.append(call)
            if call.operation == "PutObject" and not call.path.startswith("/logs-of-") and "/quarantine/" not in call.path:
                self.first_messages.add(json.loads(gzip.decompress(call.body).partition(b"\n")[0])["message"])
            if call.form.get("Action") == "AssumeRole":
                self.sessions[re.search(rb"<AccessKeyId>(\w+)<", content).group(1).decode()] = call

    def forward(self, request):
        body = request.rfile.read(int(request.headers.get("Content-Length") or 0))
        call = Call(request, body)
        fault = self.choose(call)
        if fault == "reset-before" or self.dies(call, False):
            return self.reset(request)
        if fault in ("error-500", "throttled", "expired-token", "denied"):
            return self.refuse(request, call, fault)
        connection = http.client.HTTPConnection(self.host, self.port, timeout=60)
        connection.request(request.command, request.path, body, dict(request.headers))
        answer = connection.getresponse()
        content = answer.read()
        connection.close()
        if answer.status < 300:
            self.remember(call, content)
        if fault == "reset-after" or self.dies(call, True):
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
        step = len(content) // PIECES + 1
        for at in range(0, len(content), step):
            time.sleep(SECONDS_BEFORE_A_PIECE)
            request.wfile.write(content[at:at + step])

    def reset(self, request):
        request.close_connection = True
        # A closed socket with linger 0 says RST.
        request.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        request.connection.close()

    def refuse(self, request, call, fault):
        is_json = "X-Amz-Target" in request.headers
        is_s3 = call.service == "s3"
        status, code = {
            "error-500": (500, "InternalFailure" if is_json else "InternalError"),
            "throttled": (503, "SlowDown") if is_s3 else (400, "ThrottlingException" if is_json else "Throttling"),
            "expired-token": (400, "ExpiredTokenException" if is_json else "ExpiredToken"),
            "denied": (403, "AccessDeniedException" if is_json else "AccessDenied"),
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
