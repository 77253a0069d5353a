#!/usr/bin/env python3
"""docs/operate.md tells what each warning of the log wants. People search for those words, so each has to be one that the program can
write: the text in backticks, up to a `…`, has to be in a string of src/. Prints file:line: what is wrong, and exits with 1 if anything
is."""
import pathlib
import re
import sys

DOCUMENT = "docs/operate.md"
HEADING = "## What each warning in the log wants"
LITERALS = re.compile(r'"(?:[^"\\\n]|\\.)*"(?:\s*"(?:[^"\\\n]|\\.)*")*')


def strings_in(source):
    """The string literals of a source, those side by side joined as the compiler joins them."""
    for literals in LITERALS.findall(source):
        yield "".join(re.findall(r'"((?:[^"\\\n]|\\.)*)"', literals)).replace('\\"', '"')


def complaints(text, strings):
    """Yields (line, what) for each message of the table that no string begins with."""
    rows = 0
    is_table = False
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("## "):
            is_table = line == HEADING
        if not is_table or not line.startswith("| `"):
            continue
        rows += 1
        for message in re.findall(r"`([^`]+)`", line.split(" | ")[0]):
            wanted = message.removesuffix("…").strip()
            if not any(string.startswith(wanted) for string in strings):
                yield number, f'the program writes no "{wanted}"'
    if rows == 0:
        yield 1, f'no messages under "{HEADING}"'


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    sources = [path for path in sorted((root / "src").rglob("*.cc")) if not path.stem.endswith("_test")]
    strings = {string for path in sources for string in strings_in(path.read_text(encoding="utf-8"))}
    found = list(complaints((root / DOCUMENT).read_text(encoding="utf-8"), strings))
    print("\n".join(f"{DOCUMENT}:{line}: {what}" for line, what in found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
