#!/usr/bin/env python3
"""People alert on the ids of log events, so docs/log-events.md has to name each event of src/ once, with its level and its fields, and
nothing else. Two calls may share an id only if level and sentence are the same. Prints file:line: what is wrong, and exits with 1 if
anything is."""
import collections
import pathlib
import re
import sys

DOCUMENT = "docs/log-events.md"
LITERAL = r'"(?:[^"\\\n]|\\.)*"'
CALL = re.compile(r"\blog::(debug|info|warn|error)\(")
ARGUMENTS = re.compile(rf"\s*({LITERAL})\s*,\s*({LITERAL}(?:\s*{LITERAL})*)\s*(?:,\s*\{{|\)\s*;)")
ROW = re.compile(r"^\| `([a-z0-9_]+)` \| (\w+) \| [^|]* \| ([^|]*)\| [^|]* \|$")  # event, level, what happened, fields, what to do
Call = collections.namedtuple("Call", "path line id level sentence fields")


def joined(literals):
    """The text of string literals that stand side by side."""
    return "".join(literal[1:-1] for literal in re.findall(LITERAL, literals)).replace('\\"', '"')


def calls_in(path, source):
    """Yields a Call for each log call; its id is None where id and sentence are not both literals."""
    for match in CALL.finditer(source):
        line = source.count("\n", 0, match.start()) + 1
        arguments = ARGUMENTS.match(source, match.end())
        if not arguments:
            yield Call(path, line, None, match[1], None, set())
            continue
        end = source.find(");", arguments.end() - 2)
        fields = re.findall(r'\{\s*"([\w.]+)",', source[arguments.end() - 1:end])
        yield Call(path, line, joined(arguments[1]), match[1], joined(arguments[2]), set(fields))


def complaints(calls, text):
    """Yields (path, line, what) for what differs between the calls and the page."""
    known = {}
    fields = collections.defaultdict(set)  # of all calls of an id
    for call in calls:
        if call.id is None:
            yield call.path, call.line, "a log call begins with the event's id and its sentence, both as literals"
            continue
        first = known.setdefault(call.id, call)
        fields[call.id] |= call.fields
        if (first.level, first.sentence) != (call.level, call.sentence):
            yield call.path, call.line, f"{call.id}: has another level or sentence at {first.path}:{first.line}"
        if not call.sentence.endswith("."):
            yield call.path, call.line, f"{call.id}: the sentence ends with no full stop"
    rows = {}
    for number, line in enumerate(text.splitlines(), 1):
        row = ROW.match(line)
        if not row:
            continue
        if row[1] in rows:
            yield DOCUMENT, number, f"{row[1]}: has a row already"
        rows[row[1]] = number
        if row[1] not in known:
            yield DOCUMENT, number, f"{row[1]}: the program logs no such event"
            continue
        level = known[row[1]].level
        if row[2] != level:
            yield DOCUMENT, number, f"{row[1]}: its level is {level}"
        told = set(re.findall(r"`([\w.]+)`", row[3]))
        if told != fields[row[1]]:
            yield DOCUMENT, number, f"{row[1]}: its fields are {', '.join(sorted(fields[row[1]])) or 'none'}"
    for name, call in known.items():
        if name not in rows:
            yield call.path, call.line, f"{name}: is not in {DOCUMENT}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    sources = [path for path in sorted((root / "src").rglob("*.cc")) if not path.stem.endswith("_test") and path.name != "log.cc"]
    calls = [call for path in sources for call in calls_in(str(path.relative_to(root)), path.read_text(encoding="utf-8"))]
    found = sorted(complaints(calls, (root / DOCUMENT).read_text(encoding="utf-8")))
    for path, line, what in found:
        print(f"{path}:{line}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
