"""Furnishes a moto server whose URL is given: a user and two roles in our account, a role in a tenant's, a secret.
Prints the user's key and secret, one a line; from then on the server checks signatures and permissions."""
import json
import sys
import urllib.request

import boto3

URL = sys.argv[1]
TENANT = "222222222222"
EVERYTHING = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}


def client(service, key="AKIAFIRST", secret="any", token=None):
    return boto3.client(service, endpoint_url=URL, region_name="eu-west-1", aws_access_key_id=key,
                        aws_secret_access_key=secret, aws_session_token=token)


def trust(principal, external_id=None):
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"AWS": principal}}
    if external_id:
        statement["Condition"] = {"StringEquals": {"sts:ExternalId": external_id}}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def role(iam, name, trusts):
    iam.create_role(RoleName=name, AssumeRolePolicyDocument=trusts)
    iam.put_role_policy(RoleName=name, PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))


iam = client("iam")
user = iam.create_user(UserName="headgate")["User"]["Arn"]
iam.put_user_policy(UserName="headgate", PolicyName="all", PolicyDocument=json.dumps(EVERYTHING))
keys = iam.create_access_key(UserName="headgate")["AccessKey"]
role(iam, "central", trust(user))
role(iam, "careful", trust(user, "right/external=id"))

there = client("sts").assume_role(RoleArn=f"arn:aws:iam::{TENANT}:role/admin", RoleSessionName="setup")["Credentials"]
role(client("iam", there["AccessKeyId"], there["SecretAccessKey"], there["SessionToken"]), "logs",
     trust("arn:aws:iam::123456789012:role/central", "ext-1"))

client("secretsmanager").create_secret(Name="headgate/api-key", SecretString='a "secret" é')
client("secretsmanager").create_secret(Name="headgate/bytes", SecretBinary=b"\x00\xff\x10")

urllib.request.urlopen(urllib.request.Request(
    URL + "/moto-api/reset-auth", data=b"0", method="POST", headers={"Content-Type": "text/plain"})).read()
print(keys["AccessKeyId"])
print(keys["SecretAccessKey"])
