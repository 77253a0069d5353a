#!/usr/bin/env python3
"""Prints `key path` for each source of a compile database that clang-tidy is to look at. The key changes when
the file, a header of ours that it includes (however deep), its compile command, or the rules change: what was
clean under a key is clean still. With --base COMMIT only sources that a change since then reaches."""
import argparse
import functools
import hashlib
import json
import pathlib
import re
import subprocess

ROOT = pathlib.Path(__file__).resolve().parent.parent
INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]+"([^"]+)"', re.MULTILINE)
INCLUDE_FOLDERS = (ROOT / "src", ROOT / "tests")


@functools.cache
def headers_of(file):
    """Our headers that the file includes itself."""
    text = file.read_text(encoding="utf-8")
    places = [folder / name for name in INCLUDE.findall(text) for folder in (file.parent, *INCLUDE_FOLDERS)]
    return [place.resolve() for place in places if place.is_file()]


def reached_from(file):
    """The file and all our headers that it includes, however deep."""
    reached, waiting = set(), [file]
    while waiting:
        at = waiting.pop()
        if at not in reached:
            reached.add(at)
            waiting.extend(headers_of(at))
    return sorted(reached)


@functools.cache
def digest_of(file):
    return hashlib.sha256(file.read_bytes()).hexdigest()


def changed_since(base):
    """Files that differ from the commit, and those that git does not know yet."""
    def git(*words):
        return subprocess.run(["git", "-C", ROOT, *words], check=True, capture_output=True, text=True).stdout.split("\0")
    names = git("diff", "--name-only", "-z", base) + git("ls-files", "-z", "--others", "--exclude-standard")
    return {(ROOT / name).resolve() for name in names if name}


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database", type=pathlib.Path, help="compile_commands.json")
    parser.add_argument("--base", default="")
    parser.add_argument("--rules", default="", help="anything else that the outcome depends on")
    options = parser.parse_args()
    rules = options.rules + digest_of(ROOT / ".clang-tidy")
    changed = changed_since(options.base) if options.base else None
    for entry in json.loads(options.database.read_text(encoding="utf-8")):
        file = pathlib.Path(entry["directory"], entry["file"]).resolve()
        if not file.is_file():
            continue
        reached = reached_from(file)
        if changed is not None and changed.isdisjoint(reached):
            continue
        parts = [rules, entry["command"], *(f"{at} {digest_of(at)}" for at in reached)]
        print(hashlib.sha256("\n".join(parts).encode()).hexdigest(), file.relative_to(ROOT))


if __name__ == "__main__":
    main()
