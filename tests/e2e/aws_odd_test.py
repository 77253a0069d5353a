"""What is odd on AWS as moto plays it, delivered by a worker and read back by boto3: S3 that may not copy, a delivery that outlasts
its message's visibility, and what can never be delivered."""

import datetime
import gzip
import json
import subprocess
import time
import unittest

from aws_pipeline_test import BINARY_PATH, TENANTS, AwsTest

CENTRAL = "central-logs"
VISIBILITY_SECONDS = 4
HANGS_SECONDS = 3 * VISIBILITY_SECONDS


def object_of(tenant, application, messages):
    """Its key and its bytes, as an agent writes them."""
    now = datetime.datetime.now(datetime.timezone.utc).isoformat()
    pod = f"{application}-0"
    records = [{"timestamp": now, "message": message, "stream": "stdout", "namespace": tenant, "application": application,
                "pod_name": pod, "container_name": "main", "ingest_timestamp": now} for message in messages]
    return (f"cluster-1/{tenant}/{application}/{pod}/20260101-000000-{pod}.json.gz",
            gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))


class OddOnAws(AwsTest):
    def put(self, key, body):
        self.aws.client("s3").put_object(Bucket=CENTRAL, Key=key, Body=body, ContentType="application/x-ndjson",
                                         ContentEncoding="gzip", Metadata={"headgate-format": "1", "headgate-lines": "2"})

    def start_worker(self, *flags):
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--process.retry-first=1s",
                            "--process.retry-longest=2s", *self.pipeline.process_flags(self.proxy.url), *flags)
        self.await_word(worker, "process_started")
        return worker

    def quarantined(self):
        """key -> text"""
        s3 = self.aws.client("s3")
        found = s3.list_objects_v2(Bucket=CENTRAL, Prefix="quarantine/").get("Contents", [])
        return {one["Key"]: s3.get_object(Bucket=CENTRAL, Key=one["Key"])["Body"].read().decode() for one in found}

    def test_the_same_object_arrives_where_s3_may_not_copy(self):
        copied, streamed = object_of("acme", "web", ["one", "two"]), object_of("globex", "web", ["three", "four"])
        self.proxy.denies = lambda call: call.operation == "CopyObject" and call.path.startswith("/logs-of-globex/")
        self.start_worker()
        for key, body in (copied, streamed):
            self.put(key, body)
        self.await_that(self.is_settled, "an empty queue")
        made = {}
        for tenant, (_, body) in (("acme", copied), ("globex", streamed)):
            s3 = self.pipeline.client("s3", tenant)
            (key, got), = self.pipeline.objects(tenant).items()
            self.assertEqual(got, body)
            head = s3.head_object(Bucket=f"logs-of-{tenant}", Key=key)
            self.assertRegex(head["Metadata"]["headgate-content"], "^[0-9a-f]{16}$")
            its_own = {"tenant-id": "one of ours", "headgate-content": "of each content another"}
            made[tenant] = head["ContentType"], head["ContentEncoding"], head["Metadata"] | its_own
        self.assertEqual(made["acme"], made["globex"], "headers and metadata are those of a copy")
        written = [call.operation for call in self.proxy.calls
                   if call.method == "PUT" and call.path.startswith("/logs-of-")]
        self.assertEqual(sorted(written), ["CopyObject", "PutObject"])

    def test_a_message_stays_invisible_during_long_work(self):
        key, body = object_of("acme", "web", ["slowly"])
        waited = []

        def waits(call, is_done):
            if call.operation == "PutLogEvents" and not is_done and not waited:
                waited.append(time.monotonic())
                time.sleep(HANGS_SECONDS)
            return False
        self.proxy.dies = waits
        self.start_worker(f"--process.visibility={VISIBILITY_SECONDS}s")
        self.put(key, body)
        self.await_that(lambda: waited, "a call that waits")
        sqs = self.aws.client("sqs")
        while time.monotonic() < waited[0] + HANGS_SECONDS:
            others = sqs.receive_message(QueueUrl=self.pipeline.queue, WaitTimeSeconds=0).get("Messages", [])
            self.assertEqual(others, [], "another worker would deliver it, too")
            time.sleep(0.2)
        self.await_that(self.is_settled, "an empty queue")
        self.assertEqual(self.pipeline.events("acme"), {"web-0": ["slowly"]})
        self.assertEqual(len([call for call in self.proxy.calls if call.operation == "PutLogEvents"]), 1)

    def test_undeliverable_messages_end_and_delay_no_other(self):
        dynamo, s3, sqs = (self.aws.client(name) for name in ("dynamodb", "s3", "sqs"))
        dynamo.update_item(TableName="headgate-tenants", Key={"tenant_id": {"S": "globex"}, "type": {"S": "cloudwatch"}},
                           UpdateExpression="SET desired_logs = :wanted",
                           ExpressionAttributeValues={":wanted": {"L": [{"S": "API"}]}})
        gone, _ = object_of("acme", "gone", [])
        damaged, body = object_of("acme", "damaged", [f"line {number} {number * 7919 % 1009}" for number in range(5000)])
        self.put(damaged, body[:len(body) // 2])
        self.put(gone, b"")
        s3.delete_object(Bucket=CENTRAL, Key=gone)
        self.put("no-key-of-ours.json.gz", b"")
        sqs.send_message(QueueUrl=self.pipeline.queue, MessageBody="no event")
        stolen, body = object_of("acme", "stolen", ["from a bucket that is none of ours"])
        s3.create_bucket(Bucket="others-logs", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        s3.put_object(Bucket="others-logs", Key=stolen, Body=body)
        sqs.send_message(QueueUrl=self.pipeline.queue, MessageBody=json.dumps({"Records": [{
            "eventSource": "aws:s3", "eventName": "ObjectCreated:Put",
            "s3": {"bucket": {"name": "others-logs"}, "object": {"key": stolen, "size": len(body)}}}]}))
        for application in ("apiserver", "worker"):
            for tenant in TENANTS:
                self.put(*object_of(tenant, application, [f"{tenant} {application}"]))
        self.start_worker("--tenants.groups={API: [apiserver, oauth]}")
        self.await_that(self.is_settled, "an empty queue")

        self.assertEqual(self.pipeline.events("globex"), {"apiserver-0": ["globex apiserver"]}, "by the group")
        events = self.pipeline.events("acme")
        for application in ("apiserver", "worker"):
            self.assertEqual(events[f"{application}-0"], [f"acme {application}"])
        self.assertEqual(events["damaged-0"], [f"line {number} {number * 7919 % 1009}"
                                               for number in range(len(events["damaged-0"]))], "what could be read")
        self.assertGreater(len(events["damaged-0"]), 100)
        texts = [json.loads(text) for text in self.quarantined().values()]
        self.assertEqual([text["body"] for text in texts if "body" in text and "no event" in text["body"]], ["no event"])
        self.assertEqual([text["key"] for text in texts if text.get("key") == damaged], [damaged])
        self.assertTrue(any("no-key-of-ours" in json.dumps(text) for text in texts), texts)
        self.assertNotIn("stolen-0", events)
        self.assertEqual([text["reason"] for text in texts if "others-logs" in text.get("body", "")],
                         ["bucket: not one of ours: others-logs"])
        self.assertTrue(all(text["reason"] for text in texts))
        states = dict.fromkeys(self.pipeline.states())
        self.assertIn(("acme/cloudwatch", "parked"), states, "the damaged one")
        self.assertIn(("globex/cloudwatch", "filtered"), states)
        dead = sqs.get_queue_url(QueueName="headgate-dead")["QueueUrl"]
        self.assertNotIn("Messages", sqs.receive_message(QueueUrl=dead, WaitTimeSeconds=0), "nothing went round until it died")
        self.assert_an_operator_is_shown(self.quarantined(), damaged)

    def assert_an_operator_is_shown(self, quarantined, damaged):
        def dlq(*words, status=0):
            done = subprocess.run([BINARY_PATH, "dlq", *words, *self.pipeline.process_flags(self.aws.url)], capture_output=True,
                                  text=True, timeout=60, env=self.aws.environment)
            self.assertEqual(done.returncode, status, done.stderr + done.stdout)
            return done.stdout
        listed = {line.split("  ")[0]: line.split("  ")[1:] for line in dlq("list").splitlines()}
        self.assertEqual(set(listed), set(quarantined))
        self.assertIn(damaged, [source for _, _, source in listed.values()])
        self.assertIn("bucket: not one of ours: others-logs", [reason for _, reason, _ in listed.values()])
        for key, text in quarantined.items():
            self.assertEqual(dlq("show", key), text)
        self.assertEqual(dlq("list", "--count=2").count("\n"), 2)
        dlq("show", "quarantine/objects/none.json", status=1)


if __name__ == "__main__":
    unittest.main()
