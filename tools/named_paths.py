#!/usr/bin/env python3
"""Documents that name files are held to them: every link, and every path in backticks or in a block of code that begins with a
folder of the project, has to exist; so does every document that a source names. `NAME`, `<name>` and `*` stand for any name,
`**` for any folders, `{a,b}` for both. Prints file:line: what is wrong, and exits with 1 if anything is."""
import itertools
import pathlib
import re
import sys

FOLDERS = ("src", "tests", "tools", "docs", "bench", "cmake", ".ci", ".github", ".devcontainer")
NOT_IN_ARCHIVES = (".github", ".devcontainer")  # as .gitattributes says: what is in them is looked for where they are
LINK = re.compile(r"\[[^\]\n]*\]\(\s*<?([^)\s>]+)>?[^)\n]*\)")
CODE = re.compile(r"(`+)(.+?)\1")
FENCE = re.compile(r"^\s*(```|~~~)")
PATH = re.compile(rf"(?:\./)?(?:{'|'.join(map(re.escape, FOLDERS))})/\S*")
DOCUMENT = re.compile(r"(?<![\w/.])docs/[\w./-]*\.md\b")
HEADING = re.compile(r"^#+\s+(.*?)\s*#*$")


def documents_in(root):
    names = [*root.glob("*.md"), *(root / "docs").rglob("*.md"), *(root / ".github").rglob("*.md")]
    for folder in ("src", "tests", "bench", "tools"):
        names += (root / folder).rglob("*.md")
    return sorted(names)


def sources_in(root):
    for folder in ("src", "tests", "bench"):
        yield from (path for path in (root / folder).rglob("*") if path.suffix in (".h", ".cc"))
    yield root / "Makefile"
    yield root / "CMakeLists.txt"


def complaints_about_source(root, text):
    for number, line in enumerate(text.splitlines(), 1):
        for path in DOCUMENT.findall(line):
            if not (root / path).is_file():
                yield number, f"no such file: {path}"


def all_complaints(root):
    for document in documents_in(root):
        for line, what in complaints(root, document, document.read_text(encoding="utf-8")):
            yield f"{document.relative_to(root)}:{line}: {what}"
    for source in sources_in(root):
        for line, what in complaints_about_source(root, source.read_text(encoding="utf-8")):
            yield f"{source.relative_to(root)}:{line}: {what}"


def anchors_of(text):
    """The anchors that GitHub gives to the headings of a document."""
    anchors = set()
    for _, line, is_code in lines_of(text):
        heading = HEADING.match(line)
        if heading and not is_code:
            plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).replace("`", "").strip().lower()
            anchor = re.sub(r"[^\w\- ]", "", plain).replace(" ", "-")
            again = next(number for number in itertools.count() if (f"{anchor}-{number}" if number else anchor) not in anchors)
            anchors.add(f"{anchor}-{again}" if again else anchor)
    return anchors


def lines_of(text):
    """(number, line, is it inside a block of code) of each line but the fences."""
    fenced = False
    for number, line in enumerate(text.splitlines(), 1):
        if FENCE.match(line):
            fenced = not fenced
        else:
            yield number, line, fenced


def alternatives(pattern):
    braces = re.search(r"\{([^{}]*)\}", pattern)
    if not braces:
        return [pattern]
    return [whole for one in braces[1].split(",") for whole in alternatives(pattern[:braces.start()] + one + pattern[braces.end():])]


def exists(root, path):
    path = path.removeprefix("./").rstrip("/")
    if path.split("/")[0] in NOT_IN_ARCHIVES and not (root / path.split("/")[0]).is_dir():
        return True
    if (root / path).exists():
        return True
    try:
        return all(any(root.glob(one)) for one in alternatives(re.sub(r"<[^<>]*>|NAME", "*", path)))
    except ValueError:  # no pattern either
        return False


def paths_in_code(code):
    for word in re.split(r"[\s'\"=,;()|]+(?![^{]*\})", code):
        if PATH.fullmatch(word) and "…" not in word and "$" not in word:
            yield re.sub(r"(?::\d+)?[.:,;]*$", "", word)


def complaints(root, document, text):
    """Yields (line, what) for all that a document names and that is not there."""
    folder = document.parent
    for number, line, is_code in lines_of(text):
        spans = [line] if is_code else [match[2] for match in CODE.finditer(line)]
        for path in (path for span in spans for path in paths_in_code(span)):
            if not exists(root, path):
                yield number, f"no such file: {path}"
        if is_code:
            continue
        for target in LINK.findall(CODE.sub("", line)):
            if re.match(r"[a-z]+:", target):
                continue
            path, _, anchor = target.partition("#")
            file = (folder / path).resolve() if path else document
            if not file.is_relative_to(root):
                yield number, f"a link out of the project: {target}"
            elif not exists(root, file.relative_to(root).as_posix()):
                yield number, f"no such file: {target}"
            elif anchor and file.suffix == ".md" and file.is_file() and anchor not in anchors_of(file.read_text(encoding="utf-8")):
                yield number, f"no such heading: {target}"


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found = list(all_complaints(root))
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
