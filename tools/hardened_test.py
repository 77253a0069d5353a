"""A program that lacks one of our hardening flags is complained about, and for that flag; one that has all is not."""
import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import hardened  # noqa: E402

SOURCE = """
#include <cstdio>
#include <cstring>
#include <vector>
int main(int argc, char** argv) {
  char text[64];
  std::vector<int> numbers(static_cast<std::size_t>(argc));
  std::strncpy(text, argv[argc - 1], static_cast<std::size_t>(argc) * 8);
  text[63] = 0;
  std::snprintf(text + argc, 64 - static_cast<std::size_t>(argc), "%s", argv[0]);
  return std::puts(text) + numbers[static_cast<std::size_t>(argc - 1)];
}
"""
COMPILE = ["-O2", "-fPIE", "-fstack-protector-strong", "-fstack-clash-protection", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3",
           "-D_GLIBCXX_ASSERTIONS"]
LINK = ["-pie", "-Wl,-z,relro,-z,now,-z,noexecstack"]


class Hardened(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        cls.path = pathlib.Path(cls.folder.name)
        (cls.path / "a.cc").write_text(SOURCE)
        cls.branches = cls.branch_flag()

    @classmethod
    def branch_flag(cls):
        program = cls.link(COMPILE, LINK)
        machine = hardened.machine_of(program)
        return [hardened.BRANCHES[machine]] if machine else []

    @classmethod
    def link(cls, compile_flags, link_flags):
        program = str(cls.path / "a.out")
        subprocess.run(["g++", "-w", *compile_flags, *link_flags, "-o", program, str(cls.path / "a.cc")], check=True, timeout=300)
        return program

    def complaints(self, compile_flags=COMPILE, link_flags=LINK, branches=None):
        branches = self.branches if branches is None else branches
        return list(hardened.complaints_about_file(self.link(compile_flags + branches, link_flags)))

    def without(self, flag):
        return [one for one in COMPILE if one != flag]

    def test_a_program_with_all_flags_is_fine(self):
        self.assertEqual(self.complaints(), [])

    def test_each_flag_that_lacks_is_told(self):
        for flag, instead, told in [("-fstack-protector-strong", "-fno-stack-protector", "no stack protector"),
                                    ("-D_FORTIFY_SOURCE=3", "-U_FORTIFY_SOURCE", "no fortified function"),
                                    ("-D_GLIBCXX_ASSERTIONS", "-O2", "no assertion")]:
            with self.subTest(flag=flag):
                found = self.complaints(self.without(flag) + [instead])
                self.assertEqual(len(found), 1, found)
                self.assertIn(told, found[0])

    def test_a_program_at_a_fixed_place_is_told(self):
        found = self.complaints(self.without("-fPIE") + ["-fno-pie"], ["-no-pie", LINK[1]])
        self.assertEqual(found, ["not position independent: -fPIE, -pie"])

    def test_finds_writable_relocations_and_late_binding(self):
        self.assertIn("symbols are bound late", " ".join(self.complaints(link_flags=["-pie", "-Wl,-z,relro,-z,lazy"])))
        self.assertIn("relocations stay writable", " ".join(self.complaints(link_flags=["-pie", "-Wl,-z,norelro"])))
        self.assertEqual(self.complaints(link_flags=["-pie", "-Wl,-z,relro,-z,now,-z,execstack"]),
                         ["the stack is executable: -Wl,-z,noexecstack"])

    def test_unprotected_branches_are_told(self):
        if self.branches and "cf-protection" in self.branches[0]:
            self.assertEqual(self.complaints(branches=["-fcf-protection=none"]),
                             ["branches are not protected: -fcf-protection=full"])

    def test_a_source_compiled_without_a_flag_is_found(self):
        database = self.path / "compile_commands.json"
        database.write_text(json.dumps([{"file": "a.cc", "command": "g++ " + " ".join(COMPILE)},
                                        {"file": "b.cc", "command": "g++ " + " ".join(self.without("-fstack-clash-protection"))}]))
        self.assertEqual(list(hardened.complaints_about_compiling(database, None)),
                         ["b.cc is compiled without -fstack-clash-protection"])


if __name__ == "__main__":
    unittest.main()
