"""Standard input, output and error that are closed or full: nothing of ours is written into another file, and no output is lost in silence."""

import os
import subprocess
import unittest

from harness import BINARY, CriFile, EndToEndTest


class StandardStreams(EndToEndTest):
    def test_what_is_logged_never_goes_into_a_file_of_ours(self):
        installation = self.install(**{"log.level": "debug"})
        installation.put_standard_tenants("tenant-a")
        file = CriFile(installation.pods, "tenant-a", "web-0")
        file.write(b"hello")
        file.close()
        words = [BINARY, "local", "--seconds=3", *installation.flags()]

        def close_all():
            for descriptor in (0, 1, 2):
                os.close(descriptor)
        done = subprocess.run(words, close_fds=False, preexec_fn=close_all, timeout=120)
        self.assertEqual(done.returncode, 0)
        [events] = installation.delivered_events("tenant-a").values()
        self.assertEqual([event["message"] for event in events], ["hello"])
        for path in installation.root.rglob("*"):
            if path.is_file():
                self.assertNotIn(b'"level":"', path.read_bytes(), path)

    def test_a_command_that_cannot_write_its_output_fails(self):
        installation = self.install()
        installation.put_standard_tenants("tenant-a")
        root = f"--local.root={installation.root}"
        for words in (["tenant", "list", root], ["tenant", "get", "tenant-a", root], ["config", "reference"], ["config", "check"],
                      ["check", root], ["tenant", "--help"]):
            with self.subTest(" ".join(words)), open("/dev/full", "w") as full:
                done = subprocess.run([BINARY, *words], stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
                self.assertEqual(done.returncode, 1, done.stderr)
                self.assertIn("standard output", done.stderr)


if __name__ == "__main__":
    unittest.main()
