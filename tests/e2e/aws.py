"""AWS as moto plays it, for a test: all services at one loopback address, and boto3 to prepare and to judge.

Once guarded it checks signatures, permissions and trust: our programs begin as a user who may take one role and no more.
"""

import contextlib
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import urllib.request

import boto3

ROOT = pathlib.Path(__file__).resolve().parents[2]
SERVER = ROOT / "tests/peers/moto_server.py"
REGION = "eu-west-1"
ACCOUNT = "123456789012"  # moto's own: the central one
WORKER_ROLE = f"arn:aws:iam::{ACCOUNT}:role/headgate"
CENTRAL_ROLE = f"arn:aws:iam::{ACCOUNT}:role/central-log-distribution"


class Aws:
    def __init__(self):
        self.keys = {"AccessKeyId": "AKIAFIRST", "SecretAccessKey": "any"}
        self.is_guarded = False
        self.process = subprocess.Popen([sys.executable, "-B", SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.DEVNULL, text=True)
        self.url = f"http://127.0.0.1:{int(self.process.stdout.readline())}"
        iam = self.client("iam")
        self.keys = user(iam, "operator", {"Action": "*", "Resource": "*"})
        keys = user(iam, "headgate", {"Action": "sts:AssumeRole", "Resource": WORKER_ROLE})
        # What a program of ours is started with: a profile whose role it takes, and no other account's.
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="headgate-e2e-aws-"))
        config, credentials = self.folder / "config", self.folder / "credentials"
        config.write_text(f"[default]\nrole_arn = {WORKER_ROLE}\nsource_profile = user\nregion = {REGION}\n")
        credentials.write_text(f"[user]\naws_access_key_id = {keys['AccessKeyId']}\n"
                               f"aws_secret_access_key = {keys['SecretAccessKey']}\n")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        self.environment |= {"AWS_CONFIG_FILE": str(config), "AWS_SHARED_CREDENTIALS_FILE": str(credentials)}

    def stop(self):
        self.process.kill()
        self.process.communicate(timeout=60)
        shutil.rmtree(self.folder, ignore_errors=True)

    def client(self, service, region=REGION, credentials=None, url=None):
        keys = credentials or self.keys
        return boto3.client(service, region_name=region, endpoint_url=url or self.url,
                            aws_access_key_id=keys["AccessKeyId"], aws_secret_access_key=keys["SecretAccessKey"],
                            aws_session_token=keys.get("SessionToken"))

    def guard(self, is_guarded=True):
        self.is_guarded = is_guarded
        urllib.request.urlopen(urllib.request.Request(
            self.url + "/moto-api/reset-auth", data=b"0" if is_guarded else b"inf", method="POST",
            headers={"Content-Type": "text/plain"})).read()

    @contextlib.contextmanager
    def unguarded(self):
        before = self.is_guarded
        self.guard(False)
        yield
        self.guard(before)


def user(iam, name, permission):
    """Keys of a new user who has that permission."""
    iam.create_user(UserName=name)
    iam.put_user_policy(UserName=name, PolicyName="all", PolicyDocument=policy(permission))
    return iam.create_access_key(UserName=name)["AccessKey"]


def role(iam, name, trusted, permissions):
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=policy(trusted))["Role"]["Arn"]
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=policy(*permissions))
    return arn


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"} | one for one in statements]})


def trust(principal, actions=("sts:AssumeRole",), external_id=None):
    statement = {"Action": list(actions), "Principal": {"AWS": principal}}
    return statement | ({"Condition": {"StringEquals": {"sts:ExternalId": external_id}}} if external_id else {})


class Pipeline:
    """The central account's resources, and each customer's, made as an operator would."""

    BUCKET = "central-logs"

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
        iam = aws.client("iam")
        services = {"Action": ["s3:*", "sqs:*", "dynamodb:*"], "Resource": "*"}
        # It may ask for any role: those of the tenants do not let it in.
        role(iam, "headgate", trust(f"arn:aws:iam::{ACCOUNT}:user/headgate"),
             [services, {"Action": "sts:AssumeRole", "Resource": "*"}])
        role(iam, "central-log-distribution", trust(WORKER_ROLE),
             [services, {"Action": "sts:AssumeRole", "Resource": "arn:aws:iam::*:role/logs-from-headgate"}])
        self.customers = {}
        self.regions = {}  # where each wants its logs

    def add_customer(self, tenant, account, trusts=("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity"),
                     region=REGION):
        """A role, a bucket, and rows in the tenant table for CloudWatch Logs and S3."""
        self.regions[tenant] = region
        with self.aws.unguarded():
            # moto gives the account of a role to whoever takes it.
            self.customers[tenant] = self.aws.client("sts").assume_role(
                RoleArn=f"arn:aws:iam::{account}:role/operator", RoleSessionName="operator")["Credentials"]
            iam = self.client("iam", tenant)
            role(iam, "operator", trust("nobody"), [{"Action": "*", "Resource": "*"}])
            arn = role(iam, "logs-from-headgate", trust(CENTRAL_ROLE, trusts, f"external-{tenant}"),
                       [{"Action": ["logs:*", "s3:*"], "Resource": "*"}])
        assert f":{account}:" in arn, arn
        self.client("s3", tenant).create_bucket(
            Bucket=f"logs-of-{tenant}", CreateBucketConfiguration={"LocationConstraint": region})
        common = {"tenant_id": {"S": tenant}, "enabled": {"BOOL": True}, "target_region": {"S": region},
                  "account_id": {"S": account}, "log_distribution_role_arn": {"S": arn},
                  "external_id": {"S": f"external-{tenant}"}}
        dynamo = self.aws.client("dynamodb")
        dynamo.put_item(TableName="headgate-tenants", Item=common | {
            "type": {"S": "cloudwatch"}, "log_group_name": {"S": f"/logs/{tenant}"}})
        dynamo.put_item(TableName="headgate-tenants", Item=common | {
            "type": {"S": "s3"}, "bucket_name": {"S": f"logs-of-{tenant}"}, "bucket_prefix": {"S": "from/headgate/"}})

    def client(self, service, tenant):
        return self.aws.client(service, region=self.regions[tenant], credentials=self.customers[tenant])

    def flags(self, url):
        return ["--store.kind=s3", f"--store.bucket={self.BUCKET}", f"--aws.region={REGION}", f"--aws.endpoint-url={url}"]

    def process_flags(self, url, *roles):
        return self.flags(url) + [f"--aws.queue-url={self.queue.replace(self.aws.url, url)}",
                                  *(roles or [f"--aws.role-arn={CENTRAL_ROLE}"])]

    def set_external_id(self, tenant, external_id):
        """In the rows of the tenant table; the role goes on wanting the old one."""
        for kind in ("cloudwatch", "s3"):
            self.aws.client("dynamodb").update_item(
                TableName="headgate-tenants", Key={"tenant_id": {"S": tenant}, "type": {"S": kind}},
                UpdateExpression="SET external_id = :id", ExpressionAttributeValues={":id": {"S": external_id}})

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


def ledger_table():
    """As the document of its format says to make it."""
    text = (ROOT / "docs/contributing/formats/ledger-table.md").read_text()
    return json.loads(text.split("```json\n", 1)[1].split("```", 1)[0])
