"""Real log files in as pods of three tenants; what each tenant gets is compared with them, line by line."""

import base64
import collections
import pathlib
import re
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from harness import CriFile, EndToEndTest, real_logs  # noqa: E402

TENANTS = ("tenant-a", "tenant-b", "tenant-c")


class WholePipeline(EndToEndTest):
    def check_pod(self, what, sent, objects, events):
        """`sent` is [(stream, text)]: each in the bucket once, unchanged, in order; each in the log group once."""
        self.assert_same([(record["stream"], record["message"]) for record in objects], sent, what + " in its bucket")
        self.assertEqual(collections.Counter(event["message"] for event in events),
                         collections.Counter(text or " " for _, text in sent), what + " in its log group")

    def run_real_logs(self, **settings):
        logs = real_logs()
        self.assertEqual(len(logs), 9)
        installation = self.install(**settings)
        installation.put_standard_tenants(*TENANTS)
        sent = {}
        for number, (name, lines) in enumerate(logs.items()):
            tenant, pod = TENANTS[number % 3], f"{name}-7d9f8b6c54-x2x4q"
            file = CriFile(installation.pods, tenant, pod)
            for index, line in enumerate(lines):
                file.write(line, "stderr" if index % 7 == 0 else "stdout")
            file.close()
            sent[tenant, pod] = [("stderr" if index % 7 == 0 else "stdout", line.decode("utf-8"))
                                 for index, line in enumerate(lines)]
        self.assert_stopped_well(installation.run(4))
        for tenant in TENANTS:
            objects, events = installation.delivered_objects(tenant), installation.delivered_events(tenant)
            mine = {pod for owner, pod in sent if owner == tenant}
            self.assertEqual(set(objects), mine)
            self.assertEqual(set(events), mine)
            for pod in mine:
                self.check_pod(f"{tenant}/{pod}", sent[tenant, pod], objects[pod], events[pod])
        return installation

    def test_every_real_line_arrives_once_and_in_order(self):
        installation = self.run_real_logs()
        for record in next(iter(installation.delivered_objects("tenant-a").values())):
            self.assertEqual(record["namespace"], "tenant-a")
            self.assertNotIn("cluster_id", record)

    def test_the_same_through_zstd_and_small_batches(self):
        self.run_real_logs(**{"collect.codec": "zstd", "collect.batch.bytes-max": "64KiB",
                              "collect.record-bytes-max": "32KiB"})

    def test_the_same_through_objects_of_many_pods(self):
        for codec in ("gzip", "zstd"):
            installation = self.run_real_logs(**{"collect.partition": "tenant", "collect.codec": codec})
            self.assertEqual({path.parts[-3:-1] for path in installation.stored_keys()}, {("_packed", "local")})

    def test_events_of_one_time_keep_their_order(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        now = int(time.time())  # near the runtime's times, or they would not count
        lines = [f'{{"ts":{now - 10 + index // 500},"n":{index}}}' for index in range(5000)]
        for line in lines:
            file.write(line.encode())
        file.close()
        self.assert_stopped_well(installation.run(3))
        [events] = installation.delivered_events("tenant-a").values()
        self.assert_same([event["message"] for event in events], lines, "log group")

    def test_odd_lines_arrive_as_docs_formats_record_says(self):
        mega = b"m" * (1 << 20)
        over = b"o" * ((1 << 20) + 10)
        odd = [
            (b"", ""), (b" ", " "), (b"a\rb\r", "a\rb\r"), (b"nul\x00here", "nul\x00here"), (b"\x7f\x1b[31m", "\x7f\x1b[31m"),
            (rb'{"x":"\ud800"}', '{"x":"\\ud800"}'), (rb"lone \udc00 escape", "lone \\udc00 escape"),
            ("smile \U0001f600 \u2028 \u2029".encode(), "smile \U0001f600 \u2028 \u2029"),
            (b'{"big":12345678901234567890,"z":1,"a":1.10}', '{"big":12345678901234567890,"z":1,"a":1.10}'),
            (mega, mega.decode()), (b'"quotes" \\ and <>&/', '"quotes" \\ and <>&/'),
        ]
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "odd-7d9f8b6c54-x2x4q")
        for line, _ in odd:
            file.write(line)
        file.write(mega, whole=True)  # one physical line, as other runtimes write it
        file.close()
        bad = CriFile(installation.pods, "tenant-a", "bytes-7d9f8b6c54-x2x4q")
        not_utf8 = [b"\xff", b"caf\xe9 latin1", b"\xc3", b"cut \xf0\x9f\x98", b"\xed\xa0\x80 surrogate"]
        for line in not_utf8:
            bad.write(line)
        bad.close()
        long = CriFile(installation.pods, "tenant-a", "long-7d9f8b6c54-x2x4q")
        long.write(over)
        long.close()
        self.assert_stopped_well(installation.run(4))

        objects, events = installation.delivered_objects("tenant-a"), installation.delivered_events("tenant-a")
        sent = [("stdout", text) for _, text in odd] + [("stdout", mega.decode())]
        records = objects["odd-7d9f8b6c54-x2x4q"]
        self.assert_same([(record["stream"], record["message"]) for record in records], sent, "odd lines")
        # In the log group an empty line is one blank, and a message over the service's limit goes on in the next event, marked.
        mark = re.compile(r" \[headgate: part \d+ of \d+\]$")
        messages = [mark.sub("", event["message"]) for event in events["odd-7d9f8b6c54-x2x4q"]]
        self.assertEqual("".join(messages), "".join(text or " " for _, text in sent))

        for record, line in zip(objects["bytes-7d9f8b6c54-x2x4q"], not_utf8):
            self.assertEqual(base64.b64decode(record["message_base64"]), line)
            self.assertIn("\ufffd", record["message"])
        self.assertEqual(len(objects["bytes-7d9f8b6c54-x2x4q"]), len(not_utf8))

        parts = objects["long-7d9f8b6c54-x2x4q"]
        self.assertEqual([(part["part"], part["last_part"]) for part in parts], [(1, False), (2, True)])
        self.assertEqual("".join(part["message"] for part in parts), over.decode())

    def test_a_damaged_line_arrives_unchanged_and_marked(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        file.write(b"before")
        file.file.write(b"this is no CRI line\n")
        file.write(b"after")
        file.close()
        self.assert_stopped_well(installation.run(3))
        [records] = installation.delivered_objects("tenant-a").values()
        self.assertEqual([record["message"] for record in records], ["before", "this is no CRI line", "after"])
        self.assertEqual([bool(record.get("parse_error")) for record in records], [False, True, False])

    def test_a_second_run_delivers_only_what_is_new(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-7d9f8b6c54-x2x4q")
        for index in range(100):
            file.write(b"first %d" % index)
        file.file.flush()
        self.assert_stopped_well(installation.run(2))
        for index in range(100):
            file.write(b"second %d" % index)
        file.close()
        self.assert_stopped_well(installation.run(2))
        wanted = [f"first {index}" for index in range(100)] + [f"second {index}" for index in range(100)]
        [records] = installation.delivered_objects("tenant-a").values()
        self.assert_same([record["message"] for record in records], wanted, "bucket")
        [events] = installation.delivered_events("tenant-a").values()
        self.assert_same([event["message"] for event in events], wanted, "log group")

    def test_delivers_what_tenants_want_and_parks_others(self):
        installation = self.install()
        put = installation.put_tenant({"tenant_id": "tenant-a", "type": "s3", "enabled": True,
                                       "bucket_name": "logs-of-tenant-a", "desired_logs": ["web"]})
        self.assertEqual(put.returncode, 0, put.stderr)
        for namespace, pod in (("tenant-a", "web-7d9f8b6c54-x2x4q"), ("tenant-a", "db-0"), ("nobody", "web-7d9f8b6c54-x2x4q")):
            file = CriFile(installation.pods, namespace, pod)
            file.write(b"hello")
            file.close()
        self.assert_stopped_well(installation.run(3))
        self.assertEqual(set(installation.delivered_objects("tenant-a")), {"web-7d9f8b6c54-x2x4q"})
        delivered = [path for path in (installation.root / "delivered").rglob("*.json.gz") if ".headgate" not in path.parts]
        self.assertEqual(len(delivered), 1)
        self.assertEqual(len(installation.stored_keys()), 3)  # nothing is lost: the objects are there to be delivered later


if __name__ == "__main__":
    unittest.main(verbosity=2)
