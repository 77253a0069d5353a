"""A worker that reaches AWS through an HTTP proxy alone, as HTTPS_PROXY, HTTP_PROXY and NO_PROXY name it, in capitals or not: AWS
stands at a name that nobody can resolve (RFC 6761) but the proxy. Over TLS the proxy sees no more than CONNECT. What gives
credentials to whoever asks from this machine is never asked through it."""

import http.client
import http.server
import json
import os
import select
import socket
import ssl
import subprocess
import sys
import threading
import unittest
import urllib.parse

from aws_odd_test import object_of
from aws_pipeline_test import AwsTest
from aws import ROOT
from fault_proxy import QuietHandler

OUTSIDE = "aws.invalid"
# Addresses of the metadata services of EC2 and ECS.
METADATA = ("169.254.169.254", "169.254.170.2", "169.254.170.23", "fd00:ec2::254", "fd00:ec2::23")


class HttpProxy:
    """Takes requests for OUTSIDE to `port`, and tunnels to `tls_port`; remembers what it was asked for."""

    def __init__(self, port, tls_port=None):
        self.asked = []  # (method, target)
        proxy = self

        class Handler(QuietHandler):
            def do_CONNECT(self):
                proxy.asked.append(("CONNECT", self.path))
                if self.path != f"{OUTSIDE}:443" or tls_port is None:
                    return self.send_error(502)
                self.send_response(200)
                self.end_headers()
                self.close_connection = True
                with socket.create_connection(("127.0.0.1", tls_port)) as there:
                    pipe(self.connection, there)

            def forward(self):
                proxy.asked.append((self.command, self.path))
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                target = urllib.parse.urlsplit(self.path)
                if target.netloc not in (OUTSIDE, f"{OUTSIDE}:80"):
                    return self.send_error(502)
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
                headers = {name: value for name, value in self.headers.items() if not name.lower().startswith("proxy-")}
                connection.request(self.command, target.path + ("?" + target.query if target.query else ""), body, headers)
                answer = connection.getresponse()
                content = answer.read()
                self.send_response_only(answer.status)
                has_no_body = self.command == "HEAD"
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection") and (has_no_body or name.lower() != "content-length"):
                        self.send_header(name, value)
                if not has_no_body:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            do_GET = do_PUT = do_POST = do_HEAD = do_DELETE = forward

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def hosts(self):
        return {target.rpartition(":")[0] if method == "CONNECT" else urllib.parse.urlsplit(target).hostname
                for method, target in self.asked}


def pipe(one, other):
    """Bytes both ways, until one of the two has closed."""
    try:
        while True:
            for ready in select.select([one, other], [], [], 60)[0]:
                some = ready.recv(65536)
                while isinstance(ready, ssl.SSLSocket) and ready.pending():
                    some += ready.recv(65536)
                if not some:
                    return
                (other if ready is one else one).sendall(some)
    except OSError:
        pass


class TlsFront:
    """TLS for OUTSIDE in front of a port of this machine."""

    def __init__(self, folder, port):
        self.certificate, key = folder / "certificate.pem", folder / "key.pem"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                        "-keyout", key, "-out", self.certificate, "-subj", f"/CN={OUTSIDE}", "-addext", f"subjectAltName=DNS:{OUTSIDE}"],
                       check=True, capture_output=True, timeout=120)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, key)
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]

        def serve(client):
            try:
                with context.wrap_socket(client, server_side=True) as inside, socket.create_connection(("127.0.0.1", port)) as there:
                    pipe(inside, there)
            except OSError:
                client.close()

        def accept():
            while True:
                try:
                    client, _ = self.listener.accept()
                except OSError:
                    return
                threading.Thread(target=serve, args=(client,), daemon=True).start()
        threading.Thread(target=accept, daemon=True).start()


