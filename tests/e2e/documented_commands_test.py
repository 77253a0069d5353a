"""Every command that the documents for users name exists, with each of its options."""

import functools
import pathlib
import re
import subprocess
import unittest

from harness import BINARY

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
GLOBAL = {"--help", "--version"}


@functools.cache
def help_of(words):
    done = subprocess.run([BINARY, *words, "--help"], capture_output=True, text=True, timeout=60)
    return done.stdout if done.returncode == 0 else None


def commands_in(text):
    """(line, command) of each command in backticks or in a block of code; a line that ends in \\ goes on."""
    fenced = False
    whole = ""
    for number, line in enumerate(text.splitlines(), 1):
        if re.match(r"\s*```", line):
            fenced = not fenced
        elif fenced:
            whole += line.strip().removesuffix("\\")
            if not line.endswith("\\"):
                if whole.startswith("headgate "):
                    yield number, whole
                whole = ""
        else:
            yield from ((number, code) for code in re.findall(r"`(headgate [^`]+)`", line))


def subcommands_of(words):
    shown = help_of(words)
    listed = shown.split("Subcommands:\n", 1)
    return set(re.findall(r"^  (\w+) ", listed[1], re.MULTILINE)) if len(listed) == 2 else set()


def complaint(command):
    """What of a command is not there, or None."""
    words = re.split(r"\s+(?:<|>|\|)", command)[0].split()[1:]
    alternatives = words[0].split("|") if not words[0].startswith("-") else []
    for first in alternatives:
        path = (first,)
        if first not in subcommands_of(()):
            return f"no command {first}"
        rest = words[1:]
        for choice in rest[0].split("|") if rest and not rest[0].startswith("-") and subcommands_of(path) else []:
            if choice not in subcommands_of(path):
                return f"no command {first} {choice}"
        if rest and subcommands_of(path) and not rest[0].startswith("-"):
            path = (first, rest[0].split("|")[0])
        known = set(re.findall(r"(?<![\w-])--?[a-z][\w.-]*", help_of(path) + help_of(path[:1]))) | GLOBAL
        for option in re.findall(r"(?<!\S)\[?(--?[a-z][\w.-]*)", " ".join(rest)):
            if option not in known:
                return f"no option {option}"
    return None


class DocumentedCommandsTest(unittest.TestCase):
    def test_every_documented_command_and_option_exists(self):
        seen = 0
        for page in PAGES:
            for line, command in commands_in(page.read_text(encoding="utf-8")):
                if "headgate api" in command or "heartbeat" in command:  # the pages say that they do not exist yet
                    continue
                seen += 1
                self.assertIsNone(complaint(command), f"{page.relative_to(ROOT)}:{line}: {command}")
        self.assertGreater(seen, 80)

    def test_unknown_commands_and_options_are_reported(self):
        self.assertEqual(complaint("headgate collekt"), "no command collekt")
        self.assertEqual(complaint("headgate tenant remove acme"), "no command tenant remove")
        self.assertEqual(complaint("headgate process --mode=scan --pretend"), "no option --pretend")
        self.assertEqual(complaint("headgate dlq list|shoe"), "no command dlq shoe")
        self.assertIsNone(complaint("headgate tenant get acme s3 -o yaml > row.yaml"))


if __name__ == "__main__":
    unittest.main()
