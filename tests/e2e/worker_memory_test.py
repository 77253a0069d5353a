"""The memory of a worker does not follow the text of its tenants: what the longest lines of each kind take is held to
the bound that docs/performance.md states, in the real binary.
"""

import base64
import gzip
import json
import sqlite3
import subprocess
import time
import unittest
import uuid

from harness import BINARY, Installation

THREADS = 12
OBJECTS = 16
LINES = 2
MIB = 1 << 20
AT = "2026-11-30T00:00:00.000000000Z"

# docs/performance.md, "Memory of a worker": all of it, a delivering thread (of one log stream), and one large line.
BASE_MIB = 32
THREAD_MIB = 12
LINE_MIB = 8 * 6.5


def deep():
    return "[" * 200 + "]" * 200


MESSAGES = {  # kind: 1 MiB of text, as an agent reads it from a log
    "ordinary": b"y" * 200,
    "control": b"\x01" * MIB,
    "quotes": b'"' * MIB,
    "backslashes": b"\\" * MIB,
    "plain": b"p" * MIB,
    "text of two bytes a character": "é".encode() * (MIB // 2),
    "invalid UTF-8": b"\xff" * MIB,
    "deep JSON": (deep() * (MIB // 400)).encode(),
    "many small fields": ("{" + ",".join(f'"{n}":{n % 10}' for n in range(100_000)) + "}").encode()[:MIB],
}


def ours(message, part=None):
    """A record as an agent writes it (docs/formats/record.md)."""
    text = message.decode("utf-8", "replace")
    record = {"timestamp": AT, "message": text}
    if text.encode() != message:
        record["message_base64"] = base64.b64encode(message).decode()
    if part is not None:
        record |= {"part": part, "last_part": True}
    record |= {"stream": "stdout", "namespace": "evil", "application": "web", "pod_name": "web-0",
               "container_name": "main", "ingest_timestamp": AT}
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def array(message):
    return "[" + ",".join(json.dumps({"message": message.decode(), "stream": "stdout"}) for _ in range(2)) + "]"


def fields(message):
    """What another agent writes: a record whose fields are many, and whose message is none of them."""
    return '{"kubernetes":{},' + ",".join(f'"f{n}":{n % 10}' for n in range(90_000)) + "}"


# name: (a line of an object, the messages it becomes)
LINES_OF = {kind: (ours(message), 1) for kind, message in MESSAGES.items() if kind != "ordinary"}
LINES_OF["control, part of a longer line"] = (ours(MESSAGES["control"], part=1), 1)
LINES_OF["control, in an array"] = (array(MESSAGES["control"]), 2)
LINES_OF["fields of others"] = (fields(b""), 1)
LINES_OF["text that is no JSON"] = ("t" * MIB, 1)
ORDINARY = (ours(MESSAGES["ordinary"]) + "\n") * 5000


class WorkerMemory(unittest.TestCase):
    def start(self, text, kinds, key):
        """A queue full of objects of that text, and a worker that delivers them: its peak memory in MiB."""
        installation = Installation()
        self.addCleanup(installation.remove)
        for kind in kinds:
            name = {"cloudwatch": {"log_group_name": "/evil"}, "s3": {"bucket_name": "logs-of-evil"}}[kind]
            put = installation.put_tenant({"tenant_id": "evil", "type": kind, "enabled": True} | name)
            self.assertEqual(put.returncode, 0, put.stderr)
        stored = gzip.compress(text.encode(), 1)
        database = sqlite3.connect(installation.root / "state.db")
        now = time.time_ns()
        for number in range(OBJECTS):
            object_key = key.format(number)
            path = installation.root / "store" / "central" / object_key
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(stored)
            body = json.dumps({"Records": [{"eventName": "ObjectCreated:Put", "eventTime": "2026-11-30T00:00:00Z", "s3": {
                "bucket": {"name": "central"}, "object": {"key": object_key, "size": len(stored)}}}]})
            database.execute("INSERT INTO messages (id, body, sent_at, visible_at) VALUES (?,?,?,?)",
                             (str(uuid.uuid4()), body, now, now))
        database.commit()
        worker = subprocess.Popen(
            [BINARY, "process", "--mode=sqs", f"--local.root={installation.root}", "--metrics.listen=off",
             f"--process.concurrency={THREADS}", "--log.level=warn", "--process.retry-first=1s"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(worker.communicate)
        self.addCleanup(worker.kill)
        ends = time.monotonic() + 120
        while database.execute("SELECT count(*) FROM messages").fetchone()[0] > 0:
            self.assertLess(time.monotonic(), ends, "the queue does not become empty")
            time.sleep(0.05)
        with open(f"/proc/{worker.pid}/status", encoding="ascii") as status:
            peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
        database.close()
        delivered = installation.root / "delivered"
        events = sum(path.read_bytes().count(b"\n") for path in delivered.rglob("*.ndjson"))
        records = sum(gzip.decompress(path.read_bytes()).count(b"\n") for path in delivered.rglob("*.json.gz")
                      if ".headgate" not in path.parts)
        return peak, events, records

    def hold(self, kinds, key):
        bound = BASE_MIB + THREADS * len(kinds) * THREAD_MIB + LINE_MIB
        for name, (line, messages) in LINES_OF.items():
            with self.subTest(name):
                peak, events, records = self.start((line + "\n") * LINES, kinds, key)
                print(f"{'+'.join(kinds)}, {name}: {peak:.0f} MiB of {bound:.0f}", flush=True)
                self.assertLessEqual(peak, bound)
                if "s3" in kinds:
                    self.assertEqual(records, OBJECTS * LINES * messages)
                if "cloudwatch" in kinds:
                    self.assertGreaterEqual(events, OBJECTS * LINES * messages)

    def test_of_log_groups(self):
        self.hold(["cloudwatch"], "cluster/evil/web/web-{0}/20261130-000000-{0:08}.json.gz")

    def test_of_buckets(self):
        self.hold(["s3"], "cluster/evil/web/web-{0}/20261130-000000-{0:08}.json.gz")

    def test_of_packed_objects_and_both_destinations(self):
        self.hold(["cloudwatch", "s3"], "cluster/evil/_packed/node-1/20261130-000000-{0:08}.json.gz")

    def test_of_ordinary_lines_it_is_far_below(self):
        peak, events, _ = self.start(ORDINARY, ["cloudwatch"], "cluster/evil/web/web-{0}/20261130-000000-{0:08}.json.gz")
        print(f"ordinary: {peak:.0f} MiB", flush=True)
        self.assertEqual(events, OBJECTS * 5000)
        self.assertLessEqual(peak, BASE_MIB + THREADS * 4)


if __name__ == "__main__":
    unittest.main()
