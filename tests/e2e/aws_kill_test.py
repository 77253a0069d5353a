"""A processor on AWS as moto plays it is killed at every call that it makes, before the call and after it, and each time another
takes up what it left: nothing is lost, of CloudWatch one batch at most is there twice, and of a bucket nothing."""

import collections
import datetime
import gzip
import json
import threading
import unittest

from aws_pipeline_test import AwsTest

BATCHES = 3  # of each object: its lines are so far apart in time that CloudWatch takes no two of them in one
LINES = 2  # of each batch
MOMENTS_MIN = 30  # a run that is killed at fewer calls tells of something else


class KilledOnAws(AwsTest):
    def put_object(self, pod):
        """Its key, and the messages of each of its batches."""
        now = datetime.datetime.now(datetime.timezone.utc)
        batches, records = [], []
        for batch in range(BATCHES):
            at = now - datetime.timedelta(hours=30 * (BATCHES - batch))
            batches.append([f"{pod} batch {batch} line {line}" for line in range(LINES)])
            records += [{"timestamp": at.isoformat(), "message": message, "stream": "stdout", "namespace": "acme",
                         "application": "web", "pod_name": pod, "container_name": "main",
                         "ingest_timestamp": at.isoformat()} for message in batches[-1]]
        key = f"cluster-1/acme/web/{pod}/20260101-000000-{pod}.json.gz"
        self.aws.client("s3").put_object(
            Bucket="central-logs", Key=key, ContentType="application/x-ndjson", ContentEncoding="gzip",
            Metadata={"headgate-format": "1", "headgate-lines": str(BATCHES * LINES)},
            Body=gzip.compress("".join(json.dumps(record) + "\n" for record in records).encode()))
        return key, batches

    def deliver(self, key, name="worker-1"):
        return self.start("process", "--mode=manual", f"--object=s3://central-logs/{key}", f"--process.name={name}",
                          *self.pipeline.process_flags(self.proxy.url))

    def deliver_killed(self, key, at, is_done):
        """Whether it lived to be killed: at its call number `at`, before it is carried out or when it is done."""
        lock, numbers, ended = threading.Lock(), {}, threading.Event()
        process = None
        started = threading.Event()

        def dies(call, is_done_now):
            started.wait(timeout=60)
            with lock:
                if ended.is_set():
                    return True
                if not is_done_now:
                    numbers[id(call)] = len(numbers)
                if numbers[id(call)] != at or is_done_now != is_done:
                    return False
                ended.set()  # before it dies: the one who waits for that asks this next
                process.kill()
                process.wait(timeout=60)
                return True

        calls = []  # kept, so that no two have one id
        self.proxy.dies = lambda call, is_done_now: calls.append(call) or dies(call, is_done_now)
        process = self.deliver(key)
        started.set()
        _, complaints = process.communicate(timeout=60)
        self.proxy.dies = lambda call, is_done_now: False
        if not ended.is_set():
            self.assertEqual(process.returncode, 0, complaints)
        return ended.is_set()

    def accepted(self, pod):
        """The messages of each batch that CloudWatch took, in the order it took them."""
        puts = [json.loads(call.body) for call in self.proxy.calls if call.operation == "PutLogEvents"]
        return [[event["message"] for event in put["logEvents"]] for put in puts if put["logStreamName"] == pod]

    def written(self, pod):
        """What was written into the customer's bucket."""
        return [call.operation for call in self.proxy.calls if call.service == "s3" and
                call.method == "PUT" and call.path.startswith("/logs-of-acme/") and f"/{pod}/" in call.path]

    def test_a_kill_at_any_call_repeats_one_batch_at_most(self):
        repeated, moments = 0, 0
        for is_done in (False, True):
            for at in range(1000):
                pod = f"{'after' if is_done else 'before'}-{at}"
                key, batches = self.put_object(pod)
                if not self.deliver_killed(key, at, is_done):
                    break
                moments += 1
                process = self.deliver(key)
                _, complaints = process.communicate(timeout=60)
                self.assertEqual(process.returncode, 0, f"{pod}: {complaints}")
                times = collections.Counter(map(tuple, self.accepted(pod)))
                self.assertEqual(set(times), set(map(tuple, batches)), pod)
                self.assertLessEqual(sum(times.values()), BATCHES + 1, f"{pod}: {times}")
                repeated += sum(times.values()) - BATCHES
                self.assertEqual(self.written(pod), ["CopyObject"], pod)
        self.assertGreater(moments, MOMENTS_MIN)
        self.assertGreater(repeated, 0, "nobody was killed between a batch and the ledger")
        events = self.pipeline.events("acme")
        for pod, messages in events.items():
            self.assertEqual(len(set(messages)), BATCHES * LINES, pod)
        self.assertEqual({state for _, state in self.pipeline.states()}, {"delivered"})

    def test_one_of_three_workers_delivers_each_object(self):
        objects = {f"pod-{number}": self.put_object(f"pod-{number}") for number in range(8)}
        keys = [f"--object=s3://central-logs/{key}" for key, _ in objects.values()]
        workers = [self.start("process", "--mode=manual", *keys, f"--process.name=worker-{number}",
                              *self.pipeline.process_flags(self.proxy.url)) for number in range(3)]
        for worker in workers:
            worker.communicate(timeout=60)
        for pod, (_, batches) in objects.items():
            self.assertEqual(self.accepted(pod), batches, pod)
            self.assertEqual(self.written(pod), ["CopyObject"], pod)
        self.assertEqual({state for _, state in self.pipeline.states()}, {"delivered"})


if __name__ == "__main__":
    unittest.main()
