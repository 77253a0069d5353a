"""The processor as a Lambda function in AWS's own runtime interface emulator: what it answers when a destination hangs, and when it
cannot start."""

import json
import threading
import unittest
import urllib.error

from aws_pipeline_test import TENANTS, AwsTest, Function

LINES = 20  # of a pod
SECONDS_MAX = 8
HANGS_SECONDS = 40


class ShortFunction(Function):
    SECONDS_MAX = SECONDS_MAX


class FunctionThatCannotStart(Function):
    def start(self, test, url, port, api_port):
        test.pipeline.process_flags = lambda *_: ["--process.concurrency=many"]
        return super().start(test, url, port, api_port)


class FunctionTest(AwsTest):
    def tenants_of(self, messages):
        return {tenant for message in messages for tenant in TENANTS if f"%2F{tenant}%2F" in message["Body"]}

    def test_an_invocation_ends_before_its_deadline_and_names_what_hangs(self):
        self.write_logs(LINES)
        self.collect(self.aws.url, LINES * len(TENANTS) * 2)
        is_over = threading.Event()
        self.addCleanup(is_over.set)

        def hangs(call, is_done):
            is_of_globex = call.operation == "PutLogEvents" and json.loads(call.body)["logGroupName"] == "/logs/globex"
            if is_of_globex and not is_done:
                is_over.wait(HANGS_SECONDS)
            return False
        self.proxy.dies = hangs
        function = ShortFunction(self, self.proxy.url)
        named, done = set(), set()
        for _ in range(6):
            received, failed = function.turn()
            named |= self.tenants_of([message for message in received if message["MessageId"] in failed])
            done |= self.tenants_of([message for message in received if message["MessageId"] not in failed])
            if named and done:
                break
        self.assertEqual((named, done), ({"globex"}, {"acme"}))
        self.assert_delivered("acme")
        is_over.set()
        self.proxy.dies = lambda call, is_done: False
        self.await_that(self.is_settled, "an empty queue", function.turn)
        self.assert_delivered("globex")
        said = function.stop()
        self.assertNotIn("Task timed out", said)

    def test_a_function_that_cannot_start_says_why(self):
        function = FunctionThatCannotStart(self, self.proxy.url)
        with self.assertRaises(urllib.error.HTTPError) as refused:
            function.invoke({"Records": []})
        answer = json.loads(refused.exception.read())
        self.assertEqual(answer.get("errorType"), "Headgate.Invalid", answer)
        self.assertIn("process.concurrency", answer["errorMessage"])
        function.stop()


if __name__ == "__main__":
    unittest.main()
