"""`headgate --version` says which build runs: programs read the first line, people who report a fault give all of it."""

import pathlib
import subprocess
import unittest

from harness import BINARY

ROOT = pathlib.Path(__file__).resolve().parents[2]


class VersionTest(unittest.TestCase):
    def test_prints_its_version_commit_and_flags(self):
        done = subprocess.run([BINARY, "--version"], check=True, capture_output=True, text=True, timeout=60)
        self.assertEqual(done.stderr, "")
        first, *others = done.stdout.splitlines()
        self.assertEqual(first, "headgate " + (ROOT / "VERSION").read_text(encoding="utf-8").strip())
        said = dict(line.split(": ", 1) for line in others)
        self.assertEqual(list(said), ["commit", "compiler", "build type", "sanitizers", "flags"])
        self.assertRegex(said["commit"], r"^\S+$")
        self.assertRegex(said["compiler"], r"^(GCC|Clang) \d+\.\d+")


if __name__ == "__main__":
    unittest.main()
