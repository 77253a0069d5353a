#!/usr/bin/env bash
# Runs the test programs that are not as they were when they passed last: what `make check` tests of a change. Which program
# passed is remembered by its content in build/passed. The end-to-end tests and those against servers of others, which take
# minutes, are not among them: `make test` and .ci/run run all.
set -euo pipefail
cd "$(dirname "$0")/.."
build=build/release
passed=build/passed
mkdir -p "$passed"
changed=()
while read -r name path; do
  case $name in peers_test | kubernetes_test | large_test) continue ;; esac
  [[ $(sha256sum < "$path") == "$(cat "$passed/$name" 2> /dev/null)" ]] || changed+=("$name $path")
done < "$build/tests.txt"
if (( ${#changed[@]} == 0 )); then
  echo 'check: every test program is as it was when it passed'
  exit 0
fi
names=("${changed[@]%% *}")
echo "check: testing ${names[*]}; make test also runs the end-to-end tests and those against servers of others"
pattern=$(IFS='|'; echo "^(${names[*]})\$")
SIM_SEEDS=${SIM_SEEDS:-200} ctest --test-dir "$build" --output-on-failure --quiet -j "${JOBS:-$(nproc)}" -L "$pattern" || {
  ctest --test-dir "$build" --rerun-failed --output-on-failure
  exit 1
}
for program in "${changed[@]}"; do sha256sum < "${program#* }" > "$passed/${program%% *}"; done
