"""One process at a time works on a data directory, whichever way the other one came there; files of a newer headgate are left as they
are; and an agent that is not root is told, and given, a directory that it may write."""

import os
import pathlib
import re
import socket
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BINARY, CriFile, EndToEndTest, read_object  # noqa: E402

WAIT_SECONDS = 60
NOBODY = 65534


def crc32c(data):
    crc = 0xFFFFFFFF
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = (crc >> 1) ^ (0x82F63B78 if crc & 1 else 0)
    return crc ^ 0xFFFFFFFF


class OneAgentTest(EndToEndTest):
    def setUp(self):
        self.installation = self.install()
        self.data = self.installation.root / "collect"
        self.file = CriFile(self.installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        self.addCleanup(self.file.close)

    def start(self, *flags, command=("collect", "--kube.api=off"), **options):
        process = subprocess.Popen(
            [BINARY, *command, "--log.format=json", "--metrics.listen=off", f"--collect.pod-logs={self.installation.pods}",
             f"--local.root={self.installation.root}", "--collect.batch.age-max=1s", "--collect.scan-interval=100ms",
             "--collect.spool.free-bytes-min=1MiB", *flags],
            stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, **options)
        self.addCleanup(process.kill)
        return process

    def start_and_await(self, *flags, **options):
        process = self.start(*flags, **options)
        said = []
        for line in process.stderr:
            said.append(line)
            if re.search(r"headgate (collect|local) runs", line):
                return process
        self.fail(f"it does not start: {said}")

    def stop(self, process):
        process.terminate()
        _, rest = process.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(process.returncode, 0, rest)

    def say(self, *messages):
        for message in messages:
            self.file.write(message.encode())
        self.file.file.flush()

    def stored(self):
        paths = [path for path in self.installation.stored_keys() if path.is_file()]
        return sorted(record["message"] for path in paths for record in read_object(path))

    def await_stored(self, *messages):
        self.await_that(lambda: self.stored() == sorted(messages), lambda: f"{messages}; there is {self.stored()}", seconds=WAIT_SECONDS)

    def contents(self):
        return {path.relative_to(self.installation.root): path.read_bytes()
                for path in sorted(self.installation.root.rglob("*")) if path.is_file() and "store" not in path.parts}

    def test_a_second_agent_is_told_who_has_the_directory(self):
        first = self.start_and_await()
        second = self.start("--collect.lock-wait=200ms")
        _, complaints = second.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(second.returncode, 1, complaints)
        error = complaints.splitlines()[-1]
        for word in (f"pid {first.pid}", f"host {socket.gethostname()}", "version ", "since 20", str(self.data)):
            self.assertIn(word, error)
        self.say("one", "two")
        self.await_stored("one", "two")
        self.stop(first)

    def test_a_second_agent_waits_for_the_first_to_end(self):
        first = self.start_and_await()
        self.say("one")
        self.await_stored("one")
        second = self.start("--collect.lock-wait=60s")
        self.assertIn("directory_lock_awaited", second.stderr.readline())
        self.say("two")
        self.stop(first)
        self.assertTrue(any("collect_started" in line for line in second.stderr))
        self.say("three")
        self.await_stored("one", "two", "three")
        self.stop(second)

    def test_an_agent_that_waits_can_be_stopped(self):
        first = self.start_and_await()
        second = self.start("--collect.lock-wait=1h")
        self.assertIn("directory_lock_awaited", second.stderr.readline())
        self.stop(second)
        self.stop(first)

    def test_an_agent_that_was_killed_keeps_nobody_out(self):
        first = self.start_and_await()
        first.kill()
        first.wait(timeout=60)
        self.stop(self.start_and_await("--collect.lock-wait=0s"))

    def test_local_keeps_others_from_its_state_too(self):
        local = ("local", "--status=off")
        first = self.start_and_await(command=local)
        elsewhere = f"--collect.data-directory={self.installation.path / 'elsewhere'}"
        for flags, named in (((), "state.db.lock"), ((elsewhere,), "state.db.lock"),
                             ((f"--local.state={self.installation.path / 'other.db'}",), "collect/lock")):
            second = self.start("--collect.lock-wait=0s", *flags, command=local)
            _, complaints = second.communicate(timeout=WAIT_SECONDS)
            self.assertEqual(second.returncode, 1, complaints)
            self.assertIn(f"pid {first.pid}", complaints)
            self.assertIn(named, complaints)
        agent = self.start("--collect.lock-wait=0s")
        _, complaints = agent.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(agent.returncode, 1, complaints)
        self.stop(first)

    def assert_left_as_it_is(self, path, **options):
        before = self.contents()
        process = self.start(**options)
        _, complaints = process.communicate(timeout=WAIT_SECONDS)
        self.assertNotEqual(process.returncode, 0, complaints)
        self.assertIn(path.name, complaints.splitlines()[-1])
        self.assertIn("newer headgate", complaints.splitlines()[-1])
        after = self.contents()
        for name in list(before):
            if name.name.startswith(("lock", "state.db-", "state.db.lock")):  # who came last, and what SQLite keeps beside
                before.pop(name)
                after.pop(name, None)
        self.assertEqual({name for name in after if not name.name.endswith(("lock", "-wal", "-shm"))}, set(before))
        for name, content in before.items():
            self.assertEqual(after[name], content, name)

    def test_files_of_a_newer_headgate_are_left_alone(self):
        self.say("one")
        self.stop(self.start_and_await(command=("local", "--status=off")))
        spool = self.data / "spool"
        checkpoints = self.data / "checkpoints"
        of_this = checkpoints.read_bytes()
        body = of_this[:of_this.rindex(b"crc ")].replace(b"headgate-checkpoints 2", b"headgate-checkpoints 9", 1)
        checkpoints.write_bytes(body + b"crc %d\n" % crc32c(body))
        (spool / "0000000000000900.open").write_bytes(b"begun")
        self.assert_left_as_it_is(checkpoints)
        checkpoints.write_bytes(of_this)

        batch = spool / "0000000000000901.batch"
        manifest = b"headgate-batch 3\nwhatever\n"
        for trailer, text in ((b"HGbatch2", manifest), (b"HGbatch3", b"who knows")):
            batch.write_bytes(b"object" + text + len(text).to_bytes(8, "little") + crc32c(text).to_bytes(8, "little") + trailer)
            (spool / "0000000000000001.batch").write_bytes(b"damaged")
            self.assert_left_as_it_is(batch)
        batch.unlink()

        lock = self.data / "lock"
        of_this = lock.read_bytes()
        lock.write_bytes(b"headgate-data 2\nof another time\n")
        self.assert_left_as_it_is(lock)
        lock.write_bytes(of_this)

        known_pods = self.data / "known-pods"
        known_pods.write_bytes(b"headgate-known-pods 9\nwhatever\n")
        self.assert_left_as_it_is(known_pods, command=("collect", "--kube.api=https://127.0.0.1:1", "--kube.node-name=node-1",
                                                       "--kube.token-file=", "--kube.ca-file="))
        known_pods.unlink()

        state = self.installation.root / "state.db"
        with sqlite3.connect(state) as database:
            [version] = database.execute("PRAGMA user_version").fetchone()
            database.execute("PRAGMA user_version = 99")
        database.close()
        self.assert_left_as_it_is(state, command=("local", "--status=off"))
        with sqlite3.connect(state) as database:
            database.execute(f"PRAGMA user_version = {version}")
        database.close()

        self.stop(self.start_and_await(command=("local", "--status=off")))
        self.assertTrue((spool / "0000000000000001.damaged").exists(), "what is damaged is put aside all the same")

    @unittest.skipUnless(os.geteuid() == 0, "needs root, who makes the directory")
    def test_an_unprivileged_agent_says_how_to_prepare(self):
        top = self.installation.path
        for folder in (top, self.installation.pods):
            folder.chmod(0o755)
        for path in (self.file.directory, *self.file.directory.parents):
            if path == top.parent:
                break
            path.chmod(0o755)
        data = top / "hostpath"  # as kubelet makes it: DirectoryOrCreate
        data.mkdir(mode=0o755)
        store = top / "store"
        store.mkdir()
        os.chown(store, NOBODY, 0)
        flags = (f"--collect.data-directory={data}", f"--store.root={store}", f"--local.root={store}")
        nobody = {"user": NOBODY, "group": 0, "extra_groups": []}
        refused = self.start(*flags, **nobody)
        _, complaints = refused.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(refused.returncode, 1, complaints)
        for word in (str(data), "user 0", f"user {NOBODY}", "headgate collect --prepare"):
            self.assertIn(word, complaints)
        for _ in range(2):
            prepared = self.start("--prepare", *flags)
            _, complaints = prepared.communicate(timeout=WAIT_SECONDS)
            self.assertEqual(prepared.returncode, 0, complaints)
        self.say("one")
        self.stop(self.start_and_await(*flags, **nobody))
        self.assertTrue((data / "checkpoints").exists())
        (data / "lock").unlink()
        os.chown(data / "checkpoints", 0, 0)  # somebody ran it as root once
        (data / "checkpoints").chmod(0o600)
        refused = self.start(*flags, **nobody)
        _, complaints = refused.communicate(timeout=WAIT_SECONDS)
        self.assertEqual(refused.returncode, 1, complaints)
        self.assertIn("headgate collect --prepare", complaints)
        self.assertEqual(self.start("--prepare", *flags).wait(WAIT_SECONDS), 0)
        self.stop(self.start_and_await(*flags, **nobody))


if __name__ == "__main__":
    unittest.main()
