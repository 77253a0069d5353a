"""What the end-to-end tests share: a scratch installation, CRI files as a runtime writes them, and readers of what was
delivered that are not ours (Python's gzip and json, the zstd program).

The tests drive the real `headgate` binary (E2E_BINARY) as an operator would.
"""

import datetime
import gzip
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

BINARY = os.environ.get("E2E_BINARY", "build/release/headgate")
LOG_FILES = os.environ.get("E2E_LOG_FILES")  # a folder of *.log, e.g. of https://github.com/logpai/loghub
RUN_SECONDS_MAX = 120
WAIT_SECONDS = 120


class Installation:
    """A directory with everything `headgate local` keeps, and the pod logs it reads."""

    def __init__(self, **settings):
        self.path = pathlib.Path(tempfile.mkdtemp(prefix="headgate-e2e-"))
        self.pods = self.path / "pods"
        self.root = self.path / "root"
        self.pods.mkdir()
        self.settings = {
            "collect.pod-logs": self.pods,
            "local.root": self.root,
            "metrics.listen": "127.0.0.1:0",
            "collect.batch.age-max": "1s",
            "collect.scan-interval": "200ms",
            "collect.spool.free-bytes-min": "1MiB",
            "log.level": "warn",
            "process.retry-first": "1s",
        }
        self.settings.update(settings)

    def remove(self):
        shutil.rmtree(self.path, ignore_errors=True)

    def flags(self, *names):
        return [f"--{key}={value}" for key, value in self.settings.items() if not names or key in names]

    def start(self, seconds=0, *more):
        return subprocess.Popen(
            [BINARY, "local", "--status=off", f"--seconds={seconds}", *self.flags(), *more],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, seconds, *more):
        process = self.start(seconds, *more)
        output, complaints = process.communicate(timeout=RUN_SECONDS_MAX)
        return subprocess.CompletedProcess(process.args, process.returncode, output, complaints)

    def put_tenant(self, document):
        return subprocess.run(
            [BINARY, "tenant", "put", "--file=-", f"--local.root={self.root}"],
            input=json.dumps(document), capture_output=True, text=True, timeout=RUN_SECONDS_MAX)

    def put_standard_tenants(self, *tenants):
        """Each tenant gets its logs in a group /logs/<tenant> and in a bucket logs-of-<tenant>."""
        for tenant in tenants:
            for document in (
                {"tenant_id": tenant, "type": "cloudwatch", "enabled": True, "log_group_name": f"/logs/{tenant}"},
                {"tenant_id": tenant, "type": "s3", "enabled": True, "bucket_name": f"logs-of-{tenant}"},
            ):
                put = self.put_tenant(document)
                if put.returncode != 0:
                    raise AssertionError(f"tenant put: {put.stderr}")

    def delivered_objects(self, tenant):
        """pod -> records, objects of a pod in the order of their lines' CRI times, records in the order they stand."""
        bucket = self.root / "delivered" / "s3" / f"logs-of-{tenant}"
        objects = {}
        for path in sorted(bucket.rglob("*.json*")):
            if ".headgate" in path.parts:
                continue
            assert path.relative_to(bucket).parts[0] == tenant, path
            by_pod = {}  # one, but in a packed object
            for record in read_object(path):
                by_pod.setdefault(record["pod_name"], []).append(record)
            assert path.parts[-2] in (*by_pod, "_packed"), path
            for pod, records in by_pod.items():
                objects.setdefault(pod, []).append(records)
        return {
            pod: [record for records in sorted(of_pod, key=lambda records: records[0]["ingest_timestamp"])
                  for record in records]
            for pod, of_pod in objects.items()}

    def delivered_events(self, tenant):
        """pod (log stream) -> events, in the order they were put."""
        events = {}
        for path in sorted((self.root / "delivered" / "cloudwatch" / tenant).rglob("*.ndjson")):
            with open(path, encoding="utf-8", newline="\n") as lines:
                events[path.stem] = [json.loads(line) for line in lines]
        return events

    def stored_keys(self):
        bucket = self.root / "store"
        return [path for path in bucket.rglob("*.json*") if ".headgate" not in path.parts]


