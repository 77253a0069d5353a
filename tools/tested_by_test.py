"""A source that nothing says the test of is complained about, and so is a line `// Tests:` that is not true."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import tested_by  # noqa: E402

LOGIC = "int f() { return 1; }\n"


class TestedBy(unittest.TestCase):
    def complaints(self, sources, programs=()):
        return [line.partition(": ")[2] for line in tested_by.complaints(sources, programs)]

    def test_a_test_beside_its_source_needs_no_line(self):
        self.assertEqual(self.complaints({"src/a/b.h": "", "src/a/b.cc": LOGIC, "src/a/b_test.cc": ""}), [])

    def test_a_source_without_a_test_is_found(self):
        self.assertEqual(len(self.complaints({"src/a/b.h": "", "src/a/b.cc": LOGIC})), 1)
        self.assertEqual(len(self.complaints({"src/a/b.h": LOGIC})), 1)
        self.assertEqual(len(self.complaints({"src/a/b.cc": LOGIC})), 1)

    def test_a_line_names_tests_that_reach_the_header(self):
        sources = {"src/a/b.h": "// Tests: src/c/d_test.cc, tests/e2e/e_test.py\n", "src/a/b.cc": LOGIC, "src/c/c.h": "",
                   "src/c/c.cc": '#include "a/b.h"\n', "src/c/c_test.cc": "", "src/c/d_test.cc": '#include "c/c.h"\n'}
        self.assertEqual(self.complaints(sources, {"tests/e2e/e_test.py"}), [])
        self.assertEqual(self.complaints(sources), ["no such test: tests/e2e/e_test.py"])
        sources["src/c/d_test.cc"] = ""
        self.assertIn("does not include it", self.complaints(sources, {"tests/e2e/e_test.py"})[0])

    def test_a_header_of_constants_needs_none(self):
        self.assertEqual(self.complaints({"src/a/b.h": "// returns, if it may return\nconstexpr int kOne = 1;\n"}), [])

    def test_a_port_names_its_conformance_suite(self):
        port = "virtual int get() = 0;\n"
        self.assertEqual(self.complaints({"src/a/b.h": port}), [])
        self.assertEqual(len(self.complaints({"src/ports/b.h": port})), 1)
        self.assertEqual(self.complaints({"src/ports/b.h": "// Tests: tests/conformance/b.h\n" + port, "tests/conformance/b.h": ""}), [])

    def test_the_line_stands_in_the_header(self):
        sources = {"src/a/b.h": "", "src/a/b.cc": "// Tests: src/a/b_test.cc\n", "src/a/b_test.cc": ""}
        self.assertEqual(self.complaints(sources), ["the line `// Tests:` belongs into src/a/b.h"])


if __name__ == "__main__":
    unittest.main()
