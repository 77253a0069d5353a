"""Objects as Vector's aws_s3 sink writes them (docs/vector.md) are delivered: every line, and nothing of Vector's metadata.

The key is made by the template of docs/vector/vector.yaml; the lines are real logs. What that file's transform makes of an event
says Vector's own compiler and runtime (vrl).
"""

import copy
import gzip
import json
import os
import pathlib
import re
import subprocess
import unittest
import uuid

import vrl_python
import yaml

from harness import BINARY, RUN_SECONDS_MAX, EndToEndTest, read_object, real_logs

ROOT = pathlib.Path(__file__).resolve().parents[2]
CONFIGURATION = ROOT / "docs" / "vector" / "vector.yaml"
PROVIDERS = ("node-7", "10.9.8.7", "prod-cluster", "cri-o://", "vector-secret-annotation")


def key_prefix():
    return yaml.safe_load(CONFIGURATION.read_text())["sinks"]["central"]["key_prefix"]


def key_template():
    """Ours, of the same keys."""
    return re.sub(r"{{ (\w+) }}", r"{\1}", key_prefix()) + "{file}"


def record(message, number, pod):
    """As the source kubernetes_logs and the transform give it."""
    time = f"2026-11-24T10:00:{number // 1000 % 60:02d}.{number % 1000:03d}000001Z"
    return {
        "application": "payments", "cluster_id": "prod-cluster", "container_name": "app",
        "file": f"/var/log/pods/tenant-a_{pod}_0000/app/0.log", "ingest_timestamp": time,
        "kubernetes": {
            "container_id": "cri-o://0123", "container_image": "registry/payments:1", "container_name": "app",
            "node_labels": {"kubernetes.io/hostname": "node-7"}, "pod_annotations": {"x": "vector-secret-annotation"},
            "pod_ip": "10.9.8.7", "pod_ips": ["10.9.8.7"], "pod_labels": {"app": "payments"}, "pod_name": pod,
            "pod_namespace": "tenant-a", "pod_node_name": "node-7", "pod_owner": "ReplicaSet/payments", "pod_uid": "0"},
        "message": message, "namespace": "tenant-a", "pod_name": pod, "source_type": "kubernetes_logs",
        "stream": "stdout", "timestamp": time}


def ndjson(records):
    return "".join(json.dumps(one) + "\n" for one in records)


def array_on_a_line(records):
    return json.dumps(records) + "\n"


def array_without_end(records):
    return json.dumps(records)


