#!/usr/bin/env python3
"""Documents that name tests are held to them: every `Suite.Name` and `test_name` of a table has to exist."""
import pathlib
import re
import sys

DOCUMENTS = ["docs/contributing/predecessor-defects.md", "docs/security.md"]
ROWS = {"docs/contributing/predecessor-defects.md": [f"W-{number:02}" for number in range(1, 41)]}
GTEST = re.compile(r"^(?:TEST|TEST_F|TEST_P|TYPED_TEST_P|TYPED_TEST)\(\s*(\w+),\s*(\w+)\s*\)", re.MULTILINE)
PYTHON = re.compile(r"^\s*def (test_\w+)\(", re.MULTILINE)
NAMED = re.compile(r"`(\w+\.[A-Z]\w+|test_\w+)`")


def tests_in(root):
    names = set()
    for folder in ("src", "tests", "tools"):
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in (".cc", ".h"):
                names.update(f"{suite}.{name}" for suite, name in GTEST.findall(path.read_text()))
            elif path.suffix == ".py":
                names.update(PYTHON.findall(path.read_text()))
    return names


def complaints(document, text, tests):
    for number, line in enumerate(text.splitlines(), 1):
        if not line.startswith("|"):
            continue
        for name in NAMED.findall(line):
            if name not in tests:
                yield f"{document}:{number}: no such test: {name}"
    for row in ROWS.get(document, []):
        lines = [line for line in text.splitlines() if line.startswith(f"| {row} |")]
        if len(lines) != 1:
            yield f"{document}:1: {row} has {len(lines)} rows, not one"
        elif not NAMED.search(lines[0]) and "**Open**" not in lines[0]:
            yield f"{document}:1: {row} names no test and is not open"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    tests = tests_in(root)
    found = [text for name in DOCUMENTS for text in complaints(name, (root / name).read_text(), tests)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
