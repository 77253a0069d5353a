#!/usr/bin/env python3
"""Says what the tests did not run, of what `llvm-cov export` counted: a table by folder, and each error path that no test took.
An error path is a `return` of an Error (`Error{...}`, a function whose result is an Error, `...error()`), or the way out of a TRY.
Writes summary.txt and untested_error_paths.txt into the folder of --report, and prints the table."""
import argparse
import bisect
import collections
import json
import os
import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import layers  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parent.parent
MAKER = re.compile(r"\bError\s+(\w+)\s*\(")  # a function whose result is an Error
TRY = re.compile(r"\b(TRY|TRY_IN)\s*\(")


class File:
    """What was counted of one source, of all programs together."""

    def __init__(self, text):
        self.text = text
        self.starts = [0] + [match.end() for match in re.finditer("\n", text)]
        self.lines = self.lines_run = 0
        self.segments = []  # (line, column), count or None where nothing is counted; in order
        self.ways_out = collections.Counter()  # of a TRY at (line, column): how often its error was returned
        self.tries = set()

    def place(self, offset):
        line = bisect.bisect_right(self.starts, offset)
        return line, offset - self.starts[line - 1] + 1

    def count_at(self, place):
        at = bisect.bisect_right(self.segments, place, key=lambda one: one[0]) - 1
        return self.segments[at][1] if at >= 0 else None

    def text_of(self, line):
        end = self.starts[line] if line < len(self.starts) else len(self.text)
        return self.text[self.starts[line - 1]:end]


def of_export(file, text, macro_text):
    """One file of `llvm-cov export`. The text of macros is asked by name, to know what in them is the way out."""
    counted = File(text)
    counted.segments = [((line, column), count if has_count else None)
                        for line, column, count, has_count, _, _ in file["segments"]]
    counted.lines = file["summary"]["lines"]["count"]
    counted.lines_run = file["summary"]["lines"]["covered"]
    for expansion in file.get("expansions", []):
        line, column = expansion["source_region"][:2]
        if not TRY.match(counted.text_of(line)[column - 1:]):
            continue
        counted.tries.add((line, column))
        for region in expansion["target_regions"]:
            first_line, first_column, _, _, count, _, _, kind = region[:8]
            macro = macro_text(expansion["filenames"][region[5]])
            if kind == 0 and macro.text_of(first_line)[first_column - 1:].startswith("return"):
                counted.ways_out[line, column] += count
    return counted


def returns_of(makers):
    """What returns an Error, where `makers` are the functions that make one."""
    made = "".join(f"|{name}\\s*\\(" for name in sorted(makers))
    return re.compile(rf"\breturn\s+(?:(?:\w+::)*(?:Error\s*[{{(]{made})|[^;{{}}]*\.error\(\)\s*;)")


def error_paths(counted, returns):
    """((line, column), what, was it taken) of each error path in the file that is part of a program."""
    code = layers.blanked(counted.text, literals=True)
    for match in returns.finditer(code):
        place = counted.place(match.start())
        count = counted.count_at(place)
        if count is not None:
            yield place, "this error was never returned", count > 0
    for place in sorted(counted.tries):
        name = TRY.match(counted.text_of(place[0])[place[1] - 1:])[1]
        if counted.count_at(place) is not None:
            yield place, f"{name}: an error was never passed on from here", counted.ways_out[place] > 0


def share(part, whole):
    return f"{100 * part / whole:5.1f} %" if whole else "      –"


def report(files):
    """The table and the list. files: path from the root of the project → File."""
    returns = returns_of({name for counted in files.values() for name in MAKER.findall(layers.blanked(counted.text, literals=True))})
    rows = collections.defaultdict(lambda: [0, 0, 0, 0])
    untested = []
    for path, counted in sorted(files.items()):
        row = rows[str(pathlib.PurePath(path).parent)]
        row[0] += counted.lines
        row[1] += counted.lines_run
        for (line, _), what, was_taken in sorted(error_paths(counted, returns)):
            row[2] += 1
            row[3] += was_taken
            if not was_taken:
                untested.append(f"{path}:{line}: {what}: {counted.text_of(line).strip()}")
    rows = dict(sorted(rows.items()))
    rows["all"] = [sum(column) for column in zip(*rows.values())] or [0, 0, 0, 0]
    table = [f"{'folder':<28} {'lines':>7} {'run':>7} {'':>7}   {'error paths':>11} {'taken':>6}"]
    for folder, (lines, run, paths, taken) in rows.items():
        table.append(f"{folder:<28} {lines:>7} {run:>7} {share(run, lines)}   {paths:>11} {taken:>6} {share(taken, paths)}")
    return table, untested


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("export", type=pathlib.Path, help="what `llvm-cov export --format=text` wrote")
    parser.add_argument("--build", type=pathlib.Path, required=True, help="the folder that relative paths in it are relative to")
    parser.add_argument("--report", type=pathlib.Path, required=True)
    parser.add_argument("--root", type=pathlib.Path, default=ROOT)
    arguments = parser.parse_args()
    root = arguments.root.resolve()
    texts = {}

    def path_of(name):
        return pathlib.Path(os.path.normpath(arguments.build.resolve() / name))

    def macro_text(name):
        if name not in texts:
            texts[name] = File(path_of(name).read_text(encoding="utf-8"))
        return texts[name]

    files = {}
    for data in json.loads(arguments.export.read_text(encoding="utf-8"))["data"]:
        for file in data["files"]:
            path = path_of(file["filename"])
            if path.is_relative_to(root / "src"):
                files[path.relative_to(root).as_posix()] = of_export(file, path.read_text(encoding="utf-8"), macro_text)
    table, untested = report(files)
    sources = {path.relative_to(root).as_posix() for path in (root / "src").rglob("*.cc")}
    absent = sorted(path for path in sources - set(files) if not re.search(r"_(test|bench|fuzz)\.cc$", path))
    if absent:
        table += ["", f"{len(absent)} sources are in none of these programs, and are not counted here."]
    table += ["", f"{len(untested)} error paths that no test took: {arguments.report}/untested_error_paths.txt"]
    (arguments.report / "untested_error_paths.txt").write_text("".join(f"{line}\n" for line in untested), encoding="utf-8")
    (arguments.report / "summary.txt").write_text("".join(f"{line}\n" for line in table), encoding="utf-8")
    print("\n".join(table))


if __name__ == "__main__":
    main()
