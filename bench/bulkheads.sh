#!/usr/bin/env bash
# What sick tenants cost the healthy ones. SECONDS_OF_LOAD: how long objects arrive, in each of two runs. Prints JSON lines.
set -euo pipefail
cd "$(dirname "$0")/.."
build/bench/bench_bulkheads "${SECONDS_OF_LOAD:-20}" 2> build/bench-bulkheads.log || { tail -5 build/bench-bulkheads.log >&2; exit 1; }
