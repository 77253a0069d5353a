#!/usr/bin/env python3
"""Holds the sources to docs/contributing/architecture.md and docs/contributing/house-style.md: who may include whom, how long a file
may be, which words have one place or none. Prints file:line: what is wrong, and exits with 1 if anything is."""
import argparse
import pathlib
import re
import sys

PORTS = {"base", "model", "ports"}
STAGES = {"collect", "process", "deliver", "tenants"}
BACKENDS = {"aws", "kube", "local", "http"}
# A room may include itself and these.
MAY_INCLUDE = {
    "base": set(),
    "model": {"base"},
    "ports": {"base", "model"},
    "collect": PORTS,
    "deliver": PORTS,
    "tenants": PORTS,
    "process": PORTS | {"deliver", "tenants"},
    "loggen": PORTS,
    "net": PORTS,
    "aws": PORTS | {"net"},
    "kube": PORTS | {"net"},
    "local": PORTS,
    "http": PORTS | {"tenants"},
    "config": PORTS | {"collect", "tenants", "kube", "http"},
    "assembly": PORTS | STAGES | BACKENDS | {"config", "net"},
    "cli": PORTS | STAGES | BACKENDS | {"config", "assembly", "loggen", "net"},
}
# Inside a room, where it has arrows of its own: a subfolder may include itself and these. What is not named here may include all.
MAY_INCLUDE_INSIDE = {
    "model/text": set(),
    "model/time": set(),
    "model/compression": {"model/time"},
    "collect/progress": set(),
    "collect/batch": {"collect/progress"},
    "collect/tail": {"collect/progress", "collect/batch"},
    "aws/call": set(),
    "aws/credentials": {"aws/call"},
    "aws/s3": {"aws/call"},
    "aws/sqs": {"aws/call"},
    "aws/dynamo": {"aws/call"},
    "aws/logs": {"aws/call"},
    "aws/lambda": {"aws/call"},
    "aws/inspect": {"aws/call", "aws/s3"},
    "aws/tenant": {"aws/call", "aws/credentials", "aws/s3", "aws/logs"},
}

LINES_MAX = {".cc": 600, ".h": 250}
TEST_LINES_MAX = 1500

CLOCK = {"src/local/system_clock.cc"}
LOCK = {"src/base/mutex.h"}  # base knows no ports, and what waits for another thread waits in real time
LOG = {"src/base/log.cc"}  # stamps its lines itself: base knows no ports
TESTS, BENCHES, CONFIG = "tests", "benches", "src/config/"
# What may not be written, why, and where it may be written nevertheless.
BANNED = [
    (r"\b(?:sleep_for|sleep_until|usleep|nanosleep)\b", "sleep through the Clock port", CLOCK),
    (r"\b(?:system|steady|high_resolution)_clock::now\b|\b(?:clock_gettime|gettimeofday)\b",
     "time comes through the Clock port", CLOCK | LOCK | LOG | {TESTS, BENCHES}),
    (r"\b(?:secure_)?getenv\b|\bchar\s*\*\*\s*environ\b", "the environment is read in src/config only", {CONFIG, TESTS, BENCHES}),
    (r"\b[gG]etInstance\b", "no singletons", {TESTS}),  # GoogleTest has one
    (r"\bstd::(?:(?:recursive_|shared_)?(?:timed_)?mutex|condition_variable(?:_any)?"
     r"|(?:lock_guard|unique_lock|scoped_lock|shared_lock))\b",
     "clang checks only what is locked with base/mutex.h", LOCK | {TESTS, BENCHES}),
    (r"\busing\s+namespace\s+std\s*;", "name what you use", set()),
    (r"\bco_(?:await|yield|return)\b", "GCC 12 miscompiles coroutines", set()),
    (r"\bthrow\b", "errors are Result", {TESTS}),
    (r"\bstd::w?regex\b", "slow and unbounded: RE2, or a parser", set()),
    (r"\bstd::v?format(?:_to)?\b", "clang 14 has none: fmt", set()),
    (r"\bstd::(?:ranges::)?views\b|\bstd::source_location\b", "clang 14 has none", set()),
]
BANNED = [(re.compile(pattern), why, places) for pattern, why, places in BANNED]

