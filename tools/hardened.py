#!/usr/bin/env python3
"""Holds a linked program to how we harden it (cmake/toolchain.cmake): what `readelf` and `objdump` say of the file itself, not
what a build meant to do. Prints what is missing, and exits with 1 if anything is."""
import argparse
import json
import pathlib
import re
import subprocess
import sys

# What every one of our sources is compiled with, where the linked file does not show it.
COMPILED_WITH = ["-fstack-protector-strong", "-fstack-clash-protection", "-D_FORTIFY_SOURCE=3", "-D_GLIBCXX_ASSERTIONS", "-fPIE"]
BRANCHES = {"X86-64": "-fcf-protection=full", "AArch64": "-mbranch-protection=standard"}
# The first instruction of a function that may be reached through a pointer.
LANDING = {"X86-64": r"\bendbr64\b", "AArch64": r"\bbti\b|\bpaciasp\b|\bhint\s"}


def output_of(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def machine_of(program):
    header = output_of("readelf", "-hW", program)
    for machine in BRANCHES:
        if machine in header:
            return machine
    return None


def complaints_about_file(program):
    header = output_of("readelf", "-hW", program)
    segments = output_of("readelf", "-lW", program)
    dynamic = output_of("readelf", "-dW", program)
    names = output_of("readelf", "--dyn-syms", "-W", program)
    flags = " ".join(re.findall(r"\((?:FLAGS|FLAGS_1)\)\s+(.*)", dynamic))
    if not re.search(r"Type:\s+DYN\b", header) or "PIE" not in flags:
        yield "not position independent: -fPIE, -pie"
    if "GNU_RELRO" not in segments:
        yield "relocations stay writable: -Wl,-z,relro"
    if "BIND_NOW" not in flags and "NOW" not in flags.split():
        yield "symbols are bound late, so that their table stays writable: -Wl,-z,now"
    stack = re.search(r"GNU_STACK\s+(?:0x[0-9a-f]+\s+){5}(\S+)", segments)
    if not stack or "E" in stack[1]:
        yield "the stack is executable: -Wl,-z,noexecstack"
    if re.search(r"^\s+LOAD\s.*\bRWE\b", segments, re.MULTILINE):
        yield "a segment is writable and executable"
    if "__stack_chk_fail" not in names:
        yield "no stack protector: -fstack-protector-strong"
    if not re.search(r"\b__\w+_chk@", names):
        yield "no fortified function: -D_FORTIFY_SOURCE=3, which needs -O"
    if "__glibcxx_assert_fail" not in names:
        yield "no assertion of the standard library: -D_GLIBCXX_ASSERTIONS"
    if "(RPATH)" in dynamic or "(RUNPATH)" in dynamic:
        yield "looks for libraries in places of its own (RPATH, RUNPATH)"
    machine = machine_of(program)
    if machine:
        start = re.search(r"<main>:\n\s+[0-9a-f]+:(.*)", output_of("objdump", "-d", "--no-show-raw-insn", "--disassemble=main", program))
        if not start:
            yield "has no symbol main, so that nobody can see whether branches are protected"
        elif not re.search(LANDING[machine], start[1]):
            yield f"branches are not protected: {BRANCHES[machine]}"


def complaints_about_compiling(database, machine):
    """Of compile_commands.json: flags that leave no trace in the file, for each of our sources."""
    wanted = COMPILED_WITH + ([BRANCHES[machine]] if machine else [])
    for entry in json.loads(pathlib.Path(database).read_text(encoding="utf-8")):
        words = entry["command"].split()
        missing = [flag for flag in wanted if flag not in words]
        if missing:
            yield f"{entry['file']} is compiled without {' '.join(missing)}"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", help="the linked program")
    parser.add_argument("--compile-commands", help="compile_commands.json of its build")
    arguments = parser.parse_args()
    found = list(complaints_about_file(arguments.program))
    if arguments.compile_commands:
        found += complaints_about_compiling(arguments.compile_commands, machine_of(arguments.program))
    for what in found:
        print(f"{arguments.program}: {what}")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
