"""AWS as moto plays it, for a test: all services at one loopback address, and boto3 to prepare and to judge."""

import json
import os
import pathlib
import subprocess
import sys

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = ROOT / "tests/peers/moto_server.py"
REGION = "eu-west-1"
KEY = "AKIDEXAMPLE"
SECRET = "wJalrXUtnFEMI-example"


class Aws:
    def __init__(self):
        self.process = subprocess.Popen([sys.executable, "-B", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        # What a program of ours is started with: credentials, and no other account's profile.
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment |= {"AWS_ACCESS_KEY_ID": KEY, "AWS_SECRET_ACCESS_KEY": SECRET, "AWS_CONFIG_FILE": "/dev/null",
                             "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def stop(self):
        self.process.kill()
        self.process.communicate()

    def client(self, service, region=REGION, credentials=None, url=None):
        keys = credentials or {"AccessKeyId": KEY, "SecretAccessKey": SECRET}
        return boto3.client(service, region_name=region, endpoint_url=url or self.url,
                            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                            aws_session_token=keys.get("SessionToken"))


class Pipeline:
    """The central account's resources, and each customer's, made as an operator would."""

    BUCKET = "central-logs"
    CENTRAL_ACCOUNT = "123456789012"  # moto's own

    def __init__(self, aws, visibility=30):
        self.aws = aws
        aws.client("s3").create_bucket(Bucket=self.BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION})
        sqs = aws.client("sqs")
        dead = sqs.create_queue(QueueName="headgate-dead")["QueueUrl"]
        dead_arn = sqs.get_queue_attributes(QueueUrl=dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        self.queue = sqs.create_queue(QueueName="headgate", Attributes={
            "VisibilityTimeout": str(visibility),
            "RedrivePolicy": json.dumps({"deadLetterTargetArn": dead_arn, "maxReceiveCount": "50"})})["QueueUrl"]
        queue_arn = sqs.get_queue_attributes(
            QueueUrl=self.queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        sns = aws.client("sns")
        topic = sns.create_topic(Name="headgate-objects")["TopicArn"]
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=queue_arn)
        aws.client("s3").put_bucket_notification_configuration(Bucket=self.BUCKET, NotificationConfiguration={
            "TopicConfigurations": [{"TopicArn": topic, "Events": ["s3:ObjectCreated:*"]}]})
        dynamo = aws.client("dynamodb")
        dynamo.create_table(**ledger_table())
        dynamo.create_table(
            TableName="headgate-tenants", BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("tenant_id", "type")],
            KeySchema=[{"AttributeName": "tenant_id", "KeyType": "HASH"}, {"AttributeName": "type", "KeyType": "RANGE"}])
        self.central_role = aws.client("iam").create_role(
            RoleName="central-log-distribution", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        self.customers = {}

    def add_customer(self, tenant, account):
        """A role, a bucket, and rows in the tenant table for CloudWatch Logs and S3."""
        # moto gives the account of a role to whoever takes it.
        keys = self.aws.client("sts").assume_role(RoleArn=f"arn:aws:iam::{account}:role/onboarding",
                                                  RoleSessionName="onboarding")["Credentials"]
        self.customers[tenant] = keys
        role = self.client("iam", tenant).create_role(
            RoleName="logs-from-headgate", AssumeRolePolicyDocument=TRUST)["Role"]["Arn"]
        assert f":{account}:" in role, role
        self.client("s3", tenant).create_bucket(
            Bucket=f"logs-of-{tenant}", CreateBucketConfiguration={"LocationConstraint": REGION})
        common = {"tenant_id": {"S": tenant}, "enabled": {"BOOL": True}, "target_region": {"S": REGION},
                  "account_id": {"S": account}, "log_distribution_role_arn": {"S": role},
                  "external_id": {"S": f"external-{tenant}"}}
        dynamo = self.aws.client("dynamodb")
        dynamo.put_item(TableName="headgate-tenants", Item=common | {
            "type": {"S": "cloudwatch"}, "log_group_name": {"S": f"/logs/{tenant}"}})
        dynamo.put_item(TableName="headgate-tenants", Item=common | {
            "type": {"S": "s3"}, "bucket_name": {"S": f"logs-of-{tenant}"}, "bucket_prefix": {"S": "from/headgate/"}})

    def client(self, service, tenant):
        return self.aws.client(service, credentials=self.customers[tenant])

    def flags(self, url):
        return ["--store.kind=s3", f"--store.bucket={self.BUCKET}", f"--aws.region={REGION}", f"--aws.endpoint-url={url}"]

    def process_flags(self, url):
        return self.flags(url) + [f"--aws.queue-url={self.queue.replace(self.aws.url, url)}",
                                  f"--aws.role-arn={self.central_role}"]

    def events(self, tenant):
        """stream -> messages, in the order CloudWatch Logs gives them"""
        logs = self.client("logs", tenant)
        found = {}
        groups = [group["logGroupName"] for group in logs.describe_log_groups()["logGroups"]]
        assert groups in ([], [f"/logs/{tenant}"]), groups
        for group in groups:
            for stream in logs.describe_log_streams(logGroupName=group)["logStreams"]:
                name, token, messages = stream["logStreamName"], None, []
                while True:
                    more = {"nextToken": token} if token else {}
                    page = logs.get_log_events(logGroupName=group, logStreamName=name, startFromHead=True, **more)
                    messages += [event["message"] for event in page["events"]]
                    if page["nextForwardToken"] == token:
                        break
                    token = page["nextForwardToken"]
                found[name] = messages
        return found

    def objects(self, tenant):
        """key -> body of what the tenant's bucket holds"""
        s3 = self.client("s3", tenant)
        bucket = f"logs-of-{tenant}"
        pages = s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
        keys = [listed["Key"] for page in pages for listed in page.get("Contents", [])]
        return {key: s3.get_object(Bucket=bucket, Key=key)["Body"].read() for key in keys}

    def states(self):
        """(delivery, state) of each row of the ledger"""
        pages = self.aws.client("dynamodb").get_paginator("scan").paginate(TableName="headgate-ledger")
        return [(item["delivery"]["S"], item["state"]["S"]) for page in pages for item in page["Items"]]


TRUST = json.dumps({"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]})


def ledger_table():
    """As the document of its format says to make it."""
    text = (ROOT / "docs/formats/ledger-table.md").read_text()
    return json.loads(text.split("```json\n", 1)[1].split("```", 1)[0])
