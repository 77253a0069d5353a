"""Commands that only look make nothing: no state file, no directory, whatever they are asked before anything was stored."""

import pathlib
import subprocess
import tempfile
import unittest

from harness import BINARY

BINARY_PATH = pathlib.Path(BINARY).resolve()
LOOKING = [
    ["tenant", "list"],
    ["tenant", "get", "acme"],
    ["tenant", "validate"],
    ["dlq", "list"],
    ["dlq", "show", "some-id"],
    ["dlq", "show", "quarantine/messages/x"],
    ["replay", "--parked", "--dry-run"],
    ["replay", "--tenant=acme", "--from=2026-01-01T00:00:00Z", "--dry-run"],
    ["process", "--mode=scan", "--dry-run"],
    ["process", "--mode=manual", "--dry-run", "--object=s3://central/c/acme/app/pod/20260101-000000-x.json.gz"],
    ["config", "check"],
    ["config", "reference"],
]


class LookingTest(unittest.TestCase):
    def test_a_command_that_looks_makes_nothing(self):
        for words in LOOKING:
            with self.subTest(" ".join(words)), tempfile.TemporaryDirectory() as folder:
                done = subprocess.run([BINARY_PATH, *words], cwd=folder, capture_output=True, text=True, timeout=60,
                                      env={"PATH": "/usr/bin:/bin"})
                self.assertEqual(list(pathlib.Path(folder).rglob("*")), [], done.stdout + done.stderr)
                self.assertIn(done.returncode, (0, 1, 2), done.stderr)

    def test_what_is_stored_is_shown_and_nothing_is_added(self):
        with tempfile.TemporaryDirectory() as folder:
            def run(*words, text=""):
                return subprocess.run([BINARY_PATH, *words], cwd=folder, input=text, capture_output=True, text=True, timeout=60)
            stored = run("tenant", "put", "--file", "-", text="{tenant_id: acme, type: s3, bucket_name: acme-logs}")
            self.assertEqual(stored.returncode, 0, stored.stderr)
            self.assertIn("disabled: nothing is delivered until `headgate tenant enable acme s3`", stored.stdout)
            before = sorted(str(path) for path in pathlib.Path(folder).rglob("*"))
            self.assertIn("acme-logs", run("tenant", "list").stdout)
            self.assertEqual(run("dlq", "list").returncode, 0)
            self.assertEqual(run("replay", "--parked", "--dry-run").returncode, 0)
            self.assertEqual(sorted(str(path) for path in pathlib.Path(folder).rglob("*")), before)


if __name__ == "__main__":
    unittest.main()
