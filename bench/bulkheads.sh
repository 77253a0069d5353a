#!/usr/bin/env bash
# What sick tenants cost the healthy ones, on a worker of the usual number of threads and on a large one. SECONDS_OF_LOAD: how
# long objects arrive, in each run. Prints JSON lines; fails when it is too much, or a line is lost or doubled.
set -euo pipefail
cd "$(dirname "$0")/.."
log=build/bench-bulkheads.log
build/release/bench_bulkheads "${SECONDS_OF_LOAD:-20}" 2> "$log" || {
  grep '^bench_bulkheads:' "$log" >&2 || tail -n 5 "$log" >&2
  exit 1
}
