#!/usr/bin/env bash
# The collect stage over CRI files in the page cache. Prints JSON lines.
#   bench/collect.sh [--corpus DIR]   a pod-log directory, or files whose lines to take (or CORPUS=DIR); else loggen's
set -euo pipefail
source "$(dirname "$0")/corpus.bash"

make_pods
find "$pods" -type f -exec cat {} + > /dev/null # into the page cache
for kind in 'gzip pod' 'gzip tenant' 'gzip-small pod' 'gzip-small tenant' 'zstd pod' 'zstd tenant'; do
  data=build/bench-corpus/data
  rm -rf "$data"
  # shellcheck disable=SC2086 # two words
  build/release/bench_collect "$pods" "$data" $kind
  rm -rf "$data"
done
