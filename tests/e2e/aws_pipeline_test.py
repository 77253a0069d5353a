"""All of it on AWS as moto plays it: agents write to S3, S3 tells SNS, SNS tells SQS, and a worker, or a Lambda function in
AWS's own runtime interface emulator, delivers into two customers' accounts. boto3 makes the resources and reads back.

Once with a good way to AWS and once with a bad one (fault_proxy.py): the result must be the same. A pod writes enough for
several objects, and each of those is several batches to CloudWatch. The roles are guarded as AWS guards them (aws.py).
"""

import gzip
import json
import random
import signal
import socket
import subprocess
import sys
import time
import unittest
import urllib.parse
import urllib.request

from aws import CENTRAL_ROLE, ROOT, WORKER_ROLE, Aws, Pipeline
from fault_proxy import REFUSED_ON_END, FaultProxy
from harness import BINARY, WAIT_SECONDS, CriFile, EndToEndTest

TENANTS = {"acme": "111122223333", "globex": "444455556666"}
PODS = ("api-0", "worker-0")
OBJECTS_MIN = 5  # of a pod
BATCH_BYTES = 1400 << 10
LINE_BYTES = 1100
LINES = 6200  # of a pod: that many objects, each over the 1 MiB of a call to CloudWatch
SEED = 7
SOON = ("--process.retry-first=1s", "--process.retry-longest=2s")


class Worker:
    """headgate process --mode sqs"""

    def __init__(self, test, url):
        self.process = test.start("process", "--mode=sqs", "--metrics.listen=127.0.0.1:0",
                                  *test.pipeline.process_flags(url), *SOON, "--process.visibility=20s")
        self.said = test.await_word(self.process, "process_started")

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

    SECONDS_MAX = 20  # of an invocation

    def __init__(self, test, url):
        self.log = open(test.installation.path / "lambda.log", "w+")
        for _ in range(3):  # someone else may have taken a port that was free
            if self.start(test, url, free_port(), free_port()):
                break
        self.sqs = test.aws.client("sqs")
        self.queue = test.pipeline.queue

    def start(self, test, url, port, api_port):
        self.url = f"http://127.0.0.1:{port}/2015-03-31/functions/function/invocations"
        self.process = subprocess.Popen(
            [ROOT / "build/peers/aws-lambda-rie", "--runtime-interface-emulator-address", f"127.0.0.1:{port}",
             "--runtime-api-address", f"127.0.0.1:{api_port}", BINARY_PATH, "process", "--mode=lambda",
             *test.pipeline.process_flags(url), *SOON],
            env=test.aws.environment | {"AWS_LAMBDA_FUNCTION_TIMEOUT": str(self.SECONDS_MAX)}, stdout=self.log,
            stderr=subprocess.STDOUT)
        test.addCleanup(test.end, self.process)
        test.await_that(lambda: self.process.poll() is not None or is_open(port), "the emulator")
        return self.process.poll() is None

    def invoke(self, event):
        request = urllib.request.Request(self.url, json.dumps(event).encode())
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read())

    def turn(self):
        """The messages that it was given, and the ids of those that it says have failed."""
        received = self.sqs.receive_message(
            QueueUrl=self.queue, MaxNumberOfMessages=10, WaitTimeSeconds=0, VisibilityTimeout=20,
            AttributeNames=["ApproximateReceiveCount", "SentTimestamp"]).get("Messages", [])
        if not received:
            time.sleep(0.2)
            return [], set()
        answer = self.invoke({"Records": [
            {"messageId": message["MessageId"], "receiptHandle": message["ReceiptHandle"], "body": message["Body"],
             "attributes": message["Attributes"], "messageAttributes": {}, "eventSource": "aws:sqs",
             "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:headgate", "awsRegion": "eu-west-1"}
            for message in received]})
        failed = {failure["itemIdentifier"] for failure in answer["batchItemFailures"]}
        for message in received:
            if message["MessageId"] not in failed:
                self.sqs.delete_message(QueueUrl=self.queue, ReceiptHandle=message["ReceiptHandle"])
        return received, failed

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


