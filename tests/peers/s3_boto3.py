"""boto3 on a bucket whose objects follow one rule: the body is the key, over and over; metadata and content
headers say what the key is.   s3_boto3.py write|read|check URL BUCKET ACCESS_KEY SECRET_KEY, keys in hexadecimal,
one a line, on standard input. A line that ends in " large" is an object that goes in parts.
`read` fails unless just these objects are there, `check` also when an upload was left unfinished; prints how
many it has seen."""
import sys

import boto3
from botocore.config import Config

LARGE = 6 << 20  # over S3's smallest part


def body_of(key, large):
    name = key.encode()
    size = LARGE if large else 100 * len(name)
    return (name * (size // len(name) + 1))[:size]


def properties(key):
    return {"ContentType": "application/x-ndjson", "ContentEncoding": "gzip",
            "Metadata": {"key-hex": key.encode().hex(), "lines": "42"}}


def write(s3, bucket, wanted):
    for key, large in wanted.items():
        if not large:
            s3.put_object(Bucket=bucket, Key=key, Body=body_of(key, large), **properties(key))
            continue
        body = body_of(key, large)
        upload = s3.create_multipart_upload(Bucket=bucket, Key=key, **properties(key))["UploadId"]
        parts = []
        for number, piece in enumerate((body[:5 << 20], body[5 << 20:]), 1):
            part = s3.upload_part(Bucket=bucket, Key=key, UploadId=upload, PartNumber=number, Body=piece)
            parts.append({"PartNumber": number, "ETag": part["ETag"]})
        s3.complete_multipart_upload(Bucket=bucket, Key=key, UploadId=upload, MultipartUpload={"Parts": parts})


def read(s3, bucket, wanted):
    there = [found["Key"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket)
             for found in page.get("Contents", [])]
    assert sorted(there) == sorted(wanted), (sorted(there), sorted(wanted))
    for key, large in wanted.items():
        found = s3.get_object(Bucket=bucket, Key=key)
        assert found["Body"].read() == body_of(key, large), key
        for name, value in properties(key).items():
            assert found[name] == value, (key, name, found[name])


def check(s3, bucket, wanted):
    read(s3, bucket, wanted)
    assert not s3.list_multipart_uploads(Bucket=bucket).get("Uploads"), "an unfinished upload"


def main():
    what, url, bucket, access_key, secret_key = sys.argv[1:]
    wanted = {}
    for line in sys.stdin.read().splitlines():
        name, _, size = line.partition(" ")
        wanted[bytes.fromhex(name).decode()] = size == "large"
    s3 = boto3.client("s3", endpoint_url=url, aws_access_key_id=access_key, aws_secret_access_key=secret_key,
                      region_name="us-east-1", config=Config(s3={"addressing_style": "path"}))
    {"write": write, "read": read, "check": check}[what](s3, bucket, wanted)
    print(len(wanted))


main()
