"""A document that names a test that is not there, or nothing at all, is complained about."""
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import named_tests  # noqa: E402


class NamedTests(unittest.TestCase):
    def complaints(self, *rows):
        text = "\n".join(rows)
        named_tests.ROWS["d.md"] = ["W-01", "W-02"]
        return list(named_tests.complaints("d.md", text, {"Suite.Name", "test_it"}))

    def test_named_tests_that_exist_are_fine(self):
        self.assertEqual(self.complaints("| W-01 | `Suite.Name` |", "| W-02 | `test_it` |"), [])

    def test_a_test_that_is_not_there_is_told_with_its_line(self):
        found = self.complaints("| W-01 | `Suite.Name`, `Suite.Other` |", "| W-02 | `test_that` |")
        self.assertEqual(found, ["d.md:1: no such test: Suite.Other", "d.md:2: no such test: test_that"])

    def test_a_row_that_is_missing_or_names_nothing_is_told(self):
        self.assertEqual(len(self.complaints("| W-01 | nothing |")), 2)
        self.assertEqual(self.complaints("| W-01 | **Open**: later |", "| W-02 | `test_it` |"), [])

    def test_tests_of_both_kinds_are_found(self):
        with tempfile.TemporaryDirectory() as folder:
            root = pathlib.Path(folder)
            (root / "src").mkdir()
            (root / "tests").mkdir()
            (root / "src/a_test.cc").write_text("TEST(A, One) {\n}\nTYPED_TEST_P(B, Two) {}\n// TEST(A, No)\n")
            (root / "tests/b_test.py").write_text("class X:\n    def test_three(self):\n        pass\n")
            self.assertEqual(named_tests.tests_in(root), {"A.One", "B.Two", "test_three"})


if __name__ == "__main__":
    unittest.main()
