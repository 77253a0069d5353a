"""Log files that are not what they should be: links that lead elsewhere, a log that a power loss made shorter, last words without
their newline, a log that was removed while it is written. The agent of `headgate local` collects; judged by the stored objects."""

import collections
import os
import pathlib
import re
import socket
import sys
import time
import unittest
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import CriFile, EndToEndTest, read_object  # noqa: E402

WAIT_SECONDS = 40


class LogFilesTest(EndToEndTest):
    def setUp(self):
        self.installation = self.install()

    def stored(self, namespace):
        """The messages of a namespace, object by object; two objects of one second stand in no order."""
        messages = []
        for path in self.installation.stored_keys():
            if namespace in path.parts:
                messages += [record["message"] for record in read_object(path)]
        return messages

    def start(self, *flags):
        process = self.installation.start(0, *flags)
        self.addCleanup(process.kill)
        return process

    def stop(self, process):
        process.terminate()
        _, complaints = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 0, complaints)
        return complaints

    def await_stored(self, namespace, message):
        self.await_that(lambda: message in self.stored(namespace), lambda: f"{message!r} in {self.stored(namespace)}", seconds=WAIT_SECONDS)

    def test_links_below_the_pods_directory_lead_nowhere(self):
        victim = CriFile(self.installation.pods, "victim", "web-1")
        victim.write(b"secret of the victim")
        victim.close()
        key = self.installation.path / "kubelet.key"
        key.write_text("-----BEGIN PRIVATE KEY-----\nsecret of the host\n-----END PRIVATE KEY-----\n")
        attacker = CriFile(self.installation.pods, "attacker", "evil-1")
        attacker.write(b"said by the attacker")
        attacker.close()
        os.symlink(key, attacker.directory / "1.log")
        os.symlink(victim.directory / "0.log", attacker.directory / "2.log")
        os.symlink(f"/proc/self/root{key}", attacker.directory / "3.log")
        os.link(key, attacker.directory / "4.log")
        os.mkfifo(attacker.directory / "5.log")
        (attacker.directory / "6.log").write_text(key.read_text())
        os.symlink(victim.directory, attacker.directory.parent / "second")
        os.symlink(victim.directory.parent, self.installation.pods / "attacker_evil-2_abc")
        process = self.start()
        self.await_stored("attacker", "said by the attacker")
        self.await_stored("victim", "secret of the victim")
        self.assert_stays(lambda: self.stored("attacker") == ["said by the attacker"], 7, "only what the attacker said is stored")
        complaints = self.stop(process)
        self.assertEqual(self.stored("attacker"), ["said by the attacker"])
        self.assertEqual(self.stored("victim"), ["secret of the victim"])
        # Once an hour, not at every look.
        self.assertEqual(complaints.count('"event":"log_files_refused"'), 1)
        self.assertEqual(complaints.count("6.log: none of its first lines is a CRI line"), 1)

    def test_links_are_followed_where_docker_rotates(self):
        docker = CriFile(self.installation.path, "docker", "abc")
        pod = CriFile(self.installation.pods, "shop", "web-1")
        pod.close()
        (pod.directory / "0.log").unlink()
        os.symlink(docker.directory / "0.log", pod.directory / "0.log")
        process = self.start(f"--collect.follow-links={docker.directory.parent}", "--collect.idle-scan-interval=1h")
        for generation in range(3):
            for number in range(100):
                docker.write(b"%d %d" % (generation, number))
            docker.file.flush()
            self.await_stored("shop", f"{generation} 99")
            os.rename(docker.directory / "0.log", docker.directory / f"0.log.{generation + 1}")
            docker.write(b"%d late" % generation)
            docker.close()
            docker.file = open(docker.directory / "0.log", "ab")
        self.await_stored("shop", "2 late")
        self.stop(process)
        wanted = [f"{generation} {number}" for generation in range(3) for number in [*range(100), "late"]]
        self.assertEqual(sorted(self.stored("shop")), sorted(wanted))

    def test_unseen_rotations_behind_a_link_are_counted(self):
        docker = CriFile(self.installation.path, "docker", "abc")
        pod = CriFile(self.installation.pods, "shop", "web-1")
        pod.close()
        (pod.directory / "0.log").unlink()
        os.symlink(docker.directory / "0.log", pod.directory / "0.log")
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            address = f"127.0.0.1:{free.getsockname()[1]}"
        flags = (f"--collect.follow-links={docker.directory.parent}", "--collect.scan-interval=2s", "--collect.idle-scan-interval=1h",
                 f"--metrics.listen={address}")

        def metric(name):
            with urllib.request.urlopen(f"http://{address}/metrics", timeout=10) as answer:
                return float(re.search(rf"^{name} (.*)$", answer.read().decode(), re.MULTILINE).group(1))

        def rotate(*messages):
            docker.close()
            for number in (2, 1):
                if (docker.directory / f"0.log.{number}").exists():
                    os.rename(docker.directory / f"0.log.{number}", docker.directory / f"0.log.{number + 1}")
            os.rename(docker.directory / "0.log", docker.directory / "0.log.1")
            docker.file = open(docker.directory / "0.log", "ab")
            for message in messages:
                docker.write(message)
            docker.file.flush()

        docker.write(b"first")
        docker.file.flush()
        process = self.start(*flags)
        self.await_stored("shop", "first")
        rotate(b"second")
        self.await_stored("shop", "second")
        self.assertEqual(metric("headgate_collect_link_files_lost_total"), 0)
        rotate(b"between 1", b"between 2")
        size = os.path.getsize(docker.directory / "0.log")
        rotate(b"third")  # at once: mostly within one interval
        self.await_stored("shop", "third")
        if "between 1" not in self.stored("shop"):
            self.assertEqual(metric("headgate_collect_link_files_lost_total"), 1)
            self.assertEqual(metric("headgate_collect_link_bytes_lost_total"), size)
        complaints = self.stop(process)
        lost = "between 1" not in self.stored("shop")
        self.assertEqual(complaints.count('"event":"rotated_log_files_missed"'), 1 if lost else 0)
        # And while no agent runs.
        rotate(b"while it is away 1")
        rotate(b"fourth")
        process = self.start(*flags)
        self.await_stored("shop", "fourth")
        self.assertEqual(metric("headgate_collect_link_files_lost_total"), 1)
        self.assertEqual(self.stop(process).count('"event":"rotated_log_files_missed"'), 1)

    def test_a_log_shortened_by_a_power_loss_is_continued(self):
        for case in ("its container comes again", "it is written on", "cut in the middle of a line", "with NULs"):
            with self.subTest(case):
                self.installation = self.install()
                log = CriFile(self.installation.pods, "shop", "web-1")
                ends = []
                for number in range(1000):
                    log.write(b"line %04d" % number)
                    ends.append(log.file.tell())
                log.close()
                process = self.start()
                self.await_stored("shop", "line 0999")
                time.sleep(1)
                self.stop(process)
                os.truncate(log.directory / "0.log", ends[899] + (20 if case.startswith("cut") else 0))
                restart = 1 if case.startswith("its container") else 0
                with open(log.directory / f"{restart}.log", "ab") as log.file:
                    if case == "with NULs":
                        log.file.write(bytes(ends[999] - ends[899]))
                    for number in range(300):
                        log.write(b"after %04d" % number)
                process = self.start()
                self.await_stored("shop", "after 0299")
                time.sleep(1)
                self.stop(process)
                wanted = [f"line {number:04}" for number in range(1000)] + [f"after {number:04}" for number in range(300)]
                self.assert_same(sorted(self.stored("shop")), sorted(wanted), case)

    def test_a_last_line_without_a_newline_is_stored(self):
        log = CriFile(self.installation.pods, "shop", "job-1")
        log.write(b"starting")
        log.file.write(b"2025-08-30T11:27:01.000000001Z stdout P the last words\n")
        log.file.write(b"2025-08-30T11:27:01.000000002Z stderr F cut in the mid")
        log.close()
        process = self.start("--collect.record-wait-max=2s")
        self.await_stored("shop", "the last words")
        self.await_stored("shop", "cut in the mid")
        self.stop(process)
        self.assertEqual(collections.Counter(self.stored("shop")),
                         collections.Counter(["starting", "the last words", "cut in the mid"]))

    def test_writes_to_a_removed_log_are_stored(self):
        log = CriFile(self.installation.pods, "shop", "web-1")
        log.write(b"before")
        log.file.flush()
        process = self.start()
        self.await_stored("shop", "before")
        (log.directory / "0.log").unlink()
        time.sleep(8)
        log.write(b"after")
        log.file.flush()
        self.await_stored("shop", "after")
        self.stop(process)
        self.assertEqual(sorted(self.stored("shop")), ["after", "before"])


if __name__ == "__main__":
    unittest.main()
