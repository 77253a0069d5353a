"""Waits without a limit are found in tests of both languages, and bounded ones are not."""
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import bounded_waits  # noqa: E402


class BoundedWaits(unittest.TestCase):
    def lines(self, path, text):
        return [line for line, _ in bounded_waits.complaints(path, text)]

    def test_unbounded_waits_of_tests_in_cpp_are_found(self):
        text = "while (!it) std::this_thread::yield();\nstd::latch one(1);\nstd::promise<void> two;\nchanged.wait(lock, [] {});\n"
        self.assertEqual(sorted(self.lines("src/a/b_test.cc", text)), [1, 2, 3, 4])
        self.assertEqual(sorted(self.lines("tests/sim/b.h", text)), [1, 2, 3, 4])

    def test_products_comments_and_the_helper_may(self):
        text = "std::latch one(1);\n"
        self.assertEqual(self.lines("src/a/b.cc", text), [])
        self.assertEqual(self.lines("tests/fakes/waiting.h", text), [])
        self.assertEqual(self.lines("src/a/b_test.cc", "// std::latch\nchanged.wait_for(lock, kPatience, done);\n"), [])

    def test_unbounded_waits_in_python_are_found(self):
        text = "subprocess.run(words)\nprocess.communicate()\nprocess.wait()\nselect.select([a], [], [])\n"
        self.assertEqual(self.lines("tests/e2e/a_test.py", text), [1, 2, 3, 4])
        self.assertEqual(self.lines("tests/peers/a.py", text), [1, 2, 3, 4])
        self.assertEqual(self.lines("tools/a.py", text), [])

    def test_bounded_waits_in_python_are_fine(self):
        text = ("subprocess.run(words, timeout=60)\nsubprocess.run(words, **options)\nprocess.communicate(timeout=1)\n"
                "event.wait(30)\nprocess.wait(timeout=3)\nselect.select([a], [], [], 1)\n")
        self.assertEqual(self.lines("tests/e2e/a_test.py", text), [])


if __name__ == "__main__":
    unittest.main()
