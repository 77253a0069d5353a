"""The predecessor's tenant table as it is: boto3 puts the rows that its README, documents and API write, and nothing that we would
like to have beside them. With tenants.predecessor_rows the tenants' lines arrive; without it they wait, and the reason says why.
"""

import json
import subprocess
import unittest

from aws import ACCOUNT, CENTRAL_ROLE, REGION, role, trust
from aws_odd_test import CENTRAL, object_of
from aws_pipeline_test import BINARY_PATH, AwsTest

CUSTOMER = "777788889999"


class PredecessorRowsTest(AwsTest):
    def setUp(self):
        super().setUp()
        with self.aws.unguarded():
            self.customer = self.aws.client("sts").assume_role(
                RoleArn=f"arn:aws:iam::{CUSTOMER}:role/operator", RoleSessionName="operator")["Credentials"]
            iam = self.aws.client("iam", credentials=self.customer)
            role(iam, "operator", trust("nobody"), [{"Action": "*", "Resource": "*"}])
            # Its customers trust the central account's number, which they all know.
            self.role = role(iam, "logs-from-headgate", trust(CENTRAL_ROLE, external_id=ACCOUNT),
                             [{"Action": "logs:*", "Resource": "*"}])
            self.aws.client("s3", "us-east-1", self.customer).create_bucket(Bucket="northwind-archive")

    def put_row(self, **fields):
        self.aws.client("dynamodb").put_item(TableName="headgate-tenants", Item=fields)

    def put_readme_row(self, **more):
        self.put_row(tenant_id={"S": "northwind"}, type={"S": "cloudwatch"}, log_distribution_role_arn={"S": self.role},
                     log_group_name={"S": "/aws/logs/northwind"}, target_region={"S": REGION}, enabled={"BOOL": True}, **more)

    def put_object(self, application, messages):
        key, body = object_of("northwind", application, messages)
        self.aws.client("s3").put_object(Bucket=CENTRAL, Key=key, Body=body, ContentEncoding="gzip",
                                         Metadata={"headgate-format": "1", "headgate-lines": str(len(messages))})

    def deliver(self, *flags):
        worker = self.start("process", "--mode=sqs", "--metrics.listen=off", "--process.retry-first=1s",
                            "--process.retry-longest=2s", *self.pipeline.process_flags(self.proxy.url), *flags)
        self.await_word(worker, "process_started")
        self.await_that(self.is_settled, "an empty queue")

    def lines(self, region=REGION):
        logs = self.aws.client("logs", region, self.customer)
        found = {}
        for group in logs.describe_log_groups()["logGroups"]:
            for stream in logs.describe_log_streams(logGroupName=group["logGroupName"])["logStreams"]:
                events = logs.get_log_events(logGroupName=group["logGroupName"], logStreamName=stream["logStreamName"],
                                             startFromHead=True)["events"]
                found[stream["logStreamName"]] = [event["message"] for event in events]
        return found

    def test_the_readmes_row_fills_its_log_group(self):
        self.put_readme_row()
        self.put_object("web", ["one", "two"])
        self.deliver("--tenants.predecessor-rows=true")
        self.assertEqual(self.lines(), {"web-0": ["one", "two"]})
        taken = [session.form for session in self.proxy.sessions.values() if session.form["RoleArn"] == self.role]
        self.assertEqual({form["ExternalId"] for form in taken}, {ACCOUNT})

    def test_reads_groups_and_what_scripts_write_as_text(self):
        self.put_readme_row(groups={"L": [{"S": "Api"}]}, desired_logs={"SS": ["web"]}, ttl={"S": "4000000000"})
        self.put_row(tenant_id={"S": "northwind"}, type={"S": "cloudwatch#b"}, enabled={"S": "True"},
                     log_distribution_role_arn={"S": self.role}, log_group_name={"S": "/second"},
                     desired_logs={"L": [{"S": ""}]}, groups={"L": []})
        for application in ("kube-apiserver", "oauth-server", "web"):
            self.put_object(application, [application])
        self.deliver("--tenants.predecessor-rows=true")
        self.assertEqual(self.lines(), {f"{name}-0": [name] for name in ("kube-apiserver", "web")})
        self.assertEqual(set(self.lines("us-east-1")), {"kube-apiserver-0", "oauth-server-0", "web-0"},
                         "no region is us-east-1, one empty name is all")

    def test_a_bucket_given_only_by_name_gets_its_objects(self):
        self.aws.client("s3", "us-east-1", self.customer).put_bucket_policy(
            Bucket="northwind-archive", Policy=json.dumps({"Version": "2012-10-17", "Statement": [
                {"Effect": "Allow", "Principal": {"AWS": CENTRAL_ROLE}, "Action": "s3:PutObject",
                 "Resource": "arn:aws:s3:::northwind-archive/ROSA/cluster-logs/*"}]}))
        self.put_row(tenant_id={"S": "northwind"}, type={"S": "s3"}, enabled={"BOOL": True}, desired_logs={"L": []},
                     bucket_name={"S": "northwind-archive"})
        self.put_object("web", ["one"])
        self.deliver("--tenants.predecessor-rows=true")
        s3 = self.aws.client("s3", "us-east-1", self.customer)
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket="northwind-archive").get("Contents", [])]
        self.assertEqual(len(keys), 1, keys)
        self.assertTrue(keys[0].startswith("ROSA/cluster-logs/northwind/web/"), keys)

    def test_waits_without_the_setting_and_names_it(self):
        self.put_readme_row()
        self.put_object("web", ["one"])
        self.deliver()
        self.assertEqual(self.lines(), {})
        parked = subprocess.run([BINARY_PATH, "replay", "--parked", "--dry-run", *self.pipeline.process_flags(self.aws.url)],
                                env=self.aws.environment, capture_output=True, text=True, timeout=60)
        self.assertIn("tenants.predecessor_rows", parked.stdout + parked.stderr)


if __name__ == "__main__":
    unittest.main()
