#!/usr/bin/env python3
"""No test waits without a limit. In C++ tests wait through tests/fakes/waiting.h; in Python each program that is run and each wait has a
timeout. Prints file:line: what is wrong."""
import ast
import pathlib
import re
import sys

import layers

HERE = "tests/fakes/waiting.h"
UNBOUNDED = [
    (re.compile(r"\bstd::this_thread::yield\b"), "fakes::comes_true waits for a condition, and has a limit"),
    (re.compile(r"\bstd::(?:latch|barrier|counting_semaphore|binary_semaphore)\b"), "fakes::Latch has a limit"),
    (re.compile(r"\bstd::(?:promise|future|shared_future)\b"), "fakes::Latch has a limit"),
    (re.compile(r"\.wait\(lock\b"), "wait_for with fakes::kPatience has a limit"),
]
RUNS = {"run", "call", "check_call", "check_output"}


def in_cpp(text):
    code = layers.blanked(text, literals=True)
    for pattern, why in UNBOUNDED:
        for match in pattern.finditer(code):
            yield layers.line_of(code, match.start()), f"{match[0]}: {why}"


def has_timeout(call):
    return any(keyword.arg in ("timeout", None) for keyword in call.keywords)  # None: **options


def in_python(text):
    for node in ast.walk(ast.parse(text)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute) or has_timeout(node):
            continue
        name, whose = node.func.attr, getattr(node.func.value, "id", "")
        if whose == "subprocess" and name in RUNS:
            yield node.lineno, f"subprocess.{name} without timeout="
        elif name == "communicate":
            yield node.lineno, "communicate without timeout="
        elif name == "wait" and not node.args:
            yield node.lineno, "wait without a timeout"
        elif whose == "select" and name == "select" and len(node.args) < 4:
            yield node.lineno, "select.select without a timeout"


def complaints(path, text):
    if path.endswith(".py"):
        return in_python(text) if path.startswith(("tests/e2e/", "tests/peers/")) or path.endswith("_test.py") else ()
    return in_cpp(text) if layers.is_test(path) and path != HERE else ()


def main():
    root = pathlib.Path(__file__).resolve().parent.parent
    files = [path for top in ("src", "tests", "tools") for path in sorted((root / top).rglob("*")) if path.suffix in (".h", ".cc", ".py")]
    named = [(path.relative_to(root).as_posix(), path) for path in files]
    found = [f"{name}:{line}: {what}" for name, path in named for line, what in complaints(name, path.read_text(encoding="utf-8"))]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
