#!/usr/bin/env python3
"""Holds documents, comments, names and the texts of settings to plain words. Prints file:line: what is wrong; exits with 1 if anything is.

- Documents: no line over 200 characters, no word that only we know, in users' pages no sentence over 35 words, and a glossary whose
  terms are used. Code, in blocks or in backticks, is not judged.
- Comments of sources and scripts: no word that only we know, no sentence over 35 words.
- Names of types, functions, variables, tests and their suites: none of the words that only we know.
- Texts of settings: each is made of whole sentences and stands alone."""
import io
import pathlib
import re
import subprocess
import sys
import tokenize

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
# The parts of names that only we knew. A name is split where a capital or an underscore begins a new part.
PRIVATE_IN_NAMES = {
    "world": "Backend, Dependencies or Simulation", "worlds": "backends",
    "mend": "fix or repair", "mends": "fixes", "mended": "fixed or repaired",
    "crew": "WorkerPool", "farewell": "Cleanup", "surroundings": "Environment",
    "thorough": "small (compression)", "thoroughly": "small (compression)",
}
PRIVATE_NAMES = {"Room": "InFlightBudget", "Terms": "CollectionSettings", "Sight": "ScanResult", "Shares": "FairScheduler"}
# Names of settings and metrics, which stay as they are, and how code reaches them.
KEPT_NAMES = {"thorough_bytes_per_second", "headgate_collect_thorough_bytes_total"}
# These pages and sources list the words themselves.
EXEMPT = {"docs/contributing/house-style.md", "tools/plain_words.py", "tools/plain_words_test.py"}
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


# Sources whose comments and names are still to be rewritten: they are not judged. Take out what you have rewritten; add nothing.
NOT_YET = set("""
bench/bulkheads.cc
bench/cold_start.py
bench/process.cc
cmake/commit.cmake
src/assembly/collector_options.cc
src/config/config.h
src/config/settings.cc
src/deliver/log_delivery.cc
src/kube/workload_owner.h
src/loggen/line_template.h
src/model/compression/compressed_writer.h
src/model/time/believed_time.h
src/model/time/message_time.h
src/model/time/timestamp.h
src/model/workload_name.h
src/process/parked_release.h
src/process/queue_worker.h
src/process/redelivery.h
tests/conformance/log_sink.h
tests/conformance/object_store.h
tests/conformance/queue.h
tests/e2e/aws_function_test.py
tests/e2e/aws_kill_test.py
tests/e2e/aws_pipeline_test.py
tests/e2e/fault_proxy.py
tests/e2e/metrics_test.py
tests/e2e/one_agent_test.py
tests/e2e/rotation_test.py
tests/fakes/memory_tenant_store.h
tests/peers/kube_apiserver.py
tests/peers/s3_boto3.py
tools/fuzz.sh
tools/named_paths.py
""".split())

CPP_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9a-fA-F])\'(?:\\.|[^\'\\\n])*\'', re.DOTALL)


def cpp_parts(text):
    """(line, comment, does it begin the line) of each comment, and the text with neither comments nor literals, its lines kept."""
    comments = []

    def blank(match):
        if match[0].startswith(("//", "/*")):
            first = text.count("\n", 0, match.start()) + 1
            starts_line = not text[text.rfind("\n", 0, match.start()) + 1:match.start()].strip()
            for number, line in enumerate(match[0].splitlines(), first):
                comments.append((number, re.sub(r"^\s*(?://+|/?\*+/?)|\*/$", "", line).strip(), starts_line))
        return re.sub(r"[^\n]", " ", match[0])

    return comments, CPP_TOKEN.sub(blank, text)


def python_comments(text):
    """The same of a script in Python, docstrings included."""
    try:
        tokens = list(tokenize.generate_tokens(io.StringIO(text).readline))
    except (tokenize.TokenError, SyntaxError):
        return []  # tools/lint.sh compiles every script, and says so
    comments, before = [], tokenize.NEWLINE
    for token in tokens:
        if token.type == tokenize.COMMENT and not token.string.startswith("#!"):
            comments.append((token.start[0], token.string.lstrip("#").strip(), not token.line[:token.start[1]].strip()))
        elif token.type == tokenize.STRING and before in (tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT):
            for number, line in enumerate(token.string.splitlines(), token.start[0]):
                comments.append((number, line.strip().strip('"').strip(), True))
        if token.type not in (tokenize.NL, tokenize.COMMENT):
            before = token.type
    return comments


def hash_comments(text):
    """The same of a shell script or a file of CMake."""
    comments = []
    for number, line in enumerate(text.splitlines(), 1):
        found = re.search(r"(?:^|\s)#(?!!)\s?(.*)$", line)
        if found and line[:found.start()].count('"') % 2 == 0 and line[:found.start()].count("'") % 2 == 0:
            comments.append((number, found[1].strip(), not line[:found.start()].strip()))
    return comments


