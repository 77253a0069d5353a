"""A worker that is probed (/healthz, /readyz, /metrics) while its queue accepts calls and never answers: told to stop, it is gone
when its grace is over. What it had received goes back to the queue as soon as the queue answers, so that another worker need not
wait for the visibility time-out."""

import json
import signal
import threading
import time
import unittest

from aws_odd_test import OddOnAws as _OddOnAws, object_of
from aws_pipeline_test import AwsTest
from probed_stop_test import Prober

STOPS = 5
GRACE_SECONDS = 1
MARGIN_SECONDS = 4  # this machine may be busy with other tests
VISIBILITY_SECONDS = 300  # nothing in these tests can wait for that
MESSAGES = 25  # three calls of ten

put_object = _OddOnAws.put
del _OddOnAws  # its tests run where they stand


class Hang:
    """Calls that it is told of get no answer until it is over, and are never carried out."""

    def __init__(self, test, *operations):
        self.operations = operations  # none: every call of the queue
        self.is_over = threading.Event()
        self.held = []
        test.addCleanup(self.is_over.set)

    def __call__(self, call, is_done):
        is_held = call.operation in self.operations if self.operations else call.service == "sqs"
        if is_done or not is_held or self.is_over.is_set():
            return False
        self.held.append(call.operation)
        self.is_over.wait(60)
        return True


class HangingQueueTest(AwsTest):
    def start_worker(self, *flags, grace=GRACE_SECONDS):
        return self.start("process", "--mode=sqs", "--metrics.listen=127.0.0.1:0", f"--grace={grace}",
                          f"--process.visibility={VISIBILITY_SECONDS}s", "--process.retry-first=1s", "--process.retry-longest=2s",
                          *self.pipeline.process_flags(self.proxy.url), *flags)

    def probe(self, worker):
        prober = Prober(self.await_word(worker, "process_started")["metrics"])
        self.addCleanup(prober.end)
        self.assertTrue(prober.are_enough.wait(30), "nobody answers")
        return prober

    def stop(self, worker, grace, meanwhile=lambda: None):
        begun = time.monotonic()
        worker.send_signal(signal.SIGTERM)
        meanwhile()
        _, rest = worker.communicate(timeout=60)
        took = time.monotonic() - begun
        self.assertEqual(worker.returncode, 0, rest[-3000:])
        self.assertLess(took, grace + MARGIN_SECONDS, rest[-3000:])
        return rest

    def hang(self, *operations):
        hang = Hang(self, *operations)
        self.proxy.dies = hang
        return hang

    def put(self, name="app"):
        self.wanted = {}
        for number in range(MESSAGES):
            key, body = object_of("acme", f"{name}{number:02}", [f"line of {number}"])
            put_object(self, key, body)
            self.wanted[f"{name}{number:02}-0"] = [f"line of {number}"]

    def depth(self):
        attributes = self.aws.client("sqs").get_queue_attributes(QueueUrl=self.pipeline.queue, AttributeNames=["All"])["Attributes"]
        return int(attributes["ApproximateNumberOfMessages"]), int(attributes["ApproximateNumberOfMessagesNotVisible"])

    def test_exits_within_its_grace_though_a_receive_hangs(self):
        for _ in range(STOPS):
            hang = self.hang()
            worker = self.start_worker()
            prober = self.probe(worker)
            self.await_that(lambda: "ReceiveMessage" in hang.held, "a receive that hangs")
            self.stop(worker, GRACE_SECONDS)
            prober.end()
            hang.is_over.set()

    def test_exits_though_every_call_hangs(self):
        for stop in range(STOPS):
            self.put(f"stop{stop}x")
            hold = self.hang("PutLogEvents")
            worker = self.start_worker("--process.concurrency=2")
            prober = self.probe(worker)
            self.await_that(lambda: self.depth() == (0, MESSAGES * (stop + 1)) and hold.held, "all messages received, none delivered")
            queue = Hang(self)
            self.proxy.dies = lambda call, is_done: hold(call, is_done) or queue(call, is_done)
            self.stop(worker, GRACE_SECONDS)
            prober.end()
            queue.is_over.set()
            hold.is_over.set()

    def test_returns_its_messages_though_a_receive_hangs(self):
        self.put()
        hold = self.hang("PutLogEvents")
        worker = self.start_worker("--process.concurrency=1", grace=8)
        prober = self.probe(worker)
        self.await_that(lambda: self.depth() == (0, MESSAGES) and hold.held, "all messages received, and none delivered")
        hold.operations += ("ReceiveMessage",)
        self.await_that(lambda: "ReceiveMessage" in hold.held, "a receive that hangs")
        self.stop(worker, 8)
        prober.end()
        self.assertEqual(self.depth(), (MESSAGES, 0), "also what was under way when the grace was over")
        batches = [json.loads(call.body)["Entries"] for call in self.proxy.calls if call.operation == "ChangeMessageVisibilityBatch"]
        self.assertEqual(sorted(len(batch) for batch in batches), [4, 10, 10])
        hold.is_over.set()
        self.assert_another_delivers_all()

    def test_returns_its_messages_if_the_queue_recovers(self):
        self.put()
        hold = self.hang("PutLogEvents")
        worker = self.start_worker("--process.concurrency=1", grace=12)
        prober = self.probe(worker)
        self.await_that(lambda: self.depth() == (0, MESSAGES) and hold.held, "all messages received, and none delivered")
        queue = Hang(self)
        self.proxy.dies = lambda call, is_done: hold(call, is_done) or queue(call, is_done)

        def answer_again():
            self.await_that(lambda: "ChangeMessageVisibilityBatch" in queue.held, "messages that are given back")
            time.sleep(1)
            queue.is_over.set()
        said = self.stop(worker, 12, answer_again)
        prober.end()
        self.assertEqual(self.depth(), (MESSAGES, 0), said[-3000:])
        hold.is_over.set()
        self.assert_another_delivers_all()

    def assert_another_delivers_all(self):
        self.proxy.dies = lambda call, is_done: False
        self.start_worker()
        self.await_that(self.is_settled, "an empty queue", seconds=60)
        self.assertEqual(self.pipeline.events("acme"), self.wanted)


if __name__ == "__main__":
    unittest.main()
