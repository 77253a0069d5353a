"""The process is killed again and again while pods write and files rotate: nothing lost, nothing twice."""

import collections
import pathlib
import random
import re
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BINARY, EndToEndTest, kill  # noqa: E402

TENANTS = ("tenant-a", "tenant-b")


class Killed(EndToEndTest):
    def test_kill_9_loses_nothing_and_repeats_no_object(self):
        installation = self.install(**{"collect.batch.age-max": "300ms", "log.level": "error", "process.visibility": "2s",
                                       "process.lease": "2s",
                                       "collect.overrides": "{tenant-b: [partition=tenant]}"})
        installation.put_standard_tenants(*TENANTS)
        loggen = subprocess.Popen(
            [BINARY, "loggen", "--rate=20000", "--seconds=10", f"--tenants={len(TENANTS)}", "--applications=2", "--pods=2",
             "--partial-percent=2", "--rotate-bytes=1000000", "--rotate-keep=1000", "--seed=7",
             f"--output={installation.pods}"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        dice = random.Random(4)
        kills = 0
        while loggen.poll() is None:
            process = installation.start(0)
            time.sleep(dice.uniform(0.1, 1.2))
            kill(process)
            kills += 1
        self.assertEqual(loggen.returncode, 0, loggen.communicate(timeout=60)[1])
        self.assertGreater(kills, 5)
        # Messages that a killed worker had taken come back when their visibility ends.
        self.assert_stopped_well(installation.run(8, "--grace=60"))

        written = self.sequences_written(installation)
        self.assertGreater(sum(len(numbers) for numbers in written.values()), 150_000)
        batches_repeated = 0
        for tenant in TENANTS:
            objects, events = installation.delivered_objects(tenant), installation.delivered_events(tenant)
            for pod in {pod for owner, pod in written if owner == tenant}:
                sent = collections.Counter(written[tenant, pod])
                self.assertEqual(collections.Counter(sequence(record["message"]) for record in objects[pod]), sent, pod)
                found = collections.Counter(sequence(event["message"]) for event in events[pod])
                self.assertEqual(set(found), set(sent), pod)
                batches_repeated += (sum(found.values()) - sum(sent.values())) / 10_000
        # At most the one batch in flight of each killed worker.
        self.assertLessEqual(batches_repeated, 2 * kills)

    def sequences_written(self, installation):
        """(tenant, pod) -> sequence numbers, from the files that loggen left: read by other means than ours."""
        written = collections.defaultdict(list)
        for path in installation.pods.rglob("*.log*"):
            tenant, pod, _ = path.parts[-3].split("_")
            opener = ["zcat", str(path)] if path.name.endswith(".gz") else ["cat", str(path)]
            text = subprocess.run(opener, check=True, capture_output=True, timeout=120).stdout.decode("utf-8", "replace")
            for line in text.split("\n"):
                for found in SEQUENCE.findall(line):
                    written[tenant, pod].append(int(found))
        return written


SEQUENCE = re.compile(r'"?seq"?[=:] ?"?(\d+)')


def sequence(message):
    found = SEQUENCE.search(message)
    return int(found.group(1)) if found else message


if __name__ == "__main__":
    unittest.main(verbosity=2)
