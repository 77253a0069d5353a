#!/usr/bin/env bash
# The collect stage over CRI files in the page cache: CORPUS=DIR (a pod-log directory), else loggen's. Prints JSON lines.
set -euo pipefail
cd "$(dirname "$0")/.."
corpus=${CORPUS:-build/bench-corpus/pods}
if [[ ! -d $corpus ]]; then
  mkdir -p "$corpus"
  build/bench/headgate loggen "--output=$corpus" --rate=0 --count=3000000 --seed=1 --start-time=2026-01-01T00:00:00Z \
    --tenants=3 --applications=2 --pods=2 --format=plain,klog,json,logfmt --min-bytes=80 --size-mean=200 --max-bytes=4000 >&2
fi
find "$corpus" -type f -exec cat {} + > /dev/null # into the page cache
for kind in 'gzip pod' 'gzip tenant' 'zstd pod' 'zstd tenant'; do
  data=build/bench-corpus/data
  rm -rf "$data"
  # shellcheck disable=SC2086 # two words
  build/bench/bench_collect "$corpus" "$data" $kind
  rm -rf "$data"
done