class VectorObjectsTest(EndToEndTest):
    def put(self, installation, records, shape, compressed=True):
        """Into the central bucket, under the key that the configuration's template makes."""
        first = records[0]
        prefix = re.sub(r"{{ (\w+) }}", lambda field: first[field.group(1)], key_prefix())
        name = f"20261124-100000-{uuid.uuid4()}.json" + (".gz" if compressed else "")
        path = installation.root / "store" / "central" / prefix / name
        path.parent.mkdir(parents=True, exist_ok=True)
        body = shape(records).encode()
        path.write_bytes(gzip.compress(body) if compressed else body)

    def scan(self, installation):
        return subprocess.run([BINARY, "process", "--mode=scan", "--age-min=0", f"--local.root={installation.root}",
                               f"--key.template={key_template()}"],
                              capture_output=True, text=True, timeout=RUN_SECONDS_MAX)

    def test_every_shape_arrives_without_provider_fields(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        lines = [line.decode("utf-8", "replace") for log in list(real_logs().values())[:3] for line in log
                 if line.strip()][:3000]
        self.assertGreater(len(lines), 1000)
        shapes = {"ndjson-0": (ndjson, True), "array-0": (array_on_a_line, True), "bare-array-0": (array_without_end, True),
                  "plain-0": (ndjson, False)}
        for pod, (shape, compressed) in shapes.items():
            self.put(installation, [record(line, number, pod) for number, line in enumerate(lines)], shape, compressed)
        done = self.scan(installation)
        self.assertEqual(done.returncode, 0, done.stderr + done.stdout)
        events = installation.delivered_events("tenant-a")
        objects = installation.delivered_objects("tenant-a")
        self.assertEqual(sorted(events), sorted(shapes))
        for pod in shapes:
            self.assert_same([event["message"] for event in events[pod]], lines, f"{pod}, log group")
            self.assert_same([one["message"] for one in objects[pod]], lines, f"{pod}, bucket")
            self.assertEqual(set(objects[pod][0]), {"timestamp", "message", "stream", "namespace", "application",
                                                    "pod_name", "container_name", "ingest_timestamp"})
        for path in (installation.root / "delivered").rglob("*.json*"):
            if ".headgate" in path.parts:
                continue
            delivered = json.dumps(read_object(path))
            for private in PROVIDERS:
                self.assertNotIn(private, delivered)

    def test_a_line_cannot_name_another_tenant(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a", "tenant-b")
        forged = record("forged", 0, "evil-0")
        self.put(installation, [forged | {"namespace": "tenant-a"}, forged | {"namespace": "tenant-b"}], ndjson)
        self.assertEqual(self.scan(installation).returncode, 0)
        self.assertEqual(len(installation.delivered_events("tenant-a")["evil-0"]), 2)
        self.assertEqual(installation.delivered_events("tenant-b"), {})
        self.assertEqual(installation.delivered_objects("tenant-b"), {})


class ConfigurationTest(unittest.TestCase):
    def test_keys_begin_with_fixed_text_as_documented(self):
        self.assertRegex(key_prefix(), r"^[a-z]+/{{ ")
        for page in (CONFIGURATION, ROOT / "docs" / "vector.md"):
            self.assertIn(key_template(), page.read_text())

    def test_promises_only_what_the_source_does(self):
        text = CONFIGURATION.read_text()
        self.assertNotIn("acknowledgements", yaml.safe_load(text)["sinks"]["central"])
        self.assertNotIn("acknowledgements", yaml.safe_load(text))
        self.assertIn("VECTOR_DANGEROUSLY_ALLOW_ENV_VAR_INTERPOLATION", text)


class TransformTest(unittest.TestCase):
    def setUp(self):
        self.program = yaml.safe_load(CONFIGURATION.read_text())["transforms"]["routed"]["source"]
        os.environ["CLUSTER_ID"] = "prod-cluster"
        self.addCleanup(os.environ.pop, "CLUSTER_ID", None)

    def routed(self, event):
        return vrl_python.VRLRuntime.run(self.program, event, "UTC").processed_event

    def test_names_what_routes_as_the_collector_does(self):
        event = {name: value for name, value in record("x", 0, "web-0").items()
                 if name in ("file", "kubernetes", "message", "source_type", "stream", "timestamp")}
        found = self.routed(copy.deepcopy(event))
        self.assertEqual({name: found[name] for name in found if name not in event},
                         {"cluster_id": "prod-cluster", "namespace": "tenant-a", "application": "payments", "pod_name": "web-0",
                          "container_name": "app", "ingest_timestamp": event["timestamp"]})
        self.assertEqual({name: found[name] for name in event}, event)
        for labels, application in (({"app.kubernetes.io/name": "shop"}, "shop"), ({"app": "a", "app.kubernetes.io/name": "b"}, "a"),
                                    ({"tier": "1"}, "unknown")):
            event["kubernetes"]["pod_labels"] = labels
            self.assertEqual(self.routed(copy.deepcopy(event))["application"], application)

    def test_takes_nothing_that_routes_from_a_line(self):
        event = {"message": json.dumps({"namespace": "tenant-b", "cluster_id": "x", "application": "y", "pod_name": "z"}),
                 "timestamp": "2026-11-24T10:00:00Z", "kubernetes": {"pod_namespace": "tenant-a", "pod_name": "web-0"}}
        found = self.routed(event)
        self.assertEqual([found[name] for name in ("cluster_id", "namespace", "application", "pod_name")],
                         ["prod-cluster", "tenant-a", "unknown", "web-0"])


if __name__ == "__main__":
    unittest.main()
