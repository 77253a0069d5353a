"""The section "The parts one by one" of docs/getting-started.md does what it says: its files and commands are taken from the page."""

import os
import pathlib
import re
import subprocess
import tempfile
import time
import unittest

from harness import BINARY, RUN_SECONDS_MAX

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs/getting-started.md"
HEADING = "## The parts one by one, on one machine\n"
UNTIL_STOPPED = ("headgate collect", "headgate process --config headgate.yaml --mode=sqs")  # the page says: Ctrl-C


def blocks():
    """(language, text) of each block of code of the section"""
    section = PAGE.read_text(encoding="utf-8").split(HEADING, 1)[1].split("\n## ", 1)[0]
    return re.findall(r"^```(\w*)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)


def commands():
    """The commands of the section, one with its document as the page has it"""
    for language, text in blocks():
        if not language:
            yield from re.findall(r"^headgate [^\n]*<<'YAML'\n.*?^YAML$|^headgate [^\n]*$", text, re.MULTILINE | re.DOTALL)


class GettingStartedTest(unittest.TestCase):
    def run_until(self, command, folder, environment, is_done):
        """Runs a command in the background until what it works at is done, then stops it as Ctrl-C does."""
        with subprocess.Popen(["bash", "-c", f"exec {command}"], cwd=folder, env=environment) as process:
            deadline = time.monotonic() + RUN_SECONDS_MAX
            while not is_done() and process.poll() is None and time.monotonic() < deadline:
                time.sleep(0.1)
            is_done_in_time = is_done()
            process.send_signal(2)
            self.assertEqual(process.wait(timeout=RUN_SECONDS_MAX), 0, command)
            self.assertTrue(is_done_in_time, command)

    def test_the_page_does_what_it_says(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "bin").mkdir()
            (folder / "bin/headgate").symlink_to(pathlib.Path(BINARY).resolve())
            environment = {**os.environ, "PATH": f"{folder}/bin:{os.environ['PATH']}"}
            files = [text for language, text in blocks() if language == "yaml"]
            self.assertEqual(len(files), 2)
            (folder / "headgate.yaml").write_text(files[0])
            (folder / "tenants.yaml").write_text(files[1])

            done = {
                UNTIL_STOPPED[0]: lambda: len(list(folder.glob("data/store/central/my-cluster/*/*/*/*.json.gz"))) >= 4,
                UNTIL_STOPPED[1]: lambda: len(list(folder.glob("data/delivered/s3/logs-of-tenant-b/tenant-b/*/*/*.json.gz"))) >= 2,
            }
            said = {}
            for command in commands():
                waits_for = next((done[begin] for begin in UNTIL_STOPPED if command.startswith(begin)), None)
                if waits_for:
                    self.run_until(command, folder, environment, waits_for)
                    continue
                ran = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True,
                                     timeout=RUN_SECONDS_MAX)
                said[command.split("\n")[0]] = ran.stdout
                self.assertIn(ran.returncode, (0, 3), command + ran.stderr)

            self.assertEqual(len(said), 8, list(said))
            self.assertIn("deliveries: delivered 4, parked 2",
                          said["headgate process --config headgate.yaml --mode=scan --age-min=0"])
            self.assertEqual(said["headgate undelivered list --config headgate.yaml"].count("unknown tenant"), 2)
            self.assertEqual(len(list(folder.glob("data/delivered/cloudwatch/tenant-a/local/*/*.ndjson"))), 2)


if __name__ == "__main__":
    unittest.main()
