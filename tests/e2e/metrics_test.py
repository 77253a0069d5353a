"""docs/metrics.md against /metrics of each command that serves it, as it answers first: every metric that is documented for the
command is there, of its type, with its labels and with the value that is true then; and nothing else is there. The answer is read by
Prometheus's own parser."""

import json
import math
import pathlib
import re
import subprocess
import sys
import time
import unittest
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BINARY, EndToEndTest, kill  # noqa: E402

DOCUMENT = pathlib.Path(__file__).resolve().parents[2] / "docs/metrics.md"
EVERY, AGENT, CLUSTER, PROCESSOR = "Every command that serves `/metrics`", "Agent", "Agent, of the Kubernetes API", "Processor"
# What is not 0 in a process that has done nothing: which build it is, what the system says of it, and its own looking around.
NOT_ZERO = re.compile(r"headgate_build_info|process_.*|headgate_collect_open_files_max|headgate_collect_polling"
                      r"|headgate_kube_(failures_total|relists_total|last_event_age_seconds)")


def documented():
    """section -> name -> (type, labels, whether it is there from the start)"""
    found, section = {}, None
    for line in DOCUMENT.read_text().splitlines():
        if line.startswith("## "):
            section = found.setdefault(line[3:], {}) if line[3:] in (EVERY, AGENT, CLUSTER, PROCESSOR) else None
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if section is None or not line.startswith("| `") or len(cells) < 4:  # fewer: what the values of a label mean
            continue
        name, kind, labels, *text = cells
        name = name.strip("`")
        assert name not in section, name
        section[name] = kind, {label.strip() for label in labels.split(",") if label.strip()}, "first line on" not in text[0]
    return found


def exposed(text):
    """name -> (type, labels, values)"""
    found = {}
    for family in text_string_to_metric_families(text):
        name = family.name + ("_total" if family.type == "counter" else "")
        labels = {label for sample in family.samples for label in sample.labels} - {"le"}
        found[name] = family.type, labels, [sample.value for sample in family.samples]
    return found


class MetricsTest(EndToEndTest):
    def first_answer(self, *command):
        """Of a process that has done nothing yet."""
        installation = self.install()
        process = subprocess.Popen(
            [BINARY, *command, f"--local.root={installation.root}", "--metrics.listen=127.0.0.1:0", "--log.format=json"],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        self.addCleanup(kill, process)
        said = []
        for line in process.stderr:
            said.append(line)
            if '"metrics":"127.0.0.1:' in line:
                break
        else:
            self.fail(f"it does not start: {said}")
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"http://{json.loads(said[-1])['metrics']}/metrics", timeout=30) as answer:
            return exposed(answer.read().decode())

    def collecting(self):
        pods = self.install().pods
        return [f"--collect.pod-logs={pods}", "--collect.spool.free-bytes-min=1MiB"]

    def assert_as_documented(self, found, *sections):
        all_sections = documented()
        wanted = {name: told for section in sections for name, told in all_sections[section].items()}
        at_start = {name for name, (_, _, is_at_start) in wanted.items() if is_at_start}
        self.assertEqual(at_start - set(found), set(), "documented and not there")
        self.assertEqual(set(found) - set(wanted), set(), "there and not documented")
        for name, (kind, labels, values) in found.items():
            self.assertEqual((kind, labels), wanted[name][:2], name)
            self.assertTrue(values, f"{name}: no series")
            self.assertFalse(any(math.isnan(value) or value < 0 for value in values), f"{name}: {values}")
            if not NOT_ZERO.fullmatch(name):
                self.assertEqual(set(values), {0.0}, name)
        self.assertEqual(found["headgate_build_info"][2], [1.0])
        started = found["process_start_time_seconds"][2][0]
        self.assertLess(abs(time.time() - started), 300)
        for name in ("process_resident_memory_bytes", "process_virtual_memory_bytes", "process_open_fds", "process_max_fds",
                     "process_threads"):
            self.assertGreater(found[name][2][0], 0, name)

    def test_collect_without_the_kubernetes_api(self):
        self.assert_as_documented(self.first_answer("collect", "--kube.api=off", *self.collecting()), EVERY, AGENT)

    def test_collect_with_the_kubernetes_api(self):
        found = self.first_answer("collect", "--kube.api=https://127.0.0.1:1", "--kube.node-name=node-1", "--kube.token-file=",
                                  "--kube.ca-file=", *self.collecting())
        self.assert_as_documented(found, EVERY, AGENT, CLUSTER)

    def test_process_as_worker(self):
        self.assert_as_documented(self.first_answer("process", "--mode=sqs"), EVERY, PROCESSOR)

    def test_local(self):
        found = self.first_answer("local", "--status=off", *self.collecting())
        self.assert_as_documented(found, EVERY, AGENT, PROCESSOR)

    def test_no_metric_is_documented_twice(self):
        names = [name for section in documented().values() for name in section]
        self.assertEqual(len(names), len(set(names)))
        self.assertGreater(len(names), 70)


if __name__ == "__main__":
    unittest.main()