class AwsTest(EndToEndTest):
    """A central account and two customers', and what a test asks of them."""

    def setUp(self):
        self.installation = self.install()
        self.aws = Aws()
        self.addCleanup(self.aws.stop)
        self.pipeline = Pipeline(self.aws)
        self.pipeline.add_customer("acme", TENANTS["acme"])
        # As a customer of the predecessor has it: no leave for session tags and a source identity. And in another region.
        self.pipeline.add_customer("globex", TENANTS["globex"], trusts=["sts:AssumeRole"], region="eu-central-1")
        self.aws.guard()
        self.proxy = self.way_to_aws()

    def way_to_aws(self, seed=None):
        proxy = FaultProxy(self.aws.url, seed)
        self.addCleanup(proxy.stop)
        return proxy

    def start(self, *words):
        process = subprocess.Popen([BINARY_PATH, *words, "--log.format=json"], stdout=subprocess.PIPE,
                                   stderr=subprocess.PIPE, text=True, env=self.aws.environment)
        self.addCleanup(self.end, process)
        return process

    @staticmethod
    def end(process):
        if process.poll() is None:
            process.kill()
            process.communicate(timeout=60)

    def await_word(self, process, word):
        said = []
        for line in process.stderr:
            said.append(line)
            if word in line:
                return json.loads(line)
        self.fail("it has ended: " + "".join(said))

    def write_logs(self, lines, line_bytes=0):
        """Remembers them: tenant -> pod -> messages"""
        letters = random.Random(SEED)
        self.wanted = {}
        for tenant in TENANTS:
            for pod in PODS:
                file = CriFile(self.installation.pods, tenant, pod)
                messages = [f"{tenant} {pod} line {number} {letters.randbytes(line_bytes // 2).hex()}"
                            for number in range(lines)]
                for message in messages:
                    file.write(message.encode())
                file.close()
                self.wanted.setdefault(tenant, {})[pod] = messages

    def lines_stored(self):
        s3 = self.aws.client("s3")
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=self.pipeline.BUCKET)
        keys = [listed["Key"] for page in pages for listed in page.get("Contents", [])]
        metadata = [s3.head_object(Bucket=self.pipeline.BUCKET, Key=key)["Metadata"] for key in keys]
        return sum(int(one.get("headgate-lines", 0)) for one in metadata)  # moto shows an object before its metadata

    def collect(self, url, lines, *flags):
        """Runs an agent until all is in the bucket."""
        agent = self.start("collect", "--kube.api=off", "--cluster-id=cluster-1", "--metrics.listen=off",
                           f"--collect.pod-logs={self.installation.pods}", f"--local.root={self.installation.root}",
                           "--collect.batch.age-max=1s", f"--collect.batch.bytes-max={BATCH_BYTES >> 10}KiB",
                           "--collect.record-bytes-max=8KiB",
                           "--collect.scan-interval=100ms", "--collect.spool.free-bytes-min=1MiB",
                           *self.pipeline.flags(url), *flags)
        self.await_word(agent, "collect_started")
        self.await_that(lambda: self.lines_stored() >= lines, f"{lines} lines in the bucket", lambda: time.sleep(0.5))
        agent.send_signal(signal.SIGTERM)
        _, complaints = agent.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(agent.returncode, 0, complaints)
        self.assertIn('"batches_spooled_for_the_next_start":0', complaints)

    def delivered_objects(self, tenant):
        """pod -> messages of each object: objects by the time of their first line, lines as they stand"""
        found = {}
        for key, body in self.pipeline.objects(tenant).items():
            prefix = f"from/headgate/{tenant}/"
            self.assertTrue(key.startswith(prefix), key)
            application, *pod, name = key[len(prefix):].split("/")
            self.assertNotIn("cluster-1", key)
            of_pod = {}
            for line in gzip.decompress(body).splitlines():
                record = json.loads(line)
                of_pod.setdefault(record["pod_name"], []).append(record)
            for pod, records in of_pod.items():
                found.setdefault(pod, []).append((records[0]["ingest_timestamp"], [one["message"] for one in records]))
        return {pod: [messages for _, messages in sorted(objects)] for pod, objects in found.items()}

    def assert_pods(self, found, wanted, what):
        self.assertEqual(sorted(found), sorted(wanted), what)
        for pod, messages in wanted.items():
            self.assert_same(found[pod], messages, f"{what}, {pod}")

    def assert_delivered(self, tenant):
        """All of it, each line once and in order, in the log group and in the bucket. Gives the objects."""
        objects = self.delivered_objects(tenant)
        joined = {pod: [message for one in of_pod for message in one] for pod, of_pod in objects.items()}
        self.assert_pods(joined, self.wanted[tenant], f"bucket of {tenant}")
        self.assert_pods(self.pipeline.events(tenant), self.wanted[tenant], f"log group of {tenant}")
        return objects

    def assert_batches_in_order(self, tenant, objects):
        """CloudWatch sorts what it is given by time, so what it was given tells more: of each object the first batch, then the
        next, to its end, and nothing again."""
        for pod, of_pod in objects.items():
            self.assertGreaterEqual(len(of_pod), OBJECTS_MIN, f"{tenant}, {pod}: too few objects to say anything of order")
            place = {message: (which, at) for which, messages in enumerate(of_pod) for at, message in enumerate(messages)}
            taken, batches = [0] * len(of_pod), [0] * len(of_pod)
            for call in self.proxy.calls:
                if call.operation != "PutLogEvents":
                    continue
                put = json.loads(call.body)
                if (put["logGroupName"], put["logStreamName"]) != (f"/logs/{tenant}", pod):
                    continue
                which, _ = place[put["logEvents"][0]["message"]]
                batches[which] += 1
                for event in put["logEvents"]:
                    self.assertEqual(place[event["message"]], (which, taken[which]), f"{tenant}, {pod}, batch {batches}")
                    taken[which] += 1
            self.assertEqual(taken, [len(messages) for messages in of_pod])
            if not self.is_packed:
                self.assertGreater(max(batches), 1, f"{tenant}, {pod}: no object was several batches")

    def is_taken_up_in_the_middle(self, objects):
        """Whether the batch that was refused until its delivery gave up is of one of these objects, and not its first."""
        refused = self.proxy.refused_on_end
        if len(refused) < REFUSED_ON_END:
            return False
        message = json.loads(refused[0])["logEvents"][0]["message"]
        return any(message in messages[1:] for of_pod in objects.values() for messages in of_pod)

    def assert_each_tenant_by_its_own_session(self):
        """Which the central role took with the tenant's external id, for this tenant's group or prefix alone."""
        sessions = self.proxy.sessions
        taken = {}
        for session in sessions.values():
            role = session.form["RoleArn"]
            if role == WORKER_ROLE:
                continue
            by = sessions[session.key].form["RoleArn"]
            if role == CENTRAL_ROLE:
                self.assertEqual(by, WORKER_ROLE)
                continue
            tenant = {account: tenant for tenant, account in TENANTS.items()}[role.split(":")[4]]
            self.assertEqual(by, CENTRAL_ROLE)
            self.assertEqual(session.form["ExternalId"], f"external-{tenant}")
            self.assertEqual(session.form["RoleSessionName"], f"headgate-{tenant}")
            told = {name: session.form.get(name) for name in ("SourceIdentity", "Tags.member.1.Key", "Tags.member.1.Value")}
            self.assertEqual(told, dict(zip(told, (f"headgate-{tenant}", "headgate:tenant", tenant)))
                             if tenant == "acme" else dict.fromkeys(told))
            writes = resources_of(session.form["Policy"], "logs:PutLogEvents", "s3:PutObject")
            self.assertLessEqual(set(resources_of(session.form["Policy"], "s3:GetObject")), set(writes), "only what is its own, never our bucket")
            group = f"arn:aws:logs:{self.pipeline.regions[tenant]}:{TENANTS[tenant]}:log-group:/logs/{tenant}"
            self.assertIn(writes, ([group, group + ":*"], [f"arn:aws:s3:::logs-of-{tenant}/from/headgate/*"]))
            taken.setdefault(tenant, set()).add(writes[0].split(":")[2])
        self.assertEqual(taken, {tenant: {"logs", "s3"} for tenant in TENANTS})
        for call in self.proxy.calls:
            tenant = None
            if call.service == "logs":
                tenant = json.loads(call.body)["logGroupName"].removeprefix("/logs/")
            elif call.service == "s3" and call.path.startswith("/logs-of-"):
                tenant = call.path.split("/")[1].removeprefix("logs-of-")
                self.assertEqual(call.owner, TENANTS[tenant], "a bucket of that name may be another's by now")
            if tenant:
                session = sessions[call.key].form
                # Only our own role reads our bucket: it copies, or looks at what a copy left, and writes to this place alone.
                if session["RoleArn"] == CENTRAL_ROLE and call.operation in ("CopyObject", "HeadObject"):
                    self.assertEqual(resources_of(session["Policy"], "s3:PutObject"), [f"arn:aws:s3:::logs-of-{tenant}/from/headgate/*"])
                else:
                    self.assertIn(f"::{TENANTS[tenant]}:role/", session["RoleArn"], call.operation)
                self.assertEqual(call.region, self.pipeline.regions[tenant], call.operation)
            self.assertFalse(call.operation.startswith("Describe"), "a call whose quota is the customer's, and low")

    def is_settled(self):
        depth = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.pipeline.queue, AttributeNames=[
            "ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"])["Attributes"]
        return all(int(number) == 0 for number in depth.values())


