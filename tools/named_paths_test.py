"""A document that names a file that is not there is complained about; and ours name none."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import named_paths  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent


class NamedPaths(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(folder.cleanup)
        cls.root = pathlib.Path(folder.name).resolve()
        for name in ("docs/a.md", "docs/adr/0001-x.md", "src/base/a.cc", "src/base/a_test.cc", "tools/b.sh"):
            (cls.root / name).parent.mkdir(parents=True, exist_ok=True)
            (cls.root / name).write_text("# A: the `first` [one](x)\n\n```\n# no heading\n```\n")

    def found(self, text, document="docs/new.md"):
        return [(line, what.rpartition(" ")[2]) for line, what in named_paths.complaints(self.root, self.root / document, text)]

    def test_paths_in_backticks_have_to_exist(self):
        self.assertEqual(self.found("`src/base/a.cc`, `tools/b.sh --all` and ``docs/adr/``.\nSee `src/base/a.cc:12`."), [])
        self.assertEqual(self.found("ok\n`src/base/b.cc` and `JOBS=2 tools/c.sh`"), [(2, "src/base/b.cc"), (2, "tools/c.sh")])

    def test_words_that_are_no_path_are_left_alone(self):
        self.assertEqual(self.found("src/none.cc and `base/none.h`, `build/src/none`, `/var/src/none`, `my-src/none`, `src/…/none`"), [])

    def test_links_lead_to_files_and_headings(self):
        self.assertEqual(self.found("[a](a.md) [b](../tools/b.sh) [c](a.md#a-the-first-one) [d](https://example.com/none.md)"), [])
        self.assertEqual(self.found("[a](b.md)\n[b](tools/b.sh)\n[c](a.md#no-heading)\n[d](#none)"),
                         [(1, "b.md"), (2, "tools/b.sh"), (3, "a.md#no-heading"), (4, "#none")])

    def test_a_link_out_of_the_project_is_told(self):
        self.assertEqual(self.found("[a](../../elsewhere/a.md)"), [(1, "../../elsewhere/a.md")])

    def test_patterns_stand_for_at_least_one_file(self):
        self.assertEqual(self.found("`src/NAME/NAME_test.cc` `src/**/*_test.cc` `src/base/{a,a_test}.cc` `docs/adr/<number>-x.md`"), [])
        self.assertEqual(self.found("`src/NAME/NAME_fuzz.cc` `src/base/{a,b}.cc`"),
                         [(1, "src/NAME/NAME_fuzz.cc"), (1, "src/base/{a,b}.cc")])

    def test_checks_commands_but_no_links_in_code_blocks(self):
        self.assertEqual(self.found("```\ntools/b.sh [x](none.md)\ntools/none.sh\n```\n[x](none.md)"),
                         [(3, "tools/none.sh"), (5, "none.md")])

    def test_a_folder_archives_omit_is_checked_where_it_is(self):
        self.assertEqual(self.found("`.github/workflows/none.yml`"), [])

    def test_documents_that_a_source_names_have_to_exist(self):
        found = named_paths.complaints_about_source(self.root, "// docs/a.md and docs/adr/0001-x.md\n// (docs/none.md) other/docs/none.md\n")
        self.assertEqual(list(found), [(2, "no such file: docs/none.md")])

    def test_everything_that_our_documents_name_exists(self):
        self.assertEqual(list(named_paths.all_complaints(ROOT)), [])


if __name__ == "__main__":
    unittest.main()
