"""What gives a container its credentials in ECS and EKS, as aws-export-credentials plays it: sessions of moto's STS for whoever
brings the token. Says its port on the first line and serves until its standard input is closed.
    container_credentials.py MOTO_URL HOST:PORT TOKEN"""
import http.server
import os
import signal
import sys
import tempfile
import threading

from aws_export_credentials import aws_export_credentials

url, address, token = sys.argv[1:]
stdin = sys.stdin


class TellingServer(http.server.ThreadingHTTPServer):
    def __init__(self, *arguments):
        super().__init__(*arguments)
        print(self.server_address[1], flush=True)


with tempfile.NamedTemporaryFile("w", suffix=".ini") as profile:
    profile.write("[default]\naws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\n")
    profile.flush()
    os.environ.update(AWS_SHARED_CREDENTIALS_FILE=profile.name, AWS_CONFIG_FILE="/dev/null", AWS_ENDPOINT_URL=url,
                      AWS_REGION="us-east-1", AWS_DEFAULT_REGION="us-east-1")
    os.environ.pop("AWS_PROFILE", None)
    sys.stderr = open(os.devnull, "w", encoding="utf-8")  # a line for each request
    # Sessions from the start: it chokes on botocore's lasting credentials, which have gained a field since.
    sys.argv = ["aws-export-credentials", "--ensure-temporary", "--container", address, token]
    aws_export_credentials.HTTPServer = TellingServer
    threading.Thread(target=lambda: (stdin.read(), os.kill(os.getpid(), signal.SIGINT)), daemon=True).start()
    aws_export_credentials.main()
