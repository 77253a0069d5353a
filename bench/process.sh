#!/usr/bin/env bash
# The process stage over gzip objects in the page cache: CORPUS=DIR (files whose lines to take), else loggen's. Prints JSON lines.
set -euo pipefail
cd "$(dirname "$0")/.."
objects=build/bench-corpus/objects${CORPUS:+-corpus}
[[ -d $objects ]] || build/bench/bench_process make "$objects" ${CORPUS:+"$CORPUS"}
cat "$objects"/* > /dev/null # into the page cache
build/bench/bench_process run "$objects"
