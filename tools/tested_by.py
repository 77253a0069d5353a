#!/usr/bin/env python3
"""Every product source of src says which test holds it. Either thing_test.cc lies beside thing.h and thing.cc, or a line such as
`// Tests: src/a/b_test.cc, tests/e2e/c_test.py` names it. The line ends the comment that opens thing.h (thing.cc if it has no header).
What is named has to exist, and a test in C++ has to reach the file through what it includes.
A header needs neither if it has no source and nothing that runs (no return, if, for, while or switch).
A port of src/ports is no such header: it names its conformance suite. Prints file:line: what is wrong."""
import pathlib
import re
import sys

TESTS = re.compile(r"^// Tests: (.+)$", re.MULTILINE)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
RUNS = re.compile(r"\b(?:return|if|for|while|switch)\b")
PORT = re.compile(r"= 0;")
NO_PRODUCT = ("_test.cc", "_test.h", "_bench.cc", "_fuzz.cc")


def is_trivial(path, text, sources):
    """A header of constants and declarations; a port is one by itself only if it declares nothing to be held to."""
    if not path.endswith(".h") or path[:-2] + ".cc" in sources:
        return False
    code = re.sub(r"//[^\n]*", "", text)
    return not RUNS.search(code) and not (path.startswith("src/ports/") and PORT.search(code))


def reached(test, sources):
    """The files of the project that a test is made of: what it includes, and the sources that belong to those headers."""
    parts = {}  # the sources without a header of their own, by the header that they include first
    for path, text in sources.items():
        first = INCLUDE.search(text)
        if path.endswith(".cc") and first and path[:-3] + ".h" not in sources and not path.endswith(NO_PRODUCT):
            parts.setdefault(f"src/{first[1]}", []).append(path)
    found, waiting = set(), [test]
    while waiting:
        path = waiting.pop()
        if path in found or path not in sources:
            continue
        found.add(path)
        if path.endswith(".h"):
            waiting += [path[:-2] + ".cc", *parts.get(path, ())]
        for included in INCLUDE.findall(sources[path]):
            waiting += [f"src/{included}", f"tests/{included}"]
    return found


def complaints(sources, programs=frozenset()):
    """Of files given as {path: text}, and the paths of test programs that are not C++."""
    known = {}
    for path, text in sorted(sources.items()):
        if not path.startswith("src/") or path.endswith(NO_PRODUCT):
            continue
        stem, _, kind = path.rpartition(".")
        line = TESTS.search(text)
        if kind == "cc" and f"{stem}.h" in sources:
            if line:
                yield f"{path}:{text.count(chr(10), 0, line.start()) + 1}: the line `// Tests:` belongs into {stem}.h"
            continue
        if line:
            number = text.count("\n", 0, line.start()) + 1
            for named in line[1].split(", "):
                if named not in sources and named not in programs:
                    yield f"{path}:{number}: no such test: {named}"
                elif named.endswith("_test.cc"):
                    if named not in known:
                        known[named] = reached(named, sources)
                    if kind == "h" and path not in known[named]:
                        yield f"{path}:{number}: {named} does not include it, nor does anything that it includes"
        elif f"{stem}_test.cc" not in sources and not is_trivial(path, text, sources):
            yield f"{path}:1: no {stem}_test.cc, and no line `// Tests:` that names the test that holds it"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    files = [path for top in ("src", "tests") for path in sorted((root / top).rglob("*"))]
    sources = {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in files if path.suffix in (".h", ".cc")}
    programs = {path.relative_to(root).as_posix() for path in files if path.name.endswith("_test.py")}
    found = list(complaints(sources, programs))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
