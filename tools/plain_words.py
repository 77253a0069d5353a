#!/usr/bin/env python3
"""Holds documents to plain words: no line over 200 characters, no word that only we know, in users' pages no sentence over 35 words, and
a glossary whose terms are used. Code, in blocks or in backticks, is not judged. Prints file:line: what is wrong; exits with 1 if
anything is."""
import pathlib
import re
import sys

import named_paths

LINE_MAX = 200
SENTENCE_WORDS_MAX = 35  # aim at 25
SENTENCES_OVER_AIM_MAX = 0.05  # the share of a page's sentences that may have more than 25 words
AIM = 25

# What we used to write, and what to write in its place.
PRIVATE = {
    r"worlds?": "backend, dependencies or simulation",
    r"mend(s|ed|ing)?": "fix or repair",
    r"crews?": "worker pool",
    r"farewells?": "cleanup",
    r"surroundings": "environment",
    r"the how-manieth": "ordinal",
    r"full jitter": "equal jitter",
    r"thorough(ly)?": "small (compression)",
    r"(from|to|at|in) (its|the|their) begin": "beginning",
    r"(is|are|was|were) gone on with": "continued",
    r"goes? by the name": "is collected under the name",
    r"(is|are|was|were) left off": "interrupted",
    r"leaves? off": "stop or interrupt",
    r"the same while": "state the condition again",
    r"what costs": "name what costs",
    r"whose it is": "name the owner",
    r"as it comes": "by default",
    r"for want of": "because there is no",
    r"all the same": "nevertheless, or leave it out",
    r"meanwhile was": "say when",
    r"nowise|hereof|thereof|whither|wherefrom": "a common word",
}
BANNED = [(re.compile(rf"\b(?:{pattern})\b", re.IGNORECASE), instead) for pattern, instead in PRIVATE.items()]
EXEMPT = {"docs/contributing/house-style.md"}  # the page that lists the words itself
SENTENCE_END = re.compile(r"(?<=[.!?:])\s+(?=[\"'(\[`*_A-Z0-9])")
TERM = re.compile(r"\*\*([^*]+)\*\*")


def prose(line):
    """A line without its code, the targets of its links and its marks."""
    line = re.sub(r"(`+)(.+?)\1", "CODE", line)
    line = re.sub(r"!?\[([^\]]*)\]\([^)]*\)", r"\1", line)
    line = re.sub(r"<!--.*?-->|<https?:[^>]*>|https?://\S+", "", line)
    return re.sub(r"^\s*(?:[-*#>]+|\d+\.)\s+", "", line)


def sentences(line):
    """The sentences of a line; each cell of a table's row is one at least."""
    cells = line.strip().strip("|").split("|") if line.lstrip().startswith("|") else [line]
    for cell in cells:
        for sentence in SENTENCE_END.split(prose(cell.strip()).strip()):
            if re.search(r"\w", sentence):
                yield sentence


def complaints(document, text, is_users):
    """Yields (line, what)."""
    lengths = []
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > LINE_MAX:
            yield number, f"{len(line)} characters; at most {LINE_MAX}: one sentence a line, or a shorter row"
    for number, line, is_code in named_paths.lines_of(text):
        if is_code:
            continue
        if document not in EXEMPT:
            for pattern, instead in BANNED:
                found = pattern.search(prose(line))
                if found:
                    yield number, f'"{found[0]}": write {instead}'
        if not is_users:
            continue
        for sentence in sentences(line):
            words = len(sentence.split())
            lengths.append(words)
            if words > SENTENCE_WORDS_MAX:
                yield number, f'a sentence of {words} words, at most {SENTENCE_WORDS_MAX}: "{" ".join(sentence.split()[:6])} …"'
    over = sum(words > AIM for words in lengths)
    if over > max(1, SENTENCES_OVER_AIM_MAX * len(lengths)):
        yield 1, f"{over} of {len(lengths)} sentences have more than {AIM} words"


def unused_terms(glossary, others):
    """Yields (line, what) for each term that no other page has; a term may have other endings there."""
    read = " ".join(others).lower()
    for number, line in enumerate(glossary.splitlines(), 1):
        for term in TERM.findall(line if line.startswith("**") else ""):
            if not re.search(rf"\b{re.escape(term.lower())}(s|es|d|ed|r|ing)?\b", read):
                yield number, f'"{term}" is used in no other page: leave it out, or use it'


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found, users = [], {}
    for path in named_paths.documents_in(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        is_users = name == "README.md" or path.parent == root / "docs"
        if is_users:
            users[name] = text
        found += [f"{name}:{line}: {what}" for line, what in complaints(name, text, is_users)]
    glossary = users.pop("docs/glossary.md")
    found += [f"docs/glossary.md:{line}: {what}" for line, what in unused_terms(glossary, users.values())]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
