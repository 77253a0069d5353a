"""What was not delivered: parked, lost and quarantined, seen and redelivered by an operator of the real binary."""

import subprocess
import time
import unittest

from harness import BINARY, CriFile, Installation


class Undelivered(unittest.TestCase):
    def setUp(self):
        self.installation = Installation()
        self.addCleanup(self.installation.remove)

    def headgate(self, *words, status=0):
        done = subprocess.run([BINARY, *words, f"--local.root={self.installation.root}", "--log.level=error"],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def write(self, tenant, lines):
        file = CriFile(self.installation.pods, tenant, "web-0")
        for line in lines:
            file.write(line)
        file.close()

    def central(self):
        return self.installation.root / "store" / "central"

    def objects(self):
        return [path for path in self.central().rglob("*.json.gz") if ".headgate" not in path.parts]

    def messages(self, tenant):
        return [event["message"] for events in self.installation.delivered_events(tenant).values() for event in events]

    def test_configuring_a_tenant_releases_its_deliveries(self):
        self.write("late", [b"one", b"two"])
        self.installation.run(3)
        listed = self.headgate("undelivered", "list", "--kind=parked")
        self.assertEqual([line.split("  ")[0] for line in listed.splitlines()], ["parked"])
        self.assertIn("  late  *  unknown tenant  s3://central/", listed)
        self.installation.put_standard_tenants("late")
        self.installation.run(15)  # without a command
        self.assertEqual(self.messages("late"), ["one", "two"])
        self.assertEqual(self.headgate("undelivered", "list"), "")

    def test_a_parked_object_that_expired_is_reported_lost(self):
        self.write("late", [b"one"])
        self.installation.run(3)
        for path in self.objects():
            path.unlink()
        self.installation.put_standard_tenants("late")
        self.assertIn("lost, their objects are gone 1", self.headgate("replay", "--parked", status=4))
        listed = self.headgate("undelivered", "list")
        self.assertRegex(listed, r"^lost  .*  late  \*  the object is gone; it was parked since .*: unknown tenant  s3://")
        self.assertIn("cannot be redelivered", self.headgate("undelivered", "redeliver", "--kind=lost", status=2))

    def test_a_message_in_quarantine_is_redelivered_once(self):
        self.installation.put_standard_tenants("tenant-a")
        key = self.central() / "quarantine" / "messages" / "id-0123456789abcdef.json"
        self.installation.run(1)
        key.parent.mkdir(parents=True)
        key.write_text('{"reason":"no event","body":"no event"}\n')
        listed = self.headgate("undelivered", "list", "--kind=message")
        self.assertIn("quarantine/messages/id-0123456789abcdef.json", listed)
        again = self.headgate("undelivered", "redeliver", "--kind=message", "--dry-run")
        self.assertEqual(again, listed)
        self.assertIn("redelivered 1", self.headgate("undelivered", "redeliver", "--kind=message"))
        self.assertEqual(self.headgate("undelivered", "list", "--kind=message"), "")
        self.assertIn("redelivered 0", self.headgate("undelivered", "redeliver", "--kind=message"))
        self.assertTrue((self.central() / "quarantine" / "redelivered" / "messages" / key.name).exists())

    def test_redelivers_quarantined_events_old_ones_as_now(self):
        self.installation.put_standard_tenants("tenant-a")
        self.installation.run(1)
        folder = self.central() / "quarantine" / "tenant-a" / "cloudwatch" / "0123456789abcdef-x.json.gz"
        folder.mkdir(parents=True)
        (folder / "0-too-old.ndjson").write_text('{"timestamp":1000000000000,"message":"an old one","stream":"web-0"}\n')
        listed = self.headgate("undelivered", "list", "--tenant=tenant-a")
        self.assertIn("  tenant-a  cloudwatch  too-old  quarantine/tenant-a/", listed)
        left = self.headgate("undelivered", "redeliver", "--kind=events", "--tenant=tenant-a", status=3)
        self.assertIn("--restamp", left)
        self.assertEqual(self.messages("tenant-a"), [])
        self.headgate("undelivered", "redeliver", "--kind=events", "--tenant=tenant-a", "--restamp")
        self.assertEqual(self.messages("tenant-a"), ["an old one"])
        self.headgate("undelivered", "redeliver", "--kind=events", "--tenant=tenant-a", "--restamp")
        self.assertEqual(self.messages("tenant-a"), ["an old one"])

    def quarantine_events(self, count):
        """The keys of so many files of events that were refused."""
        keys = []
        for number in range(count):
            key = f"quarantine/tenant-a/cloudwatch/{number:016x}-x.json.gz/0-invalid.ndjson"
            path = self.central() / key
            path.parent.mkdir(parents=True)
            path.write_text(f'{{"timestamp":{int(time.time() * 1000)},"message":"event {number}","stream":"web-0"}}\n')
            keys.append(key)
        return keys

    def test_an_id_names_exactly_one_or_is_reported(self):
        self.installation.put_standard_tenants("tenant-a")
        self.installation.run(1)
        keys = self.quarantine_events(3)
        looked = self.headgate("undelivered", "redeliver", f"--id={keys[1]}", "--dry-run")
        self.assertEqual([line.split("  ")[-1] for line in looked.splitlines()], [keys[1]])
        self.headgate("undelivered", "redeliver", f"--id={keys[1]}")
        self.assertEqual(self.messages("tenant-a"), ["event 1"])
        for gone in (keys[1], "s3://central/local/tenant-a/web/web-0/x.json.gz"):
            self.assertIn("nothing waits under this id", self.headgate("undelivered", "redeliver", f"--id={gone}", status=4))

    def test_what_cannot_be_meant_is_refused(self):
        for words in (["redeliver", "--kind=parked", "--restamp"], ["list", "--from=2026-11-30T00:00:00Z", "--to=2026-11-29T00:00:00Z"]):
            self.headgate("undelivered", *words, status=2)
        for words in (["--parked", "--name=x"], ["--parked", "--prefix=x"], ["--tenant=a", "--from=2026-01-01T00:00:00Z", "--count=5"],
                      ["--tenant=a", "--from=2026-01-01T00:00:00Z", "--name=a~b"]):
            self.headgate("replay", *words, status=2)

    def test_two_runs_at_once_deliver_each_event_once(self):
        self.installation.put_standard_tenants("tenant-a")
        self.installation.run(1)
        self.quarantine_events(40)
        runs = [subprocess.Popen([BINARY, "undelivered", "redeliver", "--kind=events", f"--local.root={self.installation.root}"],
                                 stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
        for run in runs:
            said, _ = run.communicate(timeout=120)
            self.assertIn(run.returncode, (0, 3), said)
            self.assertIn("redelivered ", said.splitlines()[-1])
        self.headgate("undelivered", "redeliver", "--kind=events")
        self.assertEqual(sorted(self.messages("tenant-a")), sorted(f"event {number}" for number in range(40)))

    def test_options_that_a_mode_does_not_use_are_refused(self):
        self.write("tenant-a", [b"one"])
        self.installation.put_standard_tenants("tenant-a")
        self.installation.run(3)
        [path] = self.objects()
        url = "s3://" + str(path.relative_to(self.central().parent))
        for words in (["--dry-run"], ["--mode=sqs", "--dry-run"], ["--prefix=x"], ["--mode=manual", "--prefix=x"],
                      ["--mode=scan", f"--object={url}"], ["--mode=sqs", f"--object={url}"], ["--mode=lambda", "--dry-run"],
                      ["--mode=scan", "--grace=1"], ["--mode=lambda", "--age-min=1"]):
            self.assertIn("--mode", self.headgate("process", *words, status=2))
        self.assertIn("log group /logs/tenant-a", self.headgate("process", "--dry-run", f"--object={url}"))
        self.assertIn("done before  s3://", self.headgate("process", f"--object={url}"))
        self.assertIn("gone  s3://", self.headgate("process", f"--object={url}.not", status=4))
        self.assertIn("refused  s3://", self.headgate("process", "--object=s3://other/a/b/c/d/e.json", status=3))


if __name__ == "__main__":
    unittest.main()