def paragraphs(comments):
    """(first line, text) of what is read together: comments on lines that follow each other, or one behind code."""
    first, last, text = 0, 0, ""
    for number, comment, starts_line in comments:
        begins = not comment or re.match(r"(?:[-*|]|\d+\.)\s", comment)
        if starts_line and number == last + 1 and text and not begins:
            text += " " + comment
        else:
            if text:
                yield first, text
            first, text = number, comment
        last = number if starts_line else 0
    if text:
        yield first, text


def complaints_about_comments(comments):
    for number, comment, _ in comments:
        for pattern, instead in BANNED:
            found = pattern.search(prose(comment))
            if found and not KEPT_NAMES & set(re.findall(r"\w+", comment)):
                yield number, f'"{found[0]}": write {instead}'
    for number, text in paragraphs(comments):
        for sentence in SENTENCE_END.split(prose(text)):
            words = len(re.findall(r"\S*[A-Za-z]\S*", sentence))
            if words > SENTENCE_WORDS_MAX:
                yield number, f'a sentence of {words} words, at most {SENTENCE_WORDS_MAX}: "{" ".join(sentence.split()[:6])} …"'


def parts_of_name(name):
    return [part.lower() for part in re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+", name)]


def complaints_about_names(code):
    for number, line in enumerate(code.splitlines(), 1):
        for name in re.findall(r"[A-Za-z_]\w*", line):
            if name in KEPT_NAMES:
                continue
            if name in PRIVATE_NAMES:
                yield number, f"{name}: name it {PRIVATE_NAMES[name]}"
            for part in parts_of_name(name):
                if part in PRIVATE_IN_NAMES:
                    yield number, f"{name}: write {PRIVATE_IN_NAMES[part]}"


def complaints_about_source(name, text):
    """Yields (line, what) for a source, a script or a file of CMake."""
    if name in EXEMPT or name in NOT_YET:
        return
    if name.endswith((".h", ".cc")):
        comments, code = cpp_parts(text)
        yield from complaints_about_names(code)
    elif name.endswith(".py"):
        comments = python_comments(text)
        yield from complaints_about_names("\n".join(re.sub(r"#.*|(['\"]).*?\1", "", line) for line in text.splitlines()))
    else:
        comments = hash_comments(text)
    yield from complaints_about_comments(comments)


SETTING = re.compile(r'\.doc\s*=\s*((?:"(?:\\.|[^"\\])*"\s*)+)')
LEANS = re.compile(r"^(?:it|its|they|their|them|this|these|those|he|she|then|also|too|likewise|as above|ditto|so)\b", re.IGNORECASE)


def complaints_about_settings(text):
    """Yields (line, what) for the texts of settings (`.doc = "…"`): each has to make sense to somebody who reads no other."""
    for found in SETTING.finditer(text):
        number = text.count("\n", 0, found.start()) + 1
        doc = "".join(re.findall(r'"((?:\\.|[^"\\])*)"', found[1]))
        if not doc[:1].isupper():
            yield number, f'a setting\'s text begins with a capital: "{doc[:30]}"'
        if not doc.endswith("."):
            yield number, f'a setting\'s text ends with a full stop: "{doc[-30:]}"'
        if LEANS.search(doc):
            yield number, f'a setting\'s text stands alone, and so does not begin like this: "{doc[:30]}"'
        if re.search(r"\bthe same\b(?! (?:time|template|object|file|name|pod|tenant|node|region|account|value))", doc, re.IGNORECASE):
            yield number, "a setting's text stands alone: say what \"the same\" is"
        for sentence in SENTENCE_END.split(doc):
            if len(sentence.split()) > SENTENCE_WORDS_MAX:
                yield number, f'a sentence of {len(sentence.split())} words, at most {SENTENCE_WORDS_MAX}: "{sentence[:40]} …"'


def sources_in(root):
    """Every source that git knows, or, in an archive without git, every one that is there."""
    names = ("*.h", "*.cc", "*.py", "*.sh", "*.cmake", "CMakeLists.txt")
    listed = subprocess.run(["git", "ls-files", "-z", *names], cwd=root, capture_output=True, text=True)
    if listed.returncode == 0 and listed.stdout:
        return [root / name for name in listed.stdout.split("\0") if name and (root / name).is_file()]
    return sorted(path for folder in ("src", "tests", "bench", "tools", "cmake") for name in names for path in (root / folder).rglob(name))


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    found, users = [], {}
    for path in sources_in(root):
        name = path.relative_to(root).as_posix()
        text = path.read_text(encoding="utf-8")
        found += [f"{name}:{line}: {what}" for line, what in complaints_about_source(name, text)]
        if name.startswith("src/config/"):
            found += [f"{name}:{line}: {what}" for line, what in complaints_about_settings(text)]
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
