"""What botocore makes of the questions in a file of JSON lines; one answer a line.

{"ask": "sign", "service", "region", "at", "key", "secret", "token", "method", "url", "headers": [[name, value]],
 "body": hex, "unsigned": bool}  ->  the Authorization header
{"ask": "endpoint", "service", "region", "fips", "dual"}  ->  the URL, or "" where botocore refuses
{"ask": "client", "service", "region", "environment": {name: value}}  ->  the URL that a client made in this
 environment asks, or "" where there is none
"""
import datetime
import json
import os
import sys

import botocore.auth
import botocore.endpoint_provider
import botocore.exceptions
import botocore.loaders
import botocore.session
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

LOADER = botocore.loaders.Loader()
PROVIDERS = {}


def sign(row):
    at = datetime.datetime.strptime(row["at"], "%Y-%m-%dT%H:%M:%SZ")
    botocore.auth.get_current_datetime = lambda: at
    request = AWSRequest(method=row["method"], url=row["url"], data=bytes.fromhex(row["body"]))
    for name, value in row["headers"]:
        request.headers.add_header(name, value)
    if row["unsigned"]:
        request.context.update(has_streaming_input=True,
                               checksum={"request_algorithm": {"in": "header", "name": "x-amz-checksum-crc32c"}})
    kind = botocore.auth.S3SigV4Auth if row["service"] == "s3" else botocore.auth.SigV4Auth
    credentials = Credentials(row["key"], row["secret"], row["token"] or None)
    kind(credentials, row["service"], row["region"]).add_auth(request)
    return request.headers["Authorization"]


def endpoint(row):
    service = row["service"]
    if service not in PROVIDERS:
        PROVIDERS[service] = botocore.endpoint_provider.EndpointProvider(
            LOADER.load_service_model(service, "endpoint-rule-set-1"), LOADER.load_data("partitions"))
    try:
        return PROVIDERS[service].resolve_endpoint(
            Region=row["region"], UseFIPS=row["fips"], UseDualStack=row["dual"]).url
    except botocore.exceptions.EndpointProviderError:
        return ""


def client(row):
    kept = dict(os.environ)
    os.environ.update(row["environment"])
    try:
        session = botocore.session.Session()
        session.register_component("data_loader", LOADER)  # which remembers the services that it has read
        return session.create_client(row["service"], region_name=row["region"], aws_access_key_id="k",
                                     aws_secret_access_key="s").meta.endpoint_url
    except botocore.exceptions.BotoCoreError:
        return ""
    finally:
        os.environ.clear()
        os.environ.update(kept)


ANSWERS = {"sign": sign, "endpoint": endpoint, "client": client}
with open(sys.argv[1], encoding="utf-8") as questions:
    for line in questions:
        row = json.loads(line)
        print(ANSWERS[row["ask"]](row))
