#!/usr/bin/env python3
"""docs/contributing/threads.md lists each name that the sources give a thread, and no other. A source that starts a thread names one."""
import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs/contributing/threads.md"
NAME = re.compile(r'pthread_setname_np\(::pthread_self\(\), \(?"([^"]+)"')
STARTS = re.compile(r"std::j?thread\(\[|std::jthread \w+\(\[|std::vector<std::jthread> \w+;\n")


def sources():
    for path in sorted((ROOT / "src").rglob("*.cc")):
        if not path.name.endswith(("_test.cc", "_bench.cc", "_fuzz.cc")):
            yield path, path.read_text(encoding="utf-8")


class NamedThreads(unittest.TestCase):
    def test_the_page_lists_the_names_of_the_sources(self):
        named = {name for _, text in sources() for name in NAME.findall(text)}
        listed = set(re.findall(r"^\| `([^`]+)`", PAGE.read_text(encoding="utf-8"), re.MULTILINE))
        self.assertGreater(len(named), 5)
        self.assertEqual(named, listed)

    def test_a_source_that_starts_threads_names_them(self):
        for path, text in sources():
            if STARTS.search(text):
                self.assertRegex(text, NAME, path)


if __name__ == "__main__":
    unittest.main()
