"""AWS's Python SDK as a client of an endpoint: each line of standard input is a JSON list [service, operation,
parameters], each line of output what boto3 returned, or {"error": code}.   boto3_client.py URL KEY SECRET"""
import json
import sys

import boto3
import botocore.exceptions

url, key, secret = sys.argv[1:4]
session = boto3.session.Session(aws_access_key_id=key, aws_secret_access_key=secret, region_name="us-east-1")
clients = {}


def plain(value):
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    return value.decode("utf-8") if isinstance(value, bytes) else str(value)


for line in sys.stdin:
    service, operation, parameters = json.loads(line)
    if service not in clients:
        clients[service] = session.client(service, endpoint_url=url)
    try:
        said = getattr(clients[service], operation)(**parameters)
        said.pop("ResponseMetadata", None)
    except botocore.exceptions.ClientError as refused:
        said = {"error": refused.response["Error"]["Code"]}
    print(json.dumps(said, default=plain), flush=True)
