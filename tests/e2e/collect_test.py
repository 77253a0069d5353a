"""`headgate collect` as a DaemonSet runs it: a Kubernetes API that no one here wrote (kmock), pods' log files, the store.

The API knows the namespaces and pods; the files are what a runtime writes. Judged by what lies in the store and by /metrics.
"""

import gzip
import http.server
import json
import os
import pathlib
import re
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest
import urllib.request

from aws import Aws
from harness import BINARY, CriFile, EndToEndTest, read_object

PEERS = pathlib.Path(__file__).resolve().parents[2]
HOSTED = "hypershift.openshift.io/hosted-control-plane"


class KubernetesApi:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-B", PEERS / "tests/peers/kube_api.py"], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"

    def stop(self):
        self.process.kill()
        self.process.communicate(timeout=60)

    def post(self, path, document):
        request = urllib.request.Request(self.url + path, json.dumps(document).encode(),
                                         {"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status < 300

    def add_namespace(self, name, **labels):
        self.post("/api/v1/namespaces", {"metadata": {"name": name, "labels": labels}})

    def add_pod(self, namespace, name, uid, labels=None, annotations=None):
        self.post(f"/api/v1/namespaces/{namespace}/pods", {
            "metadata": {"namespace": namespace, "name": name, "uid": uid, "labels": labels or {},
                         "annotations": annotations or {}},
            "spec": {"nodeName": "node-1"}})


class Agent:
    def __init__(self, installation, *flags, environment=None, within=()):
        self.installation = installation
        self.process = subprocess.Popen(
            [*within, os.path.abspath(BINARY), "collect", "--log.level=info", "--log.format=json", "--metrics.listen=127.0.0.1:0",
             f"--collect.pod-logs={installation.pods}", f"--local.root={installation.root}",
             "--collect.batch.age-max=1s", "--collect.scan-interval=100ms", "--collect.spool.free-bytes-min=1MiB",
             "--cluster-id=cluster-1", "--kube.token-file=", "--kube.ca-file=", *flags],
            stderr=subprocess.PIPE, text=True, env=environment)
        said = []
        for line in self.process.stderr:
            said.append(line)
            if "collect_started" in line:
                self.metrics_url = f"http://{json.loads(line)['metrics']}"
                return
        raise AssertionError("it has ended: " + "".join(said))

    def get(self, path):
        try:
            with urllib.request.urlopen(self.metrics_url + path, timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        _, complaints = self.process.communicate(timeout=60)
        return self.process.returncode, complaints


class CollectTest(EndToEndTest):
    def setUp(self):
        self.api = KubernetesApi()
        self.addCleanup(self.api.stop)
        self.installation = self.install()

    def pod(self, namespace, name, **about):
        """A pod that the API knows, and its log file."""
        file = CriFile(self.installation.pods, namespace, name)
        self.addCleanup(file.close)
        uid = file.directory.parent.name.rsplit("_", 1)[1]
        self.api.add_pod(namespace, name, uid, **about)
        return file

    def agent(self, *flags, environment=None, within=()):
        agent = Agent(self.installation, f"--kube.api={self.api.url}", "--kube.node-name=node-1", *flags,
                      environment=environment, within=within)
        self.addCleanup(agent.process.kill)
        return agent

    def records(self):
        """application/pod -> messages in the store"""
        found = {}
        for path in sorted(self.installation.stored_keys()):
            cluster, namespace, application, pod, _ = path.relative_to(
                self.installation.root / "store" / "central").parts
            self.assertEqual(cluster, "cluster-1")
            found.setdefault((namespace, application, pod), []).extend(read_object(path))
        for records in found.values():
            records.sort(key=lambda record: record["ingest_timestamp"])  # each line has its own
        return {key: [record["message"] for record in records] for key, records in found.items()}

    def test_stores_selected_pods_logs_under_their_labels(self):
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        self.api.add_namespace("default")
        wanted = self.pod("clusters-a", "etcd-0", labels={"app": "etcd"})
        for number in range(1000):
            wanted.write(b"line %d" % number)
        wanted.file.flush()
        other = self.pod("default", "web-0", labels={"app": "web"})
        other.write(b"not collected")
        other.file.flush()
        quiet = self.pod("clusters-a", "quiet-0", annotations={"headgate.io/exclude": "true"})
        quiet.write(b"not collected")
        quiet.file.flush()

        agent = self.agent()
        key = ("clusters-a", "etcd", "etcd-0")
        self.await_that(lambda: len(self.records().get(key, [])) == 1000, "1000 lines in the store")
        self.assertEqual(agent.get("/readyz")[0], 200)
        wanted.write(b"written just before the end")
        wanted.file.flush()
        status, complaints = agent.stop()
        self.assertEqual(status, 0, complaints)
        self.assertEqual(self.records(), {
            key: [f"line {number}" for number in range(1000)] + ["written just before the end"]})

    def test_resumes_after_a_restart_while_the_api_is_away(self):
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        file = self.pod("clusters-a", "etcd-0", labels={"app": "etcd"})
        file.write(b"one")
        file.file.flush()
        key = ("clusters-a", "etcd", "etcd-0")
        agent = self.agent()
        self.await_that(lambda: self.records().get(key) == ["one"], "the first line")
        self.assertEqual(agent.stop()[0], 0)

        self.api.stop()
        file.write(b"two")
        file.file.flush()
        agent = self.agent()
        self.await_that(lambda: self.records().get(key) == ["one", "two"], "the second line, without an API")
        self.assertEqual(agent.stop()[0], 0)

    def test_says_what_is_unknown_before_the_api_answers(self):
        self.api.stop()
        agent = self.agent()
        status, body = agent.get("/readyz")
        self.assertEqual(status, 503)
        self.assertIn("kubernetes", body)
        self.assertEqual(agent.get("/healthz")[0], 200)
        self.assertEqual(agent.stop()[0], 0)

    def test_metrics_show_the_watch_and_no_dropped_line(self):
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        file = self.pod("clusters-a", "etcd-0", labels={"app": "etcd"})
        file.write(b"one")
        file.file.flush()
        agent = self.agent()
        self.await_that(lambda: self.records(), "an object")
        metrics = agent.get("/metrics")[1]
        self.assertIn("headgate_kube_", metrics)
        self.assertRegex(metrics, re.compile(r"^headgate_collect_lines_total.* 1$", re.MULTILINE))
        self.assertEqual(agent.stop()[0], 0)

    def test_writes_to_s3(self):
        aws = Aws()
        self.addCleanup(aws.stop)
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="central-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        file = self.pod("clusters-a", "etcd-0", labels={"app": "etcd"})
        for number in range(1000):
            file.write(b"line %d" % number)
        file.file.flush()
        agent = self.agent("--store.kind=s3", "--store.bucket=central-logs", "--store.encryption=s3",
                           "--aws.region=eu-west-1", f"--aws.endpoint-url={aws.url}", environment=aws.environment)
        self.await_that(lambda: s3.list_objects_v2(Bucket="central-logs").get("KeyCount"), "an object in the bucket")
        self.assertEqual(agent.stop()[0], 0)
        messages = []
        for listed in s3.list_objects_v2(Bucket="central-logs")["Contents"]:
            self.assertRegex(listed["Key"], r"^cluster-1/clusters-a/etcd/etcd-0/\d{8}-\d{6}-[0-9a-f-]{36}\.json\.gz$")
            got = s3.get_object(Bucket="central-logs", Key=listed["Key"])
            self.assertEqual(got["ServerSideEncryption"], "AES256")
            self.assertEqual(got["Metadata"]["headgate-node"], "node-1")
            messages += [json.loads(line)["message"] for line in gzip.decompress(got["Body"].read()).splitlines()]
        self.assertEqual(messages, [f"line {number}" for number in range(1000)])

    def test_exits_within_its_grace_while_the_store_hangs(self):
        aws = Aws()
        self.addCleanup(aws.stop)
        aws.client("s3").create_bucket(Bucket="central-logs",
                                       CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        hanging = socket.create_server(("127.0.0.1", 0))  # takes connections, and never says a word
        self.addCleanup(hanging.close)
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        files = [self.pod("clusters-a", f"etcd-{number}", labels={"app": "etcd"}) for number in range(6)]
        for file in files:
            for number in range(100):
                file.write(b"line %d" % number)
            file.file.flush()
        flags = ["--store.kind=s3", "--store.bucket=central-logs", "--aws.region=eu-west-1"]
        agent = self.agent(*flags, "--grace=2", f"--aws.endpoint-url=http://127.0.0.1:{hanging.getsockname()[1]}",
                           environment=aws.environment)
        self.await_that(lambda: re.search(r"^headgate_collect_batches_total [6-9]", agent.get("/metrics")[1], re.MULTILINE),
                        "six batches")
        began = time.monotonic()
        status, complaints = agent.stop()
        self.assertLess(time.monotonic() - began, 2 + 5)
        self.assertEqual(status, 0, complaints)
        self.assertIn('"batches_spooled_for_the_next_start":6', complaints)

        agent = self.agent(*flags, f"--aws.endpoint-url={aws.url}", environment=aws.environment)
        self.assertEqual(agent.stop()[0], 0)
        s3 = aws.client("s3")
        messages = []
        for listed in s3.list_objects_v2(Bucket="central-logs")["Contents"]:
            body = gzip.decompress(s3.get_object(Bucket="central-logs", Key=listed["Key"])["Body"].read())
            messages += [json.loads(line)["message"] for line in body.splitlines()]
        self.assertEqual(sorted(messages), sorted(f"line {number}" for number in range(100) for _ in files))

    def test_collects_only_selected_pods_and_containers(self):
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        wanted = self.pod("clusters-a", "etcd-0", labels={"app": "etcd", "logs": "yes"})
        other = self.pod("clusters-a", "web-0", labels={"app": "web"})
        sidecar = wanted.directory.parent / "sidecar"
        sidecar.mkdir()
        (sidecar / "0.log").write_text("2025-08-30T11:27:01.000000001Z stdout F not collected\n")
        for file in (wanted, other):
            file.write(b"said by " + file.directory.parent.name.split("_")[1].encode())
            file.file.flush()
        agent = self.agent("--kube.pod-selector=logs=yes", "--kube.exclude-containers=proxy,sidecar")
        self.await_that(self.records, "an object")
        self.assertEqual(agent.stop()[0], 0)
        self.assertEqual(self.records(), {("clusters-a", "etcd", "etcd-0"): ["said by etcd-0"]})

    def test_trusts_only_an_api_that_its_ca_file_signed(self):
        ours, others = (self.certificate(name) for name in ("ours", "others"))
        url = self.secure_api(*ours)
        for ca_file, is_believed in ((ours[0], True), (others[0], False)):
            with self.subTest(ca_file):
                agent = Agent(self.installation, f"--kube.api={url}", "--kube.node-name=node-1",
                              f"--collect.data-directory={self.installation.path / ca_file.stem}",
                              f"--kube.ca-file={ca_file}")
                self.addCleanup(agent.process.kill)
                if is_believed:
                    self.await_that(lambda: agent.get("/readyz")[0] == 200, "the API to be believed")
                else:
                    failed = re.compile(r"^headgate_kube_failures_total\{.*\} [1-9]", re.MULTILINE)
                    self.await_that(lambda: failed.search(agent.get("/metrics")[1]), "the API not to be believed")
                    self.assertEqual(agent.get("/readyz")[0], 503)
                self.assertEqual(agent.stop()[0], 0)

    def certificate(self, name):
        certificate, key = (self.installation.path / f"{name}.{kind}" for kind in ("crt", "key"))
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "2", "-subj", f"/CN={name}", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", certificate], check=True, capture_output=True, timeout=120)
        return certificate, key

    def secure_api(self, certificate, key):
        """One that knows of nothing, behind TLS."""
        class Nothing(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                kind = "PodList" if "pods" in self.path else "NamespaceList"
                body = b"" if "watch=" in self.path else json.dumps(
                    {"apiVersion": "v1", "kind": kind, "metadata": {"resourceVersion": "1"}, "items": []}).encode()
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Nothing)
        server.daemon_threads = True
        server.handle_error = lambda *_: None  # who does not believe it hangs up
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        self.addCleanup(server.server_close)
        self.addCleanup(server.shutdown)
        return f"https://127.0.0.1:{server.server_port}"

    def test_encrypts_with_the_key_that_it_is_told(self):
        aws = Aws()
        self.addCleanup(aws.stop)
        s3 = aws.client("s3")
        s3.create_bucket(Bucket="central-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        file = self.pod("clusters-a", "etcd-0", labels={"app": "etcd"})
        file.write(b"one")
        file.file.flush()
        agent = self.agent("--store.kind=s3", "--store.bucket=central-logs", "--store.encryption=kms", f"--store.kms-key={key}",
                           "--aws.region=eu-west-1", f"--aws.endpoint-url={aws.url}", environment=aws.environment)
        self.await_that(lambda: s3.list_objects_v2(Bucket="central-logs").get("KeyCount"), "an object in the bucket")
        self.assertEqual(agent.stop()[0], 0)
        [listed] = s3.list_objects_v2(Bucket="central-logs")["Contents"]
        head = s3.head_object(Bucket="central-logs", Key=listed["Key"])
        self.assertEqual((head["ServerSideEncryption"], head["SSEKMSKeyId"]), ("aws:kms", key))

    def test_needs_no_root_and_writes_only_its_own_files(self):
        # In a mount namespace where all is read-only but the installation's root; nobody, in the group that owns the logs (0640,
        # as containerd makes them), without a capability.
        nobody = 65534
        within = ["unshare", "--mount", "bash", "-ec",
                  'mount --bind "$0" "$0"; '
                  'for at in $(findmnt -rno TARGET | tac); do '
                  '[[ $at == "$0" || $at == /proc* || $at == /sys* || $at == /dev* ]] || mount -o remount,bind,ro "$at"; done; '
                  'if touch "$0/../written" 2> /dev/null; then echo "it can be written" >&2; exit 1; fi; '
                  f'exec setpriv --reuid={nobody} --regid={nobody} --groups=0 --inh-caps=-all --bounding-set=-all --no-new-privs "$@"',
                  str(self.installation.root)]
        self.installation.root.mkdir()
        os.chmod(self.installation.path, 0o711)
        if os.geteuid() == 0:
            os.chown(self.installation.root, nobody, nobody)
        tried = subprocess.run([*within, "id", "-u"], capture_output=True, text=True, timeout=120)
        if tried.returncode != 0 or tried.stdout.strip() != str(nobody):
            self.skipTest(f"needs root and its own mounts: {tried.stderr}")
        self.api.add_namespace("clusters-a", **{HOSTED: "true"})
        file = self.pod("clusters-a", "web-0", labels={"app": "web"})
        os.chmod(file.directory / "0.log", 0o640)
        agent = self.agent(within=within)
        file.write(b"one")
        file.file.flush()
        self.await_that(lambda: self.records() == {("clusters-a", "web", "web-0"): ["one"]}, "the line")
        code, complaints = agent.stop()
        self.assertEqual(code, 0, complaints)
        for level in ("warn", "error"):
            self.assertNotIn(f'"level":"{level}"', complaints)

    def test_refuses_to_start_with_what_it_cannot_use(self):
        cases = {
            "kube.node_name": ["--kube.api=http://127.0.0.1:1"],
            "kube.api": ["--kube.node-name=n"],
            "kube.namespace_selector": ["--kube.api=off", "--kube.namespace-selector=a in (b"],
            "aws.region": ["--kube.api=off", "--store.kind=s3"],
            "metrics.listen": ["--kube.api=off", "--metrics.listen=somewhere"],
            "collect.data_directory": ["--kube.api=off", "--collect.data-directory=/proc/none"],
        }
        for named, flags in cases.items():
            with self.subTest(named):
                done = subprocess.run(
                    [BINARY, "collect", f"--local.root={self.installation.root}", "--metrics.listen=off", *flags],
                    capture_output=True, text=True, timeout=30,
                    env={name: value for name, value in os.environ.items() if not name.startswith(("KUBERNETES_", "AWS_"))})
                self.assertNotEqual(done.returncode, 0)
                self.assertIn(named, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


if __name__ == "__main__":
    unittest.main()
