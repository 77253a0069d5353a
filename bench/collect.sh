#!/usr/bin/env bash
# The collect stage over CRI files in the page cache. Prints JSON lines.
#   bench/collect.sh [--corpus DIR]   a pod-log directory, or files whose lines to take (or CORPUS=DIR); else loggen's
set -euo pipefail
source "$(dirname "$0")/corpus.bash"

of_loggen() {
  build/bench/headgate loggen "--output=$1" --rate=0 --count=3000000 --seed=1 --start-time=2026-01-01T00:00:00Z \
    --tenants=3 --applications=2 --pods=2 --format=plain,klog,json,logfmt --min-bytes=80 --size-mean=200 --max-bytes=4000 --rotate-bytes=0 >&2
}
# One pod a file; all of them again and again, until there is enough to measure.
of_lines() {
  local bytes_min=$((64 << 20)) bytes number=0
  bytes=$(find "$corpus" -type f -printf '%s\n' | awk '{ sum += $1 } END { print sum }')
  find "$corpus" -type f -size +0 -print0 | LC_ALL=C sort -z | while IFS= read -r -d '' file; do
    number=$((number + 1))
    mkdir -p "$1/tenant-a_file-${number}_uid-$number/main"
    for (( made = 0; made < bytes_min; made += bytes )); do
      LC_ALL=C awk '{ print "2026-01-01T00:00:00.000000000Z stdout F " $0 }' "$file"
    done > "$1/tenant-a_file-${number}_uid-$number/main/0.log"
  done
}
pods=build/bench-corpus/plain-pods-$(corpus_name)
if [[ -z $corpus ]]; then
  make_once "$pods" of_loggen
elif [[ -n $(find "$corpus" -mindepth 1 -maxdepth 1 -type d -name '*_*_*' -print -quit) ]]; then
  pods=$corpus
else
  make_once "$pods" of_lines
fi
find "$pods" -type f -exec cat {} + > /dev/null # into the page cache
for kind in 'gzip pod' 'gzip tenant' 'gzip-thorough pod' 'gzip-thorough tenant' 'zstd pod' 'zstd tenant'; do
  data=build/bench-corpus/data
  rm -rf "$data"
  # shellcheck disable=SC2086 # two words
  build/bench/bench_collect "$pods" "$data" $kind
  rm -rf "$data"
done
