"""A bucket without a role of its tenant: the tenant proves that it is its own by a token that it puts there. Until then nothing of the
tenant's is put into it, and what was to be delivered is parked; once the token is there it is released without a command."""

import time
import unittest

from aws_odd_test import OddOnAws as _OddOnAws, object_of
from aws_pipeline_test import TENANTS, AwsTest

put_object = _OddOnAws.put
del _OddOnAws  # its tests run where they stand
TOKEN = "a-token-of-24-characters"
BUCKET = "proven-bucket"
TOKEN_KEY = "in/headgate-owner/acme"
HALF_HOUR_NS = 1800 * 10**9


class BucketTokenTest(AwsTest):
    def setUp(self):
        super().setUp()
        self.theirs = self.pipeline.client("s3", "acme")
        self.theirs.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
        self.aws.client("dynamodb").put_item(TableName="headgate-tenants", Item={
            "tenant_id": {"S": "acme"}, "type": {"S": "s3#proven"}, "enabled": {"BOOL": True}, "target_region": {"S": "eu-west-1"},
            "account_id": {"S": TENANTS["acme"]}, "bucket_name": {"S": BUCKET}, "bucket_prefix": {"S": "in/"},
            "bucket_token": {"S": TOKEN}})

    def work(self, name):
        """An object of that name, by a worker that starts and stops; its row of the destination."""
        worker = self.start_worker()
        put_object(self, *object_of("acme", name, [f"a line of {name}"]))
        self.await_that(lambda: self.row(name).get("state", {}).get("S", "pending") != "pending", f"a settled delivery of {name}", seconds=60)
        self.await_that(self.is_settled, "an empty queue")
        worker.terminate()
        _, said = worker.communicate(timeout=60)
        self.assertNotIn(TOKEN, said)
        return self.row(name)

    def start_worker(self):
        # A receive that the stopped worker before left may still take a message: it is to come back soon.
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--process.retry-first=1s",
                            "--process.retry-longest=2s", "--process.visibility=6s", *self.pipeline.process_flags(self.proxy.url))
        self.await_word(worker, "process_started")
        return worker

    def rows(self):
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName="headgate-ledger")
        return [item for page in pages for item in page["Items"]
                if item["delivery"]["S"] == "acme/s3#proven" and "/acme/" in item["object"]["S"]]  # not the lease of a probe

    def row(self, name):
        return next((row for row in self.rows() if f"/{name}/" in row["object"]["S"]), {})

    def delivered(self):
        return sorted(one["Key"] for one in self.theirs.list_objects_v2(Bucket=BUCKET).get("Contents", []) if one["Key"] != TOKEN_KEY)

    def pass_half_an_hour(self):
        """The parked deliveries look as if they were parked so much earlier: then a destination is probed."""
        for row in self.rows():
            if row["state"]["S"] != "parked":
                continue
            earlier = {name: {"N": str(int(row[name]["N"]) - HALF_HOUR_NS - 10**9)} for name in ("updated_at", "parked_at", "parked_since")}
            self.aws.client("dynamodb").put_item(TableName="headgate-ledger", Item=row | earlier)

    def test_delivers_to_the_bucket_that_holds_its_token(self):
        self.theirs.put_object(Bucket=BUCKET, Key=TOKEN_KEY, Body=TOKEN.encode() + b"\n")
        self.assertEqual(self.work("web")["state"]["S"], "delivered")
        key, = self.delivered()
        self.assertTrue(key.startswith("in/acme/web/"), key)

    def test_a_delivery_is_parked_until_the_token_is_right(self):
        row = self.work("missing")
        self.assertEqual(row["state"]["S"], "parked")
        self.assertIn("bucket_token", row["reason"]["S"])
        self.assertIn(f"s3://{BUCKET}/{TOKEN_KEY}", row["reason"]["S"], "the tenant is told where")
        self.theirs.put_object(Bucket=BUCKET, Key=TOKEN_KEY, Body=b"the-token-of-someone-else")
        row = self.work("other")
        self.assertEqual(row["state"]["S"], "parked")
        self.assertNotIn(TOKEN, row["reason"]["S"])
        self.assertEqual(self.delivered(), [])
        self.assertEqual(len(self.pipeline.events("acme")), 2, "the tenant's other destinations have both")

        self.theirs.put_object(Bucket=BUCKET, Key=TOKEN_KEY, Body=TOKEN.encode())
        self.pass_half_an_hour()
        self.start_worker()
        self.await_that(lambda: len(self.delivered()) == 2, "what was parked", lambda: time.sleep(1))
        self.await_that(lambda: {row["state"]["S"] for row in self.rows()} == {"delivered"}, "settled deliveries")


if __name__ == "__main__":
    unittest.main()
