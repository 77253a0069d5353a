"""All of it on AWS as moto plays it: agents write to S3, S3 tells SNS, SNS tells SQS, and a worker, or a Lambda function in
AWS's own runtime interface emulator, delivers into two customers' accounts. boto3 makes the resources and reads back.

Once with a good way to AWS and once with a bad one (fault_proxy.py): the result must be the same.
"""

import gzip
import json
import signal
import socket
import subprocess
import time
import unittest
import urllib.request

from aws import ROOT, Aws, Pipeline
from fault_proxy import FaultProxy
from harness import BINARY, CriFile, EndToEndTest

TENANTS = {"acme": "111122223333", "globex": "444455556666"}
PODS = ("api-0", "worker-0")
LINES = 1500
WAIT_SECONDS = 120
SOON = ("--process.retry-first=1s", "--process.retry-longest=2s")


class Worker:
    """headgate process --mode sqs"""

    def __init__(self, test, url):
        self.process = test.start("process", "--mode=sqs", "--metrics.listen=127.0.0.1:0",
                                  *test.pipeline.process_flags(url), *SOON, "--process.visibility=20s")
        self.said = test.await_word(self.process, "headgate process runs")

    def turn(self):
        time.sleep(0.2)

    def metrics(self):
        with urllib.request.urlopen(f"http://{self.said['metrics']}/metrics", timeout=10) as answer:
            return answer.read().decode()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)
        _, complaints = self.process.communicate(timeout=60)
        assert self.process.returncode == 0, complaints
        return ""


class Function:
    """headgate process --mode lambda under AWS's emulator, with the queue's trigger played by the test: it receives, invokes, and
    removes what is not among the batch item failures."""

    def __init__(self, test, url):
        ports = [free_port(), free_port()]
        self.url = f"http://127.0.0.1:{ports[0]}/2015-03-31/functions/function/invocations"
        self.log = open(test.installation.path / "lambda.log", "w+")
        self.process = subprocess.Popen(
            [ROOT / "build/peers/aws-lambda-rie", "--runtime-interface-emulator-address", f"127.0.0.1:{ports[0]}",
             "--runtime-api-address", f"127.0.0.1:{ports[1]}", BINARY_PATH, "process", "--mode=lambda",
             *test.pipeline.process_flags(url), *SOON],
            env=test.aws.environment | {"AWS_LAMBDA_FUNCTION_TIMEOUT": "20"}, stdout=self.log,
            stderr=subprocess.STDOUT)
        self.sqs = test.aws.client("sqs")
        self.queue = test.pipeline.queue
        test.await_that(lambda: is_open(ports[0]), "the emulator")

    def invoke(self, event):
        request = urllib.request.Request(self.url, json.dumps(event).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def turn(self):
        received = self.sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=20,
            AttributeNames=["ApproximateReceiveCount", "SentTimestamp"]).get("Messages", [])
        if not received:
            return time.sleep(0.2)
        answer = self.invoke({"Records": [
            {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
             "attributes": message["Attributes"], "messageAttributes": {}, "eventSource": "aws:sqs",
             "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:headgate", "awsRegion": "eu-west-1"}
            for message in received]})
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in received:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.seek(0)
        with self.log:
            return self.log.read()


def free_port():
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