COMMENT = r'//[^\n]*|/\*.*?\*/'
LITERAL = (r'R"(?P<mark>[^()\\\s]*)\(.*?\)(?P=mark)"|"(?:\\.|[^"\\\n])*"'
           r"|(?<![0-9A-Za-z])'(?:\\.|[^'\\\n])+'")
TOKEN = re.compile(f"(?P<comment>{COMMENT})|{LITERAL}", re.DOTALL)
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)


def blanked(text, literals):
    """The text with comments, and literals if asked, made blank; lines stay where they are."""
    def blank(match):
        if match["comment"] is None and not literals:
            return match[0]
        return re.sub(r"[^\n]", " ", match[0])
    return TOKEN.sub(blank, text)


def line_of(text, position):
    return text.count("\n", 0, position) + 1


def is_test(path):
    return path.startswith("tests/") or path.endswith(("_test.cc", "_fuzz.cc", "_test.h"))


def may(path, places):
    if TESTS in places and is_test(path):
        return True
    if BENCHES in places and (path.endswith("_bench.cc") or path.startswith("bench/")):
        return True
    return path in places or any(place.endswith("/") and path.startswith(place) for place in places)


def check_inside(path, included, line):
    """Between the subfolders of one room."""
    folder = path.removeprefix("src/").rpartition("/")[0]
    target = included.rpartition("/")[0]
    if folder not in MAY_INCLUDE_INSIDE or target == folder or target in MAY_INCLUDE_INSIDE[folder]:
        return
    allowed = ", ".join(sorted(MAY_INCLUDE_INSIDE[folder])) or "no other subfolder of its room"
    yield line, f'includes "{included}": {folder} may include {allowed}'


def check_includes(path, text):
    room = path.split("/")[1]
    if room not in MAY_INCLUDE:
        yield 1, f"src/{room}: no such room in tools/layers.py; add it there and in src/README.md"
        return
    for match in INCLUDE.finditer(blanked(text, literals=False)):
        included = match[1]
        target = included.split("/")[0]
        line = line_of(text, match.start(1))
        if target == room:
            yield from check_inside(path, included, line)
            continue
        if target not in MAY_INCLUDE:
            yield line, f'includes "{included}", which is no room of src (tests are never included by src)'
        elif target not in MAY_INCLUDE[room]:
            allowed = ", ".join(sorted(MAY_INCLUDE[room])) or "nothing of ours"
            yield line, f'includes "{included}": {room} may include {allowed}'


def check_file(path, text):
    lines = text.count("\n")
    test = is_test(path)
    limit = TEST_LINES_MAX if test else LINES_MAX[pathlib.PurePath(path).suffix]
    if lines > limit:
        yield limit + 1, f"{lines} lines, over {limit}"
    if path.endswith(".h") and not re.search(r"^#pragma once$", text, re.MULTILINE):
        yield 1, "no #pragma once"
    if path.startswith("src/") and not test and not path.endswith("_bench.cc"):
        yield from check_includes(path, text)
    code = blanked(text, literals=True)
    for pattern, why, places in BANNED:
        if may(path, places):
            continue
        for match in pattern.finditer(code):
            yield line_of(code, match.start()), f"{match[0]}: {why}"


def check_tree(root, only=()):
    """Yields (path, line, what) for everything wrong in the tree, or in some of its files."""
    for folder in sorted(p for p in (root / "src").iterdir() if p.is_dir()):
        if not (folder / "README.md").is_file():
            yield f"src/{folder.name}", 1, "no README.md: what it takes, gives, promises, its files in reading order"
    for top in ("src", "tests", "bench"):
        for file in sorted((root / top).rglob("*")):
            if file.suffix not in LINES_MAX or not file.is_file():
                continue
            path = file.relative_to(root).as_posix()
            if only and path not in only:
                continue
            for line, what in check_file(path, file.read_text(encoding="utf-8")):
                yield path, line, what


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parent.parent)
    parser.add_argument("files", nargs="*", help="from the root, e.g. src/base/check.h; none: all")
    arguments = parser.parse_args()
    found = list(check_tree(arguments.root, set(arguments.files)))
    for path, line, what in found:
        print(f"{path}:{line}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
