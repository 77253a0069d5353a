"""headgate check against AWS as moto plays it: a whole installation is all ✓, and each fault is one ✗ with the command that fixes it."""

import json
import subprocess
import unittest

from aws import CENTRAL_ROLE, REGION, policy, trust
from aws_pipeline_test import BINARY_PATH, TENANTS, AwsTest

BUCKET = "central-logs"


class CheckTest(AwsTest):
    def setUp(self):
        super().setUp()
        # What is lacking of a whole installation where the tests of deliveries make theirs.
        sqs, dynamo = self.aws.client("sqs"), self.aws.client("dynamodb")
        dead = sqs.get_queue_url(QueueName="headgate-dead")["QueueUrl"]
        self.dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": "1209600"})
        self.set_queue(VisibilityTimeout="300", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": "100"}))
        dynamo.update_time_to_live(TableName="headgate-ledger",
                                   TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
        dynamo.update_time_to_live(TableName="headgate-tenants",
                                   TimeToLiveSpecification={"Enabled": True, "AttributeName": "ttl"})
        iam = self.aws.client("iam")
        iam.put_role_policy(RoleName="central-log-distribution", PolicyName="look",
                            PolicyDocument=policy({"Action": "sns:ListSubscriptionsByTopic", "Resource": "*"}))

    def set_queue(self, **attributes):
        self.aws.client("sqs").set_queue_attributes(QueueUrl=self.pipeline.queue, Attributes=attributes)

    def check(self, *words, role=CENTRAL_ROLE):
        return subprocess.run([BINARY_PATH, "check", *words, *self.pipeline.process_flags(self.aws.url, f"--aws.role-arn={role}")],
                              env=self.aws.environment, capture_output=True, text=True, timeout=120)

    def faults(self, *words, role=CENTRAL_ROLE):
        """Each ✗ with its fix."""
        done = self.check(*words, role=role)
        lines = done.stdout.splitlines()
        found = [(line, lines[at + 1].strip()) for at, line in enumerate(lines) if line.startswith("✗")]
        self.assertEqual(done.returncode, 1 if found else 0, done.stdout + done.stderr)
        return found

    def assert_one_fault(self, word, fix, *words, **options):
        found = self.faults(*words, **options)
        self.assertEqual(len(found), 1, found)
        self.assertIn(word, found[0][0])
        self.assertIn(fix, found[0][1])

    def test_a_whole_installation_is_well_and_left_clean(self):
        done = self.check()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertNotIn("✗", done.stdout)
        for word in ("identity", "central role", "bucket", "probe", "queue visibility", "maxReceiveCount", "dead letters",
                     "notification", "subscription", "retention", "ledger", "index parked", "expires_at", "tenants",
                     "refuses another external id"):
            self.assertIn(word, done.stdout)
        self.assertEqual(self.aws.client("s3").list_objects_v2(Bucket=BUCKET).get("Contents", []), [])
        self.assertEqual(self.pipeline.states(), [])
        self.assertEqual(self.check("collect").returncode, 0)
        self.assertEqual(self.check("api").returncode, 0)

    def test_of_the_queue_each_fault_is_told(self):
        self.set_queue(VisibilityTimeout="30")
        self.assert_one_fault("queue visibility", "VisibilityTimeout", "process")
        self.set_queue(VisibilityTimeout="300", RedrivePolicy=json.dumps(
            {"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": "3"}))
        self.assert_one_fault("maxReceiveCount: after 3 tries", "maxReceiveCount", "process")
        self.set_queue(RedrivePolicy=json.dumps({"deadLetterTargetArn": self.dead_arn, "maxReceiveCount": "100"}))
        sqs = self.aws.client("sqs")
        dead = sqs.get_queue_url(QueueName="headgate-dead")["QueueUrl"]
        sqs.set_queue_attributes(QueueUrl=dead, Attributes={"MessageRetentionPeriod": "3600"})
        self.assert_one_fault("dead letters: kept for", "MessageRetentionPeriod", "process")

    def test_of_the_bucket_each_fault_is_told(self):
        s3 = self.aws.client("s3")
        before = s3.get_bucket_notification_configuration(Bucket=BUCKET)["TopicConfigurations"]
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={})
        self.assert_one_fault("notification: none", "put-bucket-notification-configuration", "process")
        suffix = {"Key": {"FilterRules": [{"Name": "suffix", "Value": ".zst"}]}}
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={
            "TopicConfigurations": [before[0] | {"Filter": suffix}]})
        self.assert_one_fault('suffix ".zst"', "put-bucket-notification-configuration", "process")
        other = self.aws.client("sns").create_topic(Name="others")["TopicArn"]
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={
            "TopicConfigurations": [{"TopicArn": other, "Events": ["s3:ObjectCreated:*"]}]})
        self.assert_one_fault("subscription", "aws sns subscribe", "process")
        s3.put_bucket_notification_configuration(Bucket=BUCKET, NotificationConfiguration={"TopicConfigurations": before})
        s3.put_bucket_lifecycle_configuration(Bucket=BUCKET, LifecycleConfiguration={"Rules": [
            {"ID": "all", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}]})
        self.assert_one_fault("retention: objects expire after 1 d", "put-bucket-lifecycle-configuration", "process")

    def test_of_the_tables_each_fault_is_told(self):
        dynamo = self.aws.client("dynamodb")
        dynamo.update_time_to_live(TableName="headgate-ledger",
                                   TimeToLiveSpecification={"Enabled": False, "AttributeName": "expires_at"})
        self.assert_one_fault("rows do not expire", "update-time-to-live --table-name headgate-ledger", "process")
        dynamo.update_time_to_live(TableName="headgate-ledger",
                                   TimeToLiveSpecification={"Enabled": True, "AttributeName": "expires_at"})
        found = self.faults("process", "--aws.ledger-table=headgate-tenants")
        self.assertEqual(len(found), 3, found)  # key, index, expiry
        self.assert_one_fault("tenants: no-such-table", "create-table", "api", "--aws.tenants-table=no-such-table")

    def test_roles_that_do_not_let_us_in_or_let_in_anybody(self):
        iam = self.pipeline.client("iam", "acme")
        with self.aws.unguarded():
            iam.update_assume_role_policy(RoleName="logs-from-headgate", PolicyDocument=policy(trust(CENTRAL_ROLE)))
        found = self.faults("process", "--tenant=acme")
        self.assertEqual(len(found), 2, found)  # of the log group's row and the bucket's
        self.assertIn("lets us in with any external id", found[0][0])
        self.assertIn("sts:ExternalId", found[0][1])
        with self.aws.unguarded():
            iam.update_assume_role_policy(RoleName="logs-from-headgate",
                                          PolicyDocument=policy(trust(CENTRAL_ROLE, external_id="quite-another-one")))
        self.assertIn("does not let us in", self.faults("process", "--tenant=acme")[0][0])
        self.assertEqual(self.faults("process", "--tenant=globex"), [])
        self.assert_one_fault("central role", "sts:AssumeRole", "process", role="arn:aws:iam::123456789012:role/no-such-role")

    def test_a_missing_permission_is_named_with_its_fix(self):
        self.aws.client("iam").put_role_policy(RoleName="central-log-distribution", PolicyName="no", PolicyDocument=json.dumps({
            "Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Resource": "*", "Action": [
                "sqs:ChangeMessageVisibility", "s3:PutObject"]}]}))
        found = self.faults("process", "--tenant=globex")
        self.assertEqual([line.split(":")[0] for line, _ in found], ["✗ probe", "✗ queue"], found)
        self.assertIn("s3:PutObject", found[0][1])
        self.assertIn("sqs:ChangeMessageVisibility", found[1][1])


if __name__ == "__main__":
    unittest.main()
