"""What cannot work says so in one line that names it, ends with a non-zero status, and loses nothing."""

import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import BINARY, RUN_SECONDS_MAX, CriFile, EndToEndTest  # noqa: E402


class BadInput(EndToEndTest):
    def assert_refused(self, done, *words):
        self.assertNotEqual(done.returncode, 0)
        complaints = [line for line in done.stderr.splitlines() if line]
        self.assertEqual(len(complaints), 1, done.stderr)
        for word in words:
            self.assertIn(str(word), complaints[0])

    def test_a_pod_log_directory_that_is_not_there(self):
        installation = self.install(**{"collect.pod-logs": "/nonexistent/pods"})
        self.assert_refused(installation.run(1), "/nonexistent/pods", "No such file")

    def test_a_pod_log_directory_that_is_a_file(self):
        installation = self.install()
        file = installation.path / "file"
        file.write_text("")
        installation.settings["collect.pod-logs"] = file
        self.assert_refused(installation.run(1), file)

    def test_a_root_that_cannot_be_made(self):
        installation = self.install()
        file = installation.path / "file"
        file.write_text("")
        installation.settings["local.root"] = file / "root"
        self.assert_refused(installation.run(1), file)

    def test_a_corrupt_state_file(self):
        installation = self.install()
        installation.root.mkdir()
        state = installation.root / "state.db"
        state.write_bytes(b"this is not a database, it is a text that is long enough to be taken for one" * 20)
        self.assert_refused(installation.run(1), "state.db")

    def test_a_damaged_checkpoint_file(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        file.write(b"hello")
        file.close()
        self.assert_stopped_well(installation.run(2))
        [checkpoints] = installation.root.rglob("checkpoints")
        text = checkpoints.read_text()
        checkpoints.write_text(text.replace("file ", "file 1", 1))
        self.assert_refused(installation.run(1), checkpoints, "checksum")

    def test_deliveries_that_are_asked_for_wrongly(self):
        installation = self.install()
        no_aws = {"PATH": "/usr/bin", "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
                  "AWS_EC2_METADATA_DISABLED": "true"}
        on_aws = ["--store.kind=s3", "--aws.region=eu-west-1"]
        cases = [
            (["process", "--mode=sqs", *on_aws], ["aws.queue_url", "credentials"]),
            (["process", "--mode=sqs", "--store.kind=s3"], ["aws.region"]),
            (["process", "--mode=lambda", *on_aws], ["AWS_LAMBDA_RUNTIME_API"]),
            (["process", "--mode=manual"], ["--object"]),
            (["process", "--mode=manual", "--object=bucket/key"], ["--object", "s3://"]),
            (["process", "--mode=manual", "--event=/nonexistent"], ["--event", "/nonexistent"]),
            (["process", "--mode=scan", *on_aws], ["credentials"]),
            (["process", "--mode=sqs", "--aws.role-arn=role/x", *on_aws], ["aws.role_arn"]),
            (["replay"], ["--tenant"]),
            (["replay", "--tenant=a", "--from=yesterday"], ["--from", "yesterday"]),
            (["replay", "--tenant=nobody", "--from=2026-01-01T00:00:00Z"], ["nobody"]),
            (["dlq", "purge"], ["--yes"]),
            (["dlq", "show", "no-such-id"], ["no-such-id"]),
        ]
        for words, named in cases:
            with self.subTest(" ".join(words)):
                done = subprocess.run([BINARY, *words, f"--local.root={installation.root}"], capture_output=True,
                                      text=True, timeout=RUN_SECONDS_MAX, env=no_aws)
                self.assertNotEqual(done.returncode, 0)
                self.assertTrue(any(word in done.stderr for word in named), done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_a_mistyped_command_is_named(self):
        for words in (["procss"], ["tenant", "lst"], ["undelivered", "lst", "--tenant=a"]):
            done = subprocess.run([BINARY, *words], capture_output=True, text=True, timeout=RUN_SECONDS_MAX)
            self.assertEqual(done.returncode, 2)
            self.assertIn(f": {words[0] if len(words) == 1 else words[1]}: there is no such command", done.stderr)

    def test_a_configuration_with_a_mistyped_key(self):
        installation = self.install()
        config = installation.path / "headgate.yaml"
        config.write_text("collect:\n  batch:\n    age_mx: 5s\n")
        done = installation.run(1, f"--config={config}")
        self.assert_refused(done, "headgate.yaml:3", "age_mx", "age_max")
        self.assertEqual(done.returncode, 2)

    def test_an_address_that_is_taken(self):
        installation = self.install()
        import socket
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            installation.settings["metrics.listen"] = address
            self.assert_refused(installation.run(1), address)

    def test_a_tenants_refusal_names_all_wrong_fields(self):
        installation = self.install()
        put = installation.put_tenant({"tenant_id": "tenant-a", "type": "s3", "bucket_name": "No", "target_region": "moon",
                                       "colour": "blue"})
        self.assertNotEqual(put.returncode, 0)
        for word in ("bucket_name", "target_region", "colour"):
            self.assertIn(word, put.stderr)
        listed = subprocess.run([BINARY, "tenant", "list", "-o", "json", f"--local.root={installation.root}"],
                                capture_output=True, text=True, timeout=RUN_SECONDS_MAX)
        self.assertNotIn("tenant-a", listed.stdout)

    def test_a_disk_that_is_full_at_the_start(self):
        installation = self.install()
        done = subprocess.run(
            ["bash", "-c", 'trap "" XFSZ; ulimit -f 0; exec "$@"', "-", BINARY, "local", "--status=off", "--seconds=1",
             *installation.flags()], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, timeout=RUN_SECONDS_MAX)
        self.assert_refused(done, installation.root, "File too large")

    def test_a_full_disk_stops_reading_and_loses_nothing(self):
        # As full as the spool may see it: more is to be left free than there is.
        installation = self.install(**{"collect.spool.free-bytes-min": "1000TiB"})
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        lines = [f"line {index}" for index in range(1000)]
        for line in lines:
            file.write(line.encode())
        file.close()
        self.assert_stopped_well(installation.run(2))
        self.assertEqual(installation.delivered_objects("tenant-a"), {})
        installation.settings["collect.spool.free-bytes-min"] = "1MiB"
        self.assert_stopped_well(installation.run(3))
        [records] = installation.delivered_objects("tenant-a").values()
        self.assert_same([record["message"] for record in records], lines, "bucket")

    def test_failed_writes_on_a_full_disk_lose_nothing(self):
        # RLIMIT_FSIZE makes write() fail as a full disk does, in the middle of batches.
        installation = self.install(**{"collect.batch.age-max": "10s"})
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        import random
        dice = random.Random(1)
        lines = [f"line {index} {dice.randbytes(100).hex()}" for index in range(20000)]
        for line in lines:
            file.write(line.encode())
        file.close()
        limited = subprocess.run(
            ["bash", "-c", 'trap "" XFSZ; ulimit -f 600; exec "$@"', "-", BINARY, "local", "--status=off", "--seconds=3", "--grace=2",
             *installation.flags()], capture_output=True, text=True, timeout=RUN_SECONDS_MAX)
        self.assertIn("open_batch_discarded", limited.stderr)
        self.assert_stopped_well(installation.run(3))
        [records] = installation.delivered_objects("tenant-a").values()
        self.assert_same([record["message"] for record in records], lines, "bucket")


if __name__ == "__main__":
    unittest.main(verbosity=2)
