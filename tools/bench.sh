#!/usr/bin/env bash
# All benchmarks: one table, and build/bench.jsonl. bench/README.md says how, and what the environment may choose.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
results=build/bench-results
rm -rf "$results"
mkdir -p "$results"

cmake --preset release > build/bench-configure.log 2>&1 || { cat build/bench-configure.log >&2; exit 1; }
# name and path of each, as CMake wrote them
mapfile -t all < build/release/benches.txt
chosen=()
for line in "${all[@]}"; do
  [[ -z ${BENCHES:-} || " $BENCHES " == *" ${line%% *} "* ]] && chosen+=("$line")
done
targets=("${chosen[@]%% *}")
[[ -n ${BENCHES:-} ]] || targets+=(headgate bench_collect bench_process bench_bulkheads)  # which the hooks run
cmake --build --preset release -j "$jobs" --target "${targets[@]}" -- --quiet

failed=0
# One at a time: they measure the machine.
for line in ${chosen[@]+"${chosen[@]}"}; do
  name=${line%% *}
  echo "bench: $name" >&2
  "${line#* }" --benchmark_format=json --benchmark_filter="${BENCH_FILTER:-.}" \
    ${BENCH_MIN_SECONDS:+--benchmark_min_time="$BENCH_MIN_SECONDS"} \
    > "$results/$name.json" 2> "$results/$name.log" ||
    { cat "$results/$name.log" >&2; echo "bench: $name failed" >&2; failed=1; }
done
if [[ -z ${BENCHES:-} ]]; then
  for hook in bench/*.sh; do
    name=$(basename "$hook" .sh)
    [[ -x $hook ]] || continue
    [[ -z ${BENCH_HOOKS:-} || " $BENCH_HOOKS " == *" $name "* ]] || continue
    echo "bench: $hook" >&2
    "$hook" > "$results/$name.jsonl" || { echo "bench: $hook failed" >&2; failed=1; }
  done
fi

tools/bench_table.py --lines build/bench.jsonl "$results" || failed=1
exit "$failed"
