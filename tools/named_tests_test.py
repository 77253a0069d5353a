"""A document that names a test that is not there, or nothing at all, is complained about."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import named_tests  # noqa: E402

TESTS = {"Suite.Name", "Suite.NextOne", "test_it_works", "kill_test"}


class NamedTests(unittest.TestCase):
    def complaints(self, *lines, sections=()):
        named_tests.SECTIONS["d.md"] = list(sections)
        return list(named_tests.complaints("d.md", "\n".join(lines), TESTS))

    def test_named_tests_that_exist_are_fine(self):
        self.assertEqual(self.complaints("| x | `Suite.Name` |", "- It works.", "  Tests: `Suite.NextOne`,", "  `test_it_works`."), [])

    def test_a_missing_test_is_found_with_its_line(self):
        found = self.complaints("| x | `Suite.Other` |", "Tests: `Suite.Name`,", "`test_that`.")
        self.assertEqual(found, ["d.md:1: no such test: Suite.Other", "d.md:3: no such test: test_that"])

    def test_parts_of_names_stand_for_tests_that_have_them(self):
        self.assertEqual(self.complaints("Tests: `Suite.*`, `Suite.Ne…`, `…_it_…`, `kill_test`."), [])
        self.assertEqual(len(self.complaints("Tests: `Suit.*`, `Suite.Nix…`, `…_us_…`, `skill_test`.")), 4)

    def test_only_what_follows_tests_is_judged(self):
        self.assertEqual(self.complaints("`Other.Name` is code.", "Tests: `Suite.Name`.", "", "`Other.Name`", "Tests: `Suite.Name`.", "- `x`"), [])

    def test_a_section_missing_or_without_tests_is_found(self):
        self.assertEqual(len(self.complaints("### W-01", "Nothing.", "### W-03", sections=["W-01", "W-02"])), 2)
        self.assertEqual(self.complaints("### W-01", "**Open**: later.", "### W-02", "Tests: `Suite.Name`.", sections=["W-01", "W-02"]), [])

    def test_a_name_of_over_50_characters_is_found(self):
        long = "N" * 51
        self.assertEqual([line.partition(":")[0] for line in named_tests.long_names({f"S.{long}", f"S.{long[1:]}"})], [f"S.{long}"])
        self.assertEqual(len(list(named_tests.long_names({"test_" + "n" * 46, "test_" + "n" * 45}))), 1)

    def test_tests_of_both_kinds_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src").mkdir()
            (root / "tests").mkdir()
            (root / "src/a_test.cc").write_text("TEST(A, One) {\n}\nTYPED_TEST_P(B, Two) {}\n// TEST(A, No)\n")
            (root / "tests/b_test.py").write_text("class X:\n    def test_three(self):\n        pass\n")
            self.assertEqual(named_tests.tests_in(root), {"A.One", "B.Two", "test_three", "a_test", "b_test"})


if __name__ == "__main__":
    unittest.main()
