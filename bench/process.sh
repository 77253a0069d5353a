#!/usr/bin/env bash
# The process stage over gzip objects in the page cache, and how soon a new process delivers. Prints JSON lines.
#   bench/process.sh [--corpus DIR]   of the lines of its files (or CORPUS=DIR), else of loggen's
set -euo pipefail
source "$(dirname "$0")/corpus.bash"

make_all_objects
cat "$objects"/* > /dev/null # into the page cache
build/release/bench_process run "$objects"
python3 -B bench/cold_start.py