def read_object(path):
    """The records of an object, by decompressors and a JSON parser that no one here wrote."""
    if path.name.endswith(".zst"):
        text = subprocess.run(["zstd", "-dcq", str(path)], check=True, capture_output=True, timeout=120).stdout
    elif path.name.endswith(".json"):
        text = path.read_bytes()
    else:
        text = gzip.decompress(path.read_bytes())
    assert text.endswith(b"\n"), path
    return [json.loads(line) for line in text.decode("utf-8").split("\n")[:-1]]


def real_logs():
    """name -> lines. The files of E2E_LOG_FILES, else what loggen makes."""
    if LOG_FILES:
        files = sorted(pathlib.Path(LOG_FILES).glob("*.log"))
        assert files, f"no *.log in {LOG_FILES}"
        return {path.stem.lower(): path.read_bytes().split(b"\n")[:-1] for path in files}
    logs = {}
    for number in range(9):
        made = subprocess.run([BINARY, "loggen", "--count=2000", "--rate=0", f"--seed={number}", "--output=-"],
                              check=True, capture_output=True, timeout=120)
        logs[f"loggen{number}"] = made.stdout.split(b"\n")[:-1]
    return logs


class CriFile:
    """A container's log file. Times go up by a millisecond a line, so that CloudWatch too tells their order; lines over 16 KiB are written in pieces, as containerd does."""

    PIECE = 16 * 1024

    def __init__(self, pods, namespace, pod, container="main"):
        self.open(pods / f"{namespace}_{pod}_{abs(hash((namespace, pod))) % 10**12:012d}" / container)

    def open(self, directory):
        self.directory = directory
        self.directory.mkdir(parents=True, exist_ok=True)
        self.file = open(self.directory / "0.log", "ab")
        self.at = datetime.datetime.now(datetime.timezone.utc)

    def write(self, message, stream="stdout", whole=False):
        self.at += datetime.timedelta(milliseconds=1)
        time = self.at.strftime("%Y-%m-%dT%H:%M:%S.%f").encode() + b"000Z"
        pieces = [message] if whole else [message[at:at + self.PIECE] for at in range(0, len(message), self.PIECE)] or [b""]
        for piece in pieces[:-1]:
            self.file.write(time + b" " + stream.encode() + b" P " + piece + b"\n")
        self.file.write(time + b" " + stream.encode() + b" F " + pieces[-1] + b"\n")

    def close(self):
        self.file.close()


class EndToEndTest(unittest.TestCase):
    maxDiff = 2000

    def install(self, **settings):
        installation = Installation(**settings)
        self.addCleanup(installation.remove)
        return installation

    def await_that(self, condition, what, turn=lambda: time.sleep(0.05), seconds=WAIT_SECONDS):
        """Waits until it is true, and fails after so many seconds. `what` says what was waited for; it may be a function that tells more."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end:
                self.fail(f"waited {seconds} s for: {what() if callable(what) else what}")
            turn()

    def assert_stays(self, condition, seconds, what):
        """It is true now and at every look for so many seconds."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.assertTrue(condition(), f"no longer true: {what}")
            time.sleep(0.2)

    def assert_stopped_well(self, done):
        self.assertEqual(done.returncode, 0, done.stderr)

    def assert_same(self, found, wanted, what):
        """Two long sequences; says where they first differ."""
        for index, (left, right) in enumerate(zip(found, wanted)):
            if left != right:
                self.fail(f"{what}: item {index}: found {left!r:.200}, wanted {right!r:.200}")
        self.assertEqual(len(found), len(wanted), what)


def kill(process):
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=RUN_SECONDS_MAX)