def is_open(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


BINARY_PATH = (ROOT / BINARY).resolve()


class AwsPipelineTest(EndToEndTest):
    def setUp(self):
        self.installation = self.install()
        self.aws = Aws()
        self.addCleanup(self.aws.stop)
        self.pipeline = Pipeline(self.aws)
        for tenant, account in TENANTS.items():
            self.pipeline.add_customer(tenant, account)

    def start(self, *words):
        process = subprocess.Popen([BINARY_PATH, *words, "--log.format=json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.aws.environment)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.communicate()

    def await_word(self, process, word):
        said = []
        for line in process.stderr:
            said.append(line)
            if word in line:
                return json.loads(line)
        self.fail("it has ended: " + "".join(said))

    def await_that(self, condition, what, turn=lambda: time.sleep(0.1), seconds=WAIT_SECONDS):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited {seconds} s for: {what}")
            turn()

    def write_logs(self):
        for tenant in TENANTS:
            for pod in PODS:
                file = CriFile(self.installation.pods, tenant, pod)
                for number in range(LINES):
                    file.write(f"{tenant} {pod} line {number}".encode())
                file.close()

    def collect(self, url, *flags):
        """Runs an agent until all is in the bucket."""
        agent = self.start("collect", "--kube.api=off", "--cluster-id=cluster-1", "--metrics.listen=off",
                           f"--collect.pod-logs={self.installation.pods}", f"--local.root={self.installation.root}",
                           "--collect.batch.age-max=1s", "--collect.batch.bytes-max=16KiB", "--collect.record-bytes-max=8KiB",
                           "--collect.scan-interval=100ms", "--collect.spool.free-bytes-min=1MiB",
                           *self.pipeline.flags(url), *flags)
        self.await_word(agent, "headgate collect runs")
        agent.send_signal(signal.SIGTERM)
        _, complaints = agent.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(agent.returncode, 0, complaints)
        self.assertIn('"batches_spooled_for_the_next_start":0', complaints)

    def wanted(self, tenant):
        return {pod: [f"{tenant} {pod} line {number}" for number in range(LINES)] for pod in PODS}

    def delivered_objects(self, tenant):
        """pod -> messages"""
        found = {}
        for key, body in self.pipeline.objects(tenant).items():
            prefix = f"from/headgate/{tenant}/"
            self.assertTrue(key.startswith(prefix), key)
            application, *pod, name = key[len(prefix):].split("/")
            self.assertNotIn("cluster-1", key)
            for line in gzip.decompress(body).splitlines():
                record = json.loads(line)
                found.setdefault(record["pod_name"], []).append((record["ingest_timestamp"], record["message"]))
        return {pod: [message for _, message in sorted(records)] for pod, records in found.items()}

    def is_settled(self):
        depth = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.pipeline.queue, AttributeNames=[
            "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"])["Attributes"]
        return all(int(number) == 0 for number in depth.values())

    def run_pipeline(self, deliverer, rate, *collect_flags):
        url = self.aws.url
        proxy = None
        if rate:
            proxy = FaultProxy(self.aws.url, seed=7, rate=rate)
            self.addCleanup(proxy.stop)
            url = proxy.url
        self.write_logs()
        self.collect(url, *collect_flags)
        delivering = deliverer(self, url)
        try:
            self.await_that(self.is_settled, "an empty queue", delivering.turn)
            for tenant in TENANTS:
                self.assertEqual(self.pipeline.events(tenant), self.wanted(tenant))
                self.assertEqual(self.delivered_objects(tenant), self.wanted(tenant))
            states = self.pipeline.states()
            self.assertTrue(states)
            self.assertEqual({state for _, state in states}, {"delivered"}, states)
            if isinstance(delivering, Worker):
                delivered = f'headgate_deliver_events_total{{destination="cloudwatch",tenant="acme"}} {LINES * len(PODS)}'
                self.assertIn(delivered, delivering.metrics().splitlines())
        finally:
            said = delivering.stop()
        if isinstance(delivering, Function):
            self.assert_embedded_metrics(said)
        if proxy:
            self.assertGreater(sum(proxy.counts.values()), 15, proxy.counts)

    def assert_embedded_metrics(self, said):
        events = {}
        for line in said.splitlines():
            if line.startswith('{"_aws"'):
                metric = json.loads(line)
                if "Events" in metric:
                    key = metric["tenant"], metric["destination"]
                    events[key] = events.get(key, 0) + metric["Events"]
        for tenant in TENANTS:
            self.assertEqual(events.get((tenant, "cloudwatch")), LINES * len(PODS), said[-2000:])

    def test_a_worker_delivers_every_line_once(self):
        self.run_pipeline(Worker, rate=0)

    def test_a_worker_delivers_packed_objects(self):
        self.run_pipeline(Worker, 0, "--collect.partition=tenant")

    def test_a_worker_does_the_same_on_a_bad_day(self):
        self.run_pipeline(Worker, rate=0.3)

    def test_a_function_delivers_every_line_once(self):
        self.run_pipeline(Function, rate=0)

    def test_a_function_does_the_same_on_a_bad_day(self):
        self.run_pipeline(Function, rate=0.3)

    def test_the_commands_work_on_it(self):
        self.write_logs()
        self.collect(self.aws.url)
        flags = self.pipeline.process_flags(self.aws.url)

        def headgate(*words, status=0):
            done = subprocess.run([BINARY_PATH, *words], capture_output=True, text=True, timeout=60,
                                  env=self.aws.environment)
            self.assertEqual(done.returncode, status, done.stderr + done.stdout)
            return done.stdout + done.stderr

        tenants = headgate("tenant", "list", *self.pipeline.flags(self.aws.url)[:1], *flags[2:4])
        self.assertIn("acme", tenants)
        plan = headgate("process", "--mode=scan", "--dry-run", *flags)
        self.assertIn("cloudwatch -> log group /logs/acme of account 111122223333 in eu-west-1", plan)
        self.assertIn("s3 -> s3://logs-of-acme/from/headgate/acme/", plan)
        self.assertEqual(self.pipeline.events("acme"), {}, "a dry run delivers nothing")
        headgate("process", "--mode=scan", "--age-min=0", *flags)
        for tenant in TENANTS:
            self.assertEqual(self.pipeline.events(tenant), self.wanted(tenant))
        headgate("process", "--mode=scan", "--age-min=0", *flags)
        self.assertEqual(self.pipeline.events("acme"), self.wanted("acme"), "the ledger knows")

        again = headgate("replay", "--tenant=acme", "--destination=cloudwatch", "--from=2020-01-01T00:00:00Z",
                         "--name=again", *flags)
        self.assertIn("not done 0", again)
        twice = {pod: sorted(messages * 2) for pod, messages in self.wanted("acme").items()}
        self.assertEqual({pod: sorted(messages) for pod, messages in self.pipeline.events("acme").items()}, twice)
        headgate("replay", "--tenant=acme", "--destination=cloudwatch", "--from=2020-01-01T00:00:00Z",
                 "--name=again", *flags)
        self.assertEqual({pod: sorted(messages) for pod, messages in self.pipeline.events("acme").items()}, twice,
                         "a replay of that name was done")
        self.assertEqual(self.pipeline.events("globex"), self.wanted("globex"))

        sqs = self.aws.client("sqs")
        dead = sqs.get_queue_url(QueueName="headgate-dead")["QueueUrl"]
        bodies = [message["Body"] for message in sqs.receive_message(
            QueueUrl=self.pipeline.queue, MaxNumberOfMessages=10, VisibilityTimeout=0)["Messages"]]
        body = next(body for body in bodies if "TestEvent" not in body)
        sent = sqs.send_message(QueueUrl=dead, MessageBody=body)["MessageId"]
        listed = headgate("dlq", "list", *flags)
        self.assertIn(sent, listed)
        self.assertIn("s3://central-logs/cluster-1/", listed)
        self.assertIn("redriven 1", headgate("dlq", "redrive", "--count=1", *flags))
        self.assertNotIn(sent, headgate("dlq", "list", *flags))
        self.assertIn("--yes", headgate("dlq", "purge", *flags, status=2))

    def test_what_is_parked_is_delivered_when_its_cause_is_mended(self):
        file = CriFile(self.installation.pods, "initech", "api-0")
        file.write(b"nobody has configured us")
        file.close()
        self.collect(self.aws.url)
        worker = Worker(self, self.aws.url)
        self.await_that(lambda: ("initech/*", "parked") in self.pipeline.states(), "a parked row")
        self.pipeline.add_customer("initech", "777788889999")
        done = subprocess.run([BINARY_PATH, "replay", "--parked", *self.pipeline.process_flags(self.aws.url)],
                              capture_output=True, text=True, timeout=60, env=self.aws.environment)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.await_that(lambda: self.pipeline.events("initech") == {"api-0": ["nobody has configured us"]}, "the line")
        worker.stop()


if __name__ == "__main__":
    unittest.main()
