#!/usr/bin/env bash
# Every fuzzer for FUZZ_SECONDS (20), from tests/corpus/<fuzzer>; what it learns stays in build/fuzz-corpus.
#   FUZZERS='record_fuzz cri_fuzz' tools/fuzz.sh   only these
#   FUZZ_SEED=1   the same inputs in the same order every time (0: others each time): FUZZ_RUNS (10000) of each fuzzer, from
#                 tests/corpus alone, however fast the machine is; FUZZ_SECONDS are then not looked at
# Fails on any crash, leak, hang or memory over the limit, and says how to see it again.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
export SECONDS_EACH=${FUZZ_SECONDS:-20} SEED=${FUZZ_SEED:-0} RUNS=-1 RELOAD=1 RUNNER=
export CORPUS=build/fuzz-corpus
if (( SEED != 0 )); then
  RUNS=${FUZZ_RUNS:-10000}
  SECONDS_EACH=300  # a safety net only
  CORPUS=build/fuzz-corpus-of-seed
  # Addresses are a part of what libFuzzer chooses by, and so is when it reads its corpus anew. (Some containers forbid the first.)
  RELOAD=0
  if setarch -R true 2> /dev/null; then RUNNER='setarch -R'; else echo 'fuzz: addresses are random here: two runs may differ' >&2; fi
  rm -rf "$CORPUS"  # what an earlier run learnt would lead this one elsewhere
fi
export ARTIFACTS=build/fuzz-artifacts LOGS=build/fuzz-logs
rm -rf "$LOGS"
mkdir -p "$CORPUS" "$ARTIFACTS" "$LOGS"

cmake --preset fuzz > build/fuzz-configure.log 2>&1 || { cat build/fuzz-configure.log >&2; exit 1; }
# name and path of each, as CMake wrote them
mapfile -t all < build/fuzz/fuzzers.txt
chosen=()
for line in "${all[@]}"; do
  [[ -z ${FUZZERS:-} || " $FUZZERS " == *" ${line%% *} "* ]] && chosen+=("$line")
done
(( ${#chosen[@]} )) || { echo "fuzz: no fuzzers"; exit 0; }
cmake --build --preset fuzz -j "$jobs" --target "${chosen[@]%% *}" -- --quiet

fuzz_one() {  # name program
  local seeds=tests/corpus/$1 status=0
  mkdir -p "$CORPUS/$1" "$ARTIFACTS/$1"
  [[ -d $seeds ]] || seeds=
  # shellcheck disable=SC2086 # nothing, or two words
  $RUNNER "$2" -seed="$SEED" -runs="$RUNS" -reload="$RELOAD" -max_total_time="$SECONDS_EACH" \
    -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -artifact_prefix="$ARTIFACTS/$1/" "$CORPUS/$1" ${seeds:+"$seeds"} > "$LOGS/$1" 2>&1 || status=$?
  final() { sed -n "s/^stat::$1: *//p" "$LOGS/$2"; }
  printf '%-28s %12s %10s %10s   %s\n' "$1" "$(final number_of_executed_units "$1")" \
    "$(final average_exec_per_sec "$1")" "$(final new_units_added "$1")" \
    "$([[ $status == 0 ]] && echo ok || echo "FAILED ($status)")"
  (( status == 0 )) || printf '%s %s\n' "$1" "$2" >> "$LOGS/.failed"
}
export -f fuzz_one

printf '%-28s %12s %10s %10s\n' fuzzer runs exec/s 'new corpus'
printf '%s\n' "${chosen[@]}" | xargs -P "$jobs" -L 1 bash -c 'fuzz_one "$0" "$1"'

[[ -e $LOGS/.failed ]] || exit 0
while read -r name program; do
  echo
  grep -E -m1 -A 12 'ERROR:|runtime error|SUMMARY|check failed' "$LOGS/$name" || tail -n 12 "$LOGS/$name"
  artifact=$(sed -n 's/.*Test unit written to //p' "$LOGS/$name" | tail -n 1)
  echo "fuzz: see it again with: ${program#"$PWD/"} ${artifact:-$CORPUS/$name}"
  echo "fuzz: when mended, keep it: cp ${artifact:-INPUT} tests/corpus/$name/"
done < "$LOGS/.failed"
exit 1