def resources_of(policy, *actions):
    """What a session policy lets do any of these actions on."""
    return [resource for statement in json.loads(policy)["Statement"] if set(actions) & set(statement["Action"])
            for resource in ([statement["Resource"]] if isinstance(statement["Resource"], str) else statement["Resource"])]


class AwsPipelineTest(AwsTest):
    def run_pipeline(self, deliverer, *collect_flags):
        self.is_packed = "--collect.partition=tenant" in collect_flags
        self.write_logs(LINES, LINE_BYTES)
        self.collect(self.proxy.url, LINES * len(TENANTS) * len(PODS), *collect_flags)
        delivering = deliverer(self, self.proxy.url)
        try:
            self.await_that(self.is_settled, "an empty queue", delivering.turn)
            if isinstance(delivering, Worker):  # it goes on asking its queue, by a session that may have expired just now
                self.await_that(lambda: not self.proxy.not_renewed(), "another session for each that expired", delivering.turn)
            self.is_taken_up = False
            for tenant in TENANTS:
                objects = self.assert_delivered(tenant)
                self.assert_batches_in_order(tenant, objects)
                self.is_taken_up = self.is_taken_up or self.is_taken_up_in_the_middle(objects)
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
        self.assert_each_tenant_by_its_own_session()

    def run_on_a_bad_day(self, deliverer, *services):
        self.proxy = self.way_to_aws(SEED)
        print(f"faults of seed {SEED}", file=sys.stderr)
        self.run_pipeline(deliverer)
        self.assertEqual(self.proxy.missed(services), [], self.proxy.counts)
        self.assertTrue(self.is_taken_up, "no delivery ended in the middle of an object")
        self.assertTrue(self.proxy.expired)
        self.assertEqual(self.proxy.not_renewed(), [])

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
        self.run_pipeline(Worker)

    def test_a_worker_delivers_packed_objects(self):
        self.run_pipeline(Worker, "--collect.partition=tenant")

    def test_a_worker_does_the_same_on_a_bad_day(self):
        self.run_on_a_bad_day(Worker, "s3", "sts", "dynamodb", "logs", "sqs")

    def test_a_function_delivers_every_line_once(self):
        self.run_pipeline(Function)

    def test_a_function_does_the_same_on_a_bad_day(self):
        self.run_on_a_bad_day(Function, "s3", "sts", "dynamodb", "logs")  # the queue is the test's

    def test_the_commands_work_on_it(self):
        self.write_logs(1500)
        self.collect(self.aws.url, 1500 * len(TENANTS) * len(PODS))
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
            self.assert_delivered(tenant)
        headgate("process", "--mode=scan", "--age-min=0", *flags)
        self.assert_pods(self.pipeline.events("acme"), self.wanted["acme"], "the ledger knows")

        again = headgate("replay", "--tenant=acme", "--destination=cloudwatch", "--from=2020-01-01T00:00:00Z",
                         "--name=again", *flags)
        self.assertIn("not done 0", again)
        twice = {pod: sorted(messages * 2) for pod, messages in self.wanted["acme"].items()}
        self.assert_pods({pod: sorted(messages) for pod, messages in self.pipeline.events("acme").items()}, twice, "again")
        headgate("replay", "--tenant=acme", "--destination=cloudwatch", "--from=2020-01-01T00:00:00Z",
                 "--name=again", *flags)
        self.assert_pods({pod: sorted(messages) for pod, messages in self.pipeline.events("acme").items()}, twice,
                         "a replay of that name was done")
        self.assert_pods(self.pipeline.events("globex"), self.wanted["globex"], "not replayed")

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

    def test_objects_are_delivered_by_hand(self):
        self.write_logs(50)
        self.collect(self.aws.url, 50 * len(TENANTS) * len(PODS))
        keys = [listed["Key"] for listed in self.aws.client("s3").list_objects_v2(Bucket="central-logs")["Contents"]]
        of = {tenant: [key for key in keys if f"/{tenant}/" in key] for tenant in TENANTS}
        flags = self.pipeline.process_flags(self.aws.url)

        def by_hand(*words, typed=None):
            done = subprocess.run([BINARY_PATH, "process", "--mode=manual", *words, *flags], input=typed, text=True,
                                  capture_output=True, timeout=60, env=self.aws.environment)
            self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
            return done.stdout

        objects = [f"--object=s3://central-logs/{key}" for key in of["acme"]]
        plan = by_hand("--dry-run", *objects)
        for key in of["acme"]:
            self.assertIn(key, plan)
        self.assertIn("cloudwatch -> log group /logs/acme of account 111122223333 in eu-west-1", plan)
        self.assertEqual(self.pipeline.events("acme"), {}, "a dry run delivers nothing")
        for _ in range(2):
            by_hand(*objects)
            self.assert_delivered("acme")
        self.assertEqual(self.pipeline.events("globex"), {}, "not named")

        event = {"Records": [{"eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {
            "bucket": {"name": "central-logs"}, "object": {"key": urllib.parse.quote(key), "size": 1}}}
            for key in of["globex"]]}
        for _ in range(2):
            by_hand("--event=-", typed=json.dumps(event))
            self.assert_delivered("globex")

    def test_dead_letters_are_shown_and_purged(self):
        sqs = self.aws.client("sqs")
        dead = sqs.get_queue_url(QueueName="headgate-dead")["QueueUrl"]
        bodies = {sqs.send_message(QueueUrl=dead, MessageBody=body)["MessageId"]: body
                  for body in ('{"no": "event"}', "words\nin two lines")}
        flags = self.pipeline.process_flags(self.aws.url)

        def dlq(*words, status=0):
            done = subprocess.run([BINARY_PATH, "dlq", *words, *flags], capture_output=True, text=True, timeout=60,
                                  env=self.aws.environment)
            self.assertEqual(done.returncode, status, done.stderr + done.stdout)
            return done.stdout

        for name, body in bodies.items():
            self.assertEqual(dlq("show", name).rstrip("\n"), body)
        listed = dlq("list")
        self.assertEqual(set(bodies), {name for name in bodies if name in listed})
        dlq("purge", status=2)
        self.assertEqual(dlq("list").count("\n"), listed.count("\n"), "nothing is purged without --yes")
        dlq("purge", "--yes")
        self.assertEqual([name for name in bodies if name in dlq("list")], [])

    def test_parked_deliveries_arrive_once_the_cause_ends(self):
        file = CriFile(self.installation.pods, "initech", "api-0")
        file.write(b"nobody has configured us")
        file.close()
        self.collect(self.aws.url, 1)
        worker = Worker(self, self.aws.url)
        self.await_that(lambda: ("initech/*", "parked") in self.pipeline.states(), "a parked row")
        self.pipeline.add_customer("initech", "777788889999")
        done = subprocess.run([BINARY_PATH, "replay", "--parked", *self.pipeline.process_flags(self.aws.url)],
                              capture_output=True, text=True, timeout=60, env=self.aws.environment)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        self.await_that(lambda: self.pipeline.events("initech") == {"api-0": ["nobody has configured us"]}, "the line")
        worker.stop()

    def test_a_role_admits_only_us_with_its_external_id(self):
        self.write_logs(10)
        self.collect(self.aws.url, 10 * len(TENANTS) * len(PODS))
        self.pipeline.set_external_id("globex", "external-acme")

        def headgate(*words, status=0):
            done = subprocess.run([BINARY_PATH, *words], capture_output=True, text=True, timeout=WAIT_SECONDS,
                                  env=self.aws.environment)
            self.assertEqual(done.returncode, status, done.stderr)

        headgate("process", "--mode=scan", "--age-min=0", *self.pipeline.process_flags(self.aws.url, "--aws.role-arn="),
                 status=3)
        self.assertEqual({state for _, state in self.pipeline.states()}, {"parked"})
        for tenant in TENANTS:
            self.assertEqual((self.pipeline.events(tenant), self.pipeline.objects(tenant)), ({}, {}), "not by our own role")
        headgate("replay", "--parked", *self.pipeline.process_flags(self.aws.url))
        worker = Worker(self, self.aws.url)
        self.await_that(self.is_settled, "an empty queue", worker.turn)
        worker.stop()
        self.assert_delivered("acme")
        self.assertEqual((self.pipeline.events("globex"), self.pipeline.objects("globex")), ({}, {}), "not by another's id")
        states = set(self.pipeline.states())
        self.assertEqual(states, {(f"{tenant}/{destination}", state) for tenant, state in
                                  (("acme", "delivered"), ("globex", "parked")) for destination in ("cloudwatch", "s3")})


if __name__ == "__main__":
    unittest.main()
