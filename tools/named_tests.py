#!/usr/bin/env python3
"""Documents that name tests are compared with the tests. Names are looked for in rows of tables and after `Tests:`, up to the next
blank line or item. `Suite.Name` and `test_name` have to exist. After `Tests:` every name in backticks is judged: `Suite.*` and
`Suite.Begin…` stand for tests that begin so, `…middle…` for a test that has this in its name, `some_test` and `some_fuzz` for a file.
The name of a test itself has at most 50 characters (without its suite), so that it is read at a glance."""
import pathlib
import re
import sys

DOCUMENTS = ["docs/contributing/predecessor-defects.md", "docs/contributing/guarantees-and-tests.md"]
SECTIONS = {"docs/contributing/predecessor-defects.md": [f"W-{number:02}" for number in range(1, 41)]}
GTEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
PYTHON = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
NAMED = re.compile(r"`(\w+\.[A-Z]\w+|test_\w+)`")
QUOTED = re.compile(r"`([^`]+)`")
NAME_MAX = 50
ITEM = re.compile(r"^\s*(?:[-*]|\d+\.)\s|^#")


def tests_in(root):
    """The names of all tests, and of the files of tests/ that hold some."""
    names = set()
    for folder in ("src", "tests", "tools"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cc", ".h"):
                names.update(f"{suite}.{name}" for suite, name in GTEST.findall(path.read_text()))
            elif path.suffix == ".py":
                names.update(PYTHON.findall(path.read_text()))
            if path.suffix in (".cc", ".py") and path.stem.endswith(("_test", "_fuzz")):
                names.add(path.stem)
    return names


def long_names(tests):
    for test in sorted(tests):
        name = test.rpartition(".")[2]
        if len(name) > NAME_MAX:
            yield f"{test}: the name of a test has at most {NAME_MAX} characters, this one {len(name)}"


def exists(name, tests):
    if name.startswith("…"):
        return any(name.strip("…") in test for test in tests)
    if name.endswith(("…", ".*")):
        return any(test.startswith(name.rstrip("…*")) for test in tests)
    return name in tests


def complaints(document, text, tests):
    after_tests = False
    for number, line in enumerate(text.splitlines(), 1):
        _, marker, rest = line.partition("Tests:")
        if marker:
            after_tests, line = True, rest
        elif not line.strip() or ITEM.match(line):
            after_tests = False
        names = QUOTED.findall(line) if after_tests else NAMED.findall(line) if line.startswith("|") else []
        for name in names:
            if not exists(name, tests):
                yield f"{document}:{number}: no such test: {name}"
    for section in SECTIONS.get(document, []):
        parts = re.split(rf"^### {section}$", text, flags=re.MULTILINE)
        if len(parts) != 2:
            yield f"{document}:1: {section} has {len(parts) - 1} sections, not one"
        elif not re.search(r"^Tests: `|\*\*Open\*\*", re.split(r"^##", parts[1], flags=re.MULTILINE)[0], re.MULTILINE):
            yield f"{document}:1: {section} names no test and is not open"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    tests = tests_in(root)
    found = [text for name in DOCUMENTS for text in complaints(name, (root / name).read_text(), tests)]
    found += long_names(tests)
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