class ProxyTest(AwsTest):
    def setUp(self):
        # Else moto takes the first label of the name for a bucket.
        os.environ["S3_IGNORE_SUBDOMAIN_BUCKETNAME"] = "true"
        super().setUp()
        front = TlsFront(self.installation.path, self.proxy.server.server_port)
        self.addCleanup(front.listener.close)
        self.certificate = front.certificate
        self.outside = HttpProxy(self.proxy.server.server_port, front.port)
        self.addCleanup(self.outside.stop)
        no_proxy = {name for name in os.environ if name.lower() in ("http_proxy", "https_proxy", "no_proxy", "all_proxy")}
        self.plain = {name: value for name, value in self.aws.environment.items() if name not in no_proxy}

    def deliver(self, url, name, **variables):
        """Delivers an object by a worker with these variables; gives how often the proxy was asked meanwhile."""
        before = len(self.outside.asked)
        self.aws.environment = self.plain | variables
        # A receive that the stopped worker before left may still take a message: it is to come back soon.
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--process.retry-first=1s",
                            "--process.retry-longest=2s", "--process.visibility=6s", *self.pipeline.process_flags(url))
        self.await_word(worker, "process_started")
        key, body = object_of("acme", name, [f"a line of {name}"])
        self.aws.client("s3").put_object(Bucket="central-logs", Key=key, Body=body, Metadata={"headgate-format": "1"})
        self.await_that(self.is_settled, "an empty queue")
        self.assertEqual(self.pipeline.events("acme")[f"{name}-0"], [f"a line of {name}"])
        self.assertTrue([key for key in self.pipeline.objects("acme") if f"/{name}/" in key])
        worker.terminate()
        worker.communicate(timeout=60)
        return len(self.outside.asked) - before

    def test_all_calls_use_the_proxy_that_a_variable_names(self):
        for number, variable in enumerate(("HTTP_PROXY", "http_proxy")):
            asked = self.deliver(f"http://{OUTSIDE}", f"plain{number}", **{variable: self.outside.url})
            self.assertGreater(asked, 10)
        services = {call.service for call in self.proxy.calls}
        self.assertEqual(services, {"s3", "sqs", "sts", "dynamodb", "logs"})
        self.assertEqual(self.outside.hosts(), {OUTSIDE})

    def test_over_tls_the_proxy_only_opens_tunnels(self):
        for number, variable in enumerate(("HTTPS_PROXY", "https_proxy")):
            self.deliver(f"https://{OUTSIDE}", f"tls{number}", AWS_CA_BUNDLE=str(self.certificate),
                         **{variable: self.outside.url, "HTTP_PROXY": "http://127.0.0.1:1"})
        self.assertEqual({method for method, _ in self.outside.asked}, {"CONNECT"})
        self.assertEqual({target for _, target in self.outside.asked}, {f"{OUTSIDE}:443"})

    def test_the_lower_case_name_goes_first(self):
        self.deliver(f"http://{OUTSIDE}", "both", http_proxy=self.outside.url, HTTP_PROXY="http://127.0.0.1:1")

    def test_what_no_proxy_names_is_reached_without(self):
        for number, variable in enumerate(("NO_PROXY", "no_proxy")):
            self.aws.environment = self.plain | {"HTTP_PROXY": self.outside.url, variable: f"example.com,{OUTSIDE}"}
            worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--grace=1",
                                *self.pipeline.process_flags(f"http://{OUTSIDE}"))
            said = self.await_word(worker, "queue_receive_failed")  # the name cannot be resolved here
            self.assertNotIn("proxy", said["error"].lower())
            worker.terminate()
            worker.communicate(timeout=60)
        self.assertEqual(self.outside.asked, [])
        # This machine is never reached through one.
        self.assertEqual(self.deliver(self.proxy.url, "near", HTTP_PROXY="http://127.0.0.1:1", HTTPS_PROXY="http://127.0.0.1:1"), 0)

    def test_who_gives_credentials_is_asked_without(self):
        """ECS's and EKS's is at a port of this machine; EC2's, at its own address, is not there: nobody asks the proxy for it."""
        token = "one-token"
        self.aws.guard(False)  # it begins as a user that nobody made
        giver = subprocess.Popen([sys.executable, "-B", ROOT / "tests/peers/container_credentials.py", self.aws.url, "127.0.0.1:0", token],
                                 stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.addCleanup(giver.communicate)  # it ends with its standard input
        port = int(giver.stdout.readline())
        for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
            self.plain[name] = "/dev/null"
        asked = self.deliver(f"http://{OUTSIDE}", "container", HTTP_PROXY=self.outside.url,
                             AWS_CONTAINER_CREDENTIALS_FULL_URI=f"http://127.0.0.1:{port}/", AWS_CONTAINER_AUTHORIZATION_TOKEN=token)
        self.assertGreater(asked, 10)
        self.assertEqual(self.outside.hosts(), {OUTSIDE})

        self.aws.environment = self.plain | {"HTTP_PROXY": self.outside.url, "HTTPS_PROXY": self.outside.url,
                                             "http_proxy": self.outside.url}
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--grace=1",
                            *self.pipeline.process_flags(f"http://{OUTSIDE}"))
        said = self.await_word(worker, "queue_receive_failed")
        self.assertIn("credentials", json.dumps(said))
        worker.terminate()
        worker.communicate(timeout=60)
        self.assertEqual(self.outside.hosts() & set(METADATA), set())
        self.assertEqual(self.outside.hosts(), {OUTSIDE})


if __name__ == "__main__":
    unittest.main()
