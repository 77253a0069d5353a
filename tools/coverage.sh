#!/usr/bin/env bash
# Runs the tests in a build that counts, and says what they did not run: build/coverage/report.
#   COVERAGE_PROGRAMS='base_test model_test' tools/coverage.sh   only these test programs, which is much faster
# A process that a test kills writes no counts, so what only such a process ran counts as not run. A test that fails here is told
# and ends nothing: one that fills the disk, or makes it read-only, may stumble over the counts. `make test` is what judges.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
build=build/coverage
counts=$PWD/$build/counts
report=$build/report
mkdir -p build

cmake --preset coverage > build/coverage-configure.log 2>&1 || { cat build/coverage-configure.log >&2; exit 1; }
# name and path of each test program, as CMake wrote them
mapfile -t all < "$build/tests.txt"
chosen=()
for line in "${all[@]}"; do
  [[ -z ${COVERAGE_PROGRAMS:-} || " $COVERAGE_PROGRAMS " == *" ${line%% *} "* ]] && chosen+=("$line")
done
(( ${#chosen[@]} )) || { echo "coverage: no test program is named $COVERAGE_PROGRAMS" >&2; exit 1; }
names=("${chosen[@]%% *}")
programs=("${chosen[@]#* }")
targets=("${names[@]}")
labels=$(IFS='|'; echo "^(${names[*]})\$")
if [[ -z ${COVERAGE_PROGRAMS:-} ]]; then  # the end-to-end tests run the program itself
  targets+=(headgate)
  programs+=("$PWD/$build/headgate")
  labels=.
fi
cmake --build --preset coverage -j "$jobs" --target "${targets[@]}" -- --quiet

rm -rf "$counts" "$report"
mkdir -p "$counts" "$report"
# %4m: the processes of a program add up into four files, whichever ends first.
LLVM_PROFILE_FILE="$counts/%4m.profraw" ctest --preset coverage -j "$jobs" -L "$labels" > "$report/tests.log" 2>&1 ||
  { sed -n '/The following tests FAILED/,$p' "$report/tests.log" >&2; echo "coverage: some tests failed in this build: $report/tests.log" >&2; }

# One that a killed process left half-written is passed over.
llvm-profdata-14 merge --sparse --failure-mode=all -o "$build/tests.profdata" "$counts"/*.profraw
objects=()
for program in "${programs[@]:1}"; do objects+=(--object "$program"); done
# From the build's folder, since paths in the counts are relative to it where the compiler cache made them so.
(cd "$build" && llvm-cov-14 export --format=text --skip-functions --num-threads="$jobs" --instr-profile=tests.profdata \
  --ignore-filename-regex='(^|/)tests/|_test\.cc$|^/usr/' "${programs[0]}" ${objects[@]+"${objects[@]}"}) > "$build/counts.json"
tools/coverage.py "$build/counts.json" --build "$build" --report "$report"
