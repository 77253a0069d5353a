"""The hook before a commit judges what is staged, and nothing else."""
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
GOOD = "// What it is for.\n#pragma once\n\nint number();\n"
BAD = GOOD.replace("int number();", "int   number( );")


class PreCommit(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.project = pathlib.Path(folder.name) / "project"
        cls.project.mkdir()
        for name in ("src", "tests", "tools", "docs", "bench", "cmake", ".ci"):
            shutil.copytree(ROOT / name, cls.project / name, ignore=shutil.ignore_patterns("__pycache__"))
        for path in [*ROOT.glob("*.md"), *(ROOT / name for name in (".clang-format", "Makefile", "VERSION", "LICENSE", "CMakeLists.txt"))]:
            shutil.copy(path, cls.project)
        cls.git("init", "--quiet")
        for name, value in (("user.name", "a"), ("user.email", "a@example.com"), ("core.hooksPath", "tools/hooks")):
            cls.git("config", name, value)
        cls.git("add", "--all")
        cls.git("commit", "--quiet", "--no-verify", "--message=all")

    @classmethod
    def git(cls, *words, check=True):
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
        return subprocess.run(["git", "-C", cls.project, *words], check=check, capture_output=True, text=True, env=environment, timeout=300)

    def setUp(self):
        self.git("reset", "--quiet", "--hard")
        self.git("clean", "--quiet", "-fd")

    def write(self, name, text):
        (self.project / name).write_text(text)

    def commit(self):
        done = self.git("commit", "--message=change", check=False)
        return done.returncode == 0, done.stdout + done.stderr

    def test_a_change_with_nothing_wrong_is_committed(self):
        self.write("src/base/good.h", GOOD)
        self.git("add", "--all")
        was_made, said = self.commit()
        self.assertTrue(was_made, said)

    def test_judges_only_what_is_staged(self):
        self.write("src/base/number.h", BAD)
        self.git("add", "--all")
        self.write("src/base/number.h", GOOD)
        was_made, said = self.commit()
        self.assertFalse(was_made)
        self.assertIn("src/base/number.h:4", said)

        self.git("add", "--all")
        self.write("src/base/number.h", BAD)
        was_made, said = self.commit()
        self.assertTrue(was_made, said)

    def test_refuses_bad_includes_scripts_and_names(self):
        for name, text, told in [("src/base/up.h", '// Up.\n#pragma once\n\n#include "model/names.h"\n', "base may include"),
                                 ("tools/bad.py", "def (:\n", "bad.py"),
                                 ("tools/bad.sh", "#!/usr/bin/env bash\nif true; then\n", "bad.sh"),
                                 ("docs/bad.md", "See `src/base/nowhere.h`.\n", "no such file: src/base/nowhere.h")]:
            with self.subTest(name):
                self.setUp()
                self.write(name, text)
                self.git("add", "--all")
                was_made, said = self.commit()
                self.assertFalse(was_made)
                self.assertIn(told, said)

    def test_a_file_that_a_document_names_cannot_go(self):
        self.git("rm", "--quiet", "docs/security.md")
        was_made, said = self.commit()
        self.assertFalse(was_made)
        self.assertIn("security.md", said)


if __name__ == "__main__":
    unittest.main()
