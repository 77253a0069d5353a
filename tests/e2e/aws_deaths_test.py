"""A worker on AWS as moto plays it is killed three times while it delivers one object: the others are delivered, and that one
is parked with its reason until somebody redelivers it."""

import datetime
import gzip
import json
import subprocess
import threading
import unittest

from aws_pipeline_test import BINARY_PATH, SOON, AwsTest

DEATHS_MAX = 3


class DeathsOnAws(AwsTest):
    def setUp(self):
        super().setUp()
        self.begun = threading.Semaphore(0)  # each time that somebody begins to deliver the object that hangs
        self.works = threading.Event()
        self.proxy.dies = self.hangs
        self.addCleanup(self.works.set)

    def hangs(self, call, is_done):
        """Holds the call that delivers the bad object until the destination works. By then whoever called is dead."""
        if is_done or self.works.is_set() or call.operation != "PutLogEvents":
            return False
        if json.loads(call.body)["logStreamName"] != "bad":
            return False
        self.begun.release()
        self.works.wait(timeout=300)
        return True

    def put_object(self, tenant, pod):
        at = datetime.datetime.now(datetime.timezone.utc).isoformat()
        record = {"timestamp": at, "message": f"{pod} says this", "stream": "stdout", "namespace": tenant,
                  "application": "web", "pod_name": pod, "container_name": "main", "ingest_timestamp": at}
        self.aws.client("s3").put_object(
            Bucket="central-logs", Key=f"cluster-1/{tenant}/web/{pod}/20260101-000000-{pod}.json.gz",
            ContentType="application/x-ndjson", ContentEncoding="gzip",
            Metadata={"headgate-format": "1", "headgate-lines": "1"},
            Body=gzip.compress((json.dumps(record) + "\n").encode()))

    def start_worker(self):
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--process.name=worker-1",
                            *self.pipeline.process_flags(self.proxy.url), *SOON, "--process.visibility=2s",
                            "--process.lease=2s")
        # Nobody else reads what it says, and a full pipe would hold it up.
        threading.Thread(target=worker.stderr.read, daemon=True).start()
        return worker

    def headgate(self, *words):
        done = subprocess.run([BINARY_PATH, *words, *self.pipeline.process_flags(self.aws.url)], capture_output=True,
                              text=True, timeout=60, env=self.aws.environment)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        return done.stdout

    def has(self, tenant, *pods):
        return self.pipeline.events(tenant) == {pod: [f"{pod} says this"] for pod in pods}

    def test_parks_what_three_workers_died_of(self):
        self.put_object("acme", "bad")
        self.put_object("acme", "first")
        self.put_object("globex", "first")
        for death in range(DEATHS_MAX):
            worker = self.start_worker()
            self.assertTrue(self.begun.acquire(timeout=60), f"nobody delivers it after {death} deaths")
            if death == 0:
                self.await_that(lambda: self.has("acme", "first") and self.has("globex", "first"), "the others, beside it")
            else:
                self.put_object("globex", f"during-{death}")  # waits while the bad one is alone
            worker.kill()
            worker.wait(timeout=60)
        worker = self.start_worker()
        self.await_that(lambda: ("acme/cloudwatch", "parked") in self.pipeline.states(), "the bad one to be parked")
        self.await_that(lambda: self.has("globex", "first", "during-1", "during-2"), "the rest of the queue")
        listed = self.headgate("undelivered", "list")
        self.assertEqual(len(listed.splitlines()), 1, listed)
        self.assertIn("  acme  cloudwatch  workers died while they delivered this, 3 in a row  s3://central-logs/", listed)
        self.assertIn("/bad/", listed)
        self.assertFalse(self.begun.acquire(timeout=3), "it is tried again without a command")

        self.works.set()
        self.headgate("undelivered", "redeliver", "--kind=parked")
        self.await_that(lambda: self.has("acme", "first", "bad"), "the bad one, which is no longer")
        self.assertEqual(self.headgate("undelivered", "list"), "")
        worker.terminate()
        self.assertEqual(worker.wait(timeout=60), 0)


if __name__ == "__main__":
    unittest.main()
