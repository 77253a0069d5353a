"""The commit that `headgate --version` names: that of the checkout, or unknown, and its source is written only when it changes."""
import os
import pathlib
import re
import subprocess
import tempfile
import unittest

SCRIPT = pathlib.Path(__file__).resolve().parent.parent / "cmake/commit.cmake"


class Commit(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = pathlib.Path(folder.name)
        self.source = self.path / "checkout"
        self.source.mkdir()
        self.output = self.path / "commit.cc"

    def git(self, *words):
        identity = ["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "core.hooksPath=/dev/null"]
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        done = subprocess.run(["git", "-C", self.source, *identity, *words], check=True, capture_output=True, text=True, env=environment, timeout=300)
        return done.stdout.strip()

    def commit_everything(self):
        (self.source / "file").write_text("one\n")
        self.git("init", "--quiet")
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message=one")
        return self.git("rev-parse", "HEAD")

    def written(self, source=None, *words, **environment):
        subprocess.run(["cmake", "-D", f"SOURCE={source or self.source}", "-D", f"OUTPUT={self.output}", *words, "-P", SCRIPT],
                       check=True, env={**os.environ, **environment}, timeout=300)
        return re.search(r'kCommit = "([^"]*)"', self.output.read_text())[1]

    def test_a_checkout_gives_its_whole_commit_and_changes(self):
        commit = self.commit_everything()
        self.assertEqual(self.written(), commit)
        (self.source / "file").write_text("two\n")
        self.assertEqual(self.written(), commit + "-dirty")

    def test_a_tag_does_not_stand_for_the_commit(self):
        commit = self.commit_everything()
        self.git("tag", "--annotate", "--message=one", "v1.0.0")
        self.assertEqual(self.written(), commit)

    def test_without_a_repository_it_is_unknown(self):
        self.assertEqual(self.written(), "unknown")

    def test_an_archive_inside_a_checkout_has_no_commit(self):
        self.commit_everything()
        inner = self.source / "headgate-0.1.0"
        inner.mkdir()
        self.assertEqual(self.written(inner), "unknown")

    def test_a_repository_without_a_commit_is_unknown(self):
        self.git("init", "--quiet")
        self.assertEqual(self.written(), "unknown")

    def test_whoever_builds_without_git_may_name_it(self):
        self.assertEqual(self.written(None, "-D", "COMMIT=0123abc"), "0123abc")
        self.assertEqual(self.written(None, "-D", 'COMMIT="); evil'), "unknown")

    def test_a_build_that_a_git_hook_starts_names_the_same(self):
        commit = self.commit_everything()
        self.assertEqual(self.written(GIT_DIR=str(self.path / "nowhere"), GIT_INDEX_FILE="nothing"), commit)

    def test_the_same_commit_leaves_the_source_alone(self):
        self.commit_everything()
        self.written()
        os.utime(self.output, ns=(1, 1))
        self.written()
        self.assertEqual(self.output.stat().st_mtime_ns, 1)
        (self.source / "file").write_text("two\n")
        self.written()
        self.assertGreater(self.output.stat().st_mtime_ns, 1)


if __name__ == "__main__":
    unittest.main()
