"""The processor as a Lambda function in AWS's own runtime interface emulator: what it answers when a destination hangs, when it cannot
start, and when a topic of SNS or EventBridge invokes it without a queue."""

import json
import threading
import time
import unittest
import urllib.error
import urllib.parse

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

    def test_ends_before_its_deadline_and_names_what_hangs(self):
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

    def notifications(self):
        """What SNS sent of each object that was put, as it stands in the queue; it is taken out of it."""
        sqs, bodies = self.aws.client("sqs"), []
        while True:
            some = sqs.receive_message(QueueUrl=self.pipeline.queue, MaxNumberOfMessages=10).get("Messages", [])
            if not some:
                return bodies
            for message in some:
                body = json.loads(message["Body"])
                if "s3:TestEvent" not in body["Message"]:
                    bodies.append(body)
                sqs.delete_message(QueueUrl=self.pipeline.queue, ReceiptHandle=message["ReceiptHandle"])

    def event_of_sns(self, envelope):
        """As Lambda is invoked by a topic. https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html"""
        return {"Records": [{
            "EventSource": "aws:sns", "EventVersion": "1.0", "EventSubscriptionArn": envelope["TopicArn"] + ":0a1b2c3d",
            "Sns": {"Type": "Notification", "MessageId": envelope["MessageId"], "TopicArn": envelope["TopicArn"],
                    "Subject": envelope.get("Subject", "Amazon S3 Notification"), "Message": envelope["Message"],
                    "Timestamp": envelope["Timestamp"], "SignatureVersion": "1", "Signature": "EXAMPLE",
                    "SigningCertUrl": "https://sns.eu-west-1.amazonaws.com/c.pem", "UnsubscribeUrl": "https://sns.eu-west-1.amazonaws.com/u",
                    "MessageAttributes": {}}}]}

    def event_of_eventbridge(self, envelope):
        """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: unlike an event of S3's, its key is not encoded."""
        record, = json.loads(envelope["Message"])["Records"]
        put = record["s3"]["object"]
        return {"version": "0", "id": envelope["MessageId"], "detail-type": "Object Created", "source": "aws.s3", "account": "123456789012",
                "time": record["eventTime"], "region": "eu-west-1", "resources": [record["s3"]["bucket"]["arn"]],
                "detail": {"version": "0", "bucket": {"name": record["s3"]["bucket"]["name"]},
                           "object": {"key": urllib.parse.unquote_plus(put["key"]), "size": put["size"], "etag": put["eTag"],
                                      "sequencer": "00617F08299329D189"},
                           "request-id": "N4N7GDK58NMKJ12R", "requester": "123456789012", "source-ip-address": "1.2.3.4",
                           "reason": "PutObject"}}

    def failed(self, function, event):
        """Whether the function says of the whole event that it is not done, so that Lambda invokes it again."""
        try:
            answer = function.invoke(event)
        except urllib.error.HTTPError as refused:
            answer = json.loads(refused.read())
        return "errorType" in answer

    def assert_delivers_events_of(self, form):
        self.write_logs(LINES)
        self.collect(self.aws.url, LINES * len(TENANTS) * 2)
        envelopes = []
        self.await_that(lambda: envelopes.extend(self.notifications()) or len(envelopes) >= len(TENANTS) * 2, "what SNS sends")
        of_acme = [one for one in envelopes if "%2Facme%2F" in one["Message"] or "/acme/" in one["Message"]]
        self.assertEqual(len(of_acme), 2)
        function = ShortFunction(self, self.proxy.url)
        self.proxy.denies = lambda call: call.operation == "PutLogEvents"
        self.proxy.dies = lambda call, is_done: call.operation == "PutLogEvents" and not is_done  # no answer, of no kind
        self.assertTrue(self.failed(function, form(of_acme[0])), "Lambda is to come again: not all of it is delivered")
        self.proxy.denies, self.proxy.dies = lambda call: False, lambda call, is_done: False
        for envelope in envelopes + envelopes[:2]:  # SNS may send twice
            self.await_that(lambda one=envelope: not self.failed(function, form(one)), "a delivered event", lambda: time.sleep(1))
        for tenant in TENANTS:
            self.assert_delivered(tenant)
        self.assertNotIn("Task timed out", function.stop())

    def test_a_topic_invokes_it_without_a_queue(self):
        self.assert_delivers_events_of(self.event_of_sns)

    def test_eventbridge_invokes_it_without_a_queue(self):
        self.assert_delivers_events_of(self.event_of_eventbridge)

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
