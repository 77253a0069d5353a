"""A container writes as fast as it can and is rotated every second, by renaming or by copying and truncating, with gzip as kubelet
does it, while the agent is killed and started again at random: every line is stored, none twice.

E2E_TORTURE_SECONDS says for how long (15), E2E_TORTURE_MEGABYTES how much a second at most (50).
"""

import datetime
import gzip
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import EndToEndTest, kill  # noqa: E402

SECONDS = float(os.environ.get("E2E_TORTURE_SECONDS", "15"))
BYTES_A_SECOND = float(os.environ.get("E2E_TORTURE_MEGABYTES", "50")) * 1e6
LINES_A_BLOCK = 500


class Kubelet(threading.Thread):
    """Writes, rotates every second and compresses the file before the last one, as kubelet does: .tmp, rename, and the plain file
    goes last. Removes nothing else: the writer outruns the agent, and unread lines are not to vanish. With `copies` it copies and
    truncates instead of renaming."""

    def __init__(self, pods, copies):
        super().__init__()
        self.directory = pods / "tenant-a_busy-7d9f8b6c54-x2x4q_0f5c" / "main"
        self.directory.mkdir(parents=True)
        self.copies = copies
        self.lines = 0
        self.rotations = 0
        self.gzipped = 0

    def run(self):
        padding = "".join(random.Random(1).choices("abcdefgh ", k=400))
        log = self.directory / "0.log"
        until = time.monotonic() + SECONDS
        compressing = None
        while time.monotonic() < until:
            began, written = time.monotonic(), 0
            with open(log, "ab", buffering=0) as file:
                while (elapsed := time.monotonic() - began) < 1:
                    if written > elapsed * BYTES_A_SECOND:
                        time.sleep(0.005)
                        continue
                    block = self.block(padding)
                    # A reader can catch a line half written.
                    cut = random.randrange(len(block))
                    file.write(block[:cut])
                    file.write(block[cut:])
                    written += len(block)
            if compressing:
                compressing.join()
            compressing = threading.Thread(target=self.compress)
            compressing.start()
            self.rotations += 1
            rotated = f"{log}.{datetime.datetime.now():%Y%m%d-%H%M%S}"
            if self.copies:
                shutil.copyfile(log, rotated)
                os.truncate(log, 0)
            else:
                log.rename(rotated)
        if compressing:
            compressing.join()

    def block(self, padding):
        at = datetime.datetime.now(datetime.timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%f")
        first, self.lines = self.lines, self.lines + LINES_A_BLOCK
        lines = []
        for number in range(first, self.lines):
            if number % 50 == 7:  # in two pieces
                lines.append(f"{at}{number % 1000:03}Z stdout P seq={number}; \n{at}{number % 1000:03}Z stdout F {padding}\n")
            else:
                lines.append(f"{at}{number % 1000:03}Z stdout F seq={number}; {padding[number % 300:]}\n")
        return "".join(lines).encode()

    def compress(self):
        rotated = sorted(path for path in self.directory.glob("0.log.*") if path.suffix not in (".gz", ".tmp"))
        for path in rotated[:-1]:
            temporary = path.with_name(path.name + ".tmp")
            with open(path, "rb") as plain, open(temporary, "wb") as packed:
                subprocess.run(["gzip", "-1", "-c"], stdin=plain, stdout=packed, check=True, timeout=120)
            temporary.rename(path.with_name(path.name + ".gz"))
            path.unlink()
            self.gzipped += 1


class Rotated(EndToEndTest):
    def test_rotation_with_killed_agents_loses_nothing(self):
        self.torture(copies=False)

    def test_copytruncate_with_killed_agents_loses_nothing(self):
        self.torture(copies=True)

    def torture(self, copies):
        if shutil.disk_usage("/tmp").free < SECONDS * BYTES_A_SECOND * 3:
            self.skipTest("too little room in /tmp")
        installation = self.install(**{"collect.batch.age-max": "2s", "log.level": "error",
                                       # What a killed agent had received of the queue comes back so soon.
                                       "process.concurrency": "1", "process.visibility": "5s"})
        kubelet = Kubelet(installation.pods, copies)
        kubelet.start()
        dice = random.Random(4)
        kills = 0
        while kubelet.is_alive():
            process = installation.start(0)
            time.sleep(dice.uniform(0.1, 3))
            kill(process)
            kills += 1
            time.sleep(dice.uniform(0, 2.5))  # long enough to be rotated and gzipped unseen
        kubelet.join()
        began = time.monotonic()
        self.assert_stopped_well(installation.run(8, "--grace=100"))
        caught_up = time.monotonic() - began

        stored = bytearray(kubelet.lines)
        twice = 0
        joined = 0
        for path in installation.stored_keys():
            with gzip.open(path, "rb") as object_bytes:
                for record in object_bytes:
                    found = SEQUENCE.search(record)
                    self.assertIsNotNone(found, record)
                    number = int(found.group(1))
                    twice += stored[number]
                    stored[number] = 1
                    joined += number % 50 == 7 and len(record) > 400
        lost = kubelet.lines - sum(stored)
        print(f"{kubelet.lines} lines, {kubelet.rotations} rotations, {kubelet.gzipped} gzipped, {kills} kills, "
              f"caught up in {caught_up:.0f} s: {lost} lost, {twice} twice")
        self.assertEqual(lost, 0, [number for number, seen in enumerate(stored) if not seen][:20])
        self.assertEqual(twice, 0)
        self.assertEqual(joined, len(range(7, kubelet.lines, 50)))
        self.assertGreater(kubelet.gzipped, SECONDS / 4)
        self.assertGreater(kills, SECONDS / 8)


SEQUENCE = re.compile(rb"seq=(\d+);")


if __name__ == "__main__":
    unittest.main(verbosity=2)
