"""AWS as moto plays it, for a test: all services at one loopback address, and boto3 to prepare and to judge."""

import os
import pathlib
import subprocess
import sys

import boto3

SERVER = pathlib.Path(__file__).resolve().parents[1] / "peers" / "moto_server.py"
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
