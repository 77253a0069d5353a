#!/usr/bin/env bash
# What hardening costs: both stages, compiled with it and without, run by turns over the same bytes. Prints JSON lines whose
# ceiling is the median of the build without.
set -euo pipefail
source "$(dirname "$0")/corpus.bash"
turns=${HARDENING_TURNS:-5}
make_pods
make_all_objects

cmake --preset bench-unhardened > build/bench-unhardened-configure.log 2>&1 || { cat build/bench-unhardened-configure.log >&2; exit 1; }
cmake --build --preset bench-unhardened -j "${JOBS:-$(nproc)}" --target bench_collect bench_process -- --quiet >&2

lines=$(mktemp -d)
trap 'rm -rf "$lines"' EXIT
data=build/bench-corpus/data
find "$pods" "$objects" -type f -exec cat {} + > /dev/null # into the page cache
for (( turn = 0; turn < turns; turn++ )); do
  for build in bench bench-unhardened; do
    rm -rf "$data"
    "build/$build/bench_collect" "$pods" "$data" gzip pod >> "$lines/$build"
    rm -rf "$data"
    "build/$build/bench_process" run "$objects" >> "$lines/$build"
  done
done
python3 -B - "$lines" <<'PYTHON'
import json, pathlib, statistics, sys
folder = pathlib.Path(sys.argv[1])
def medians(build):
    figures = {}
    for line in (folder / build).read_text().splitlines():
        row = json.loads(line)
        figures.setdefault((row["name"], row["unit"]), []).append(row["value"])
    return {key: statistics.median(values) for key, values in figures.items()}
hardened, plain = medians("bench"), medians("bench-unhardened")
for (name, unit), value in hardened.items():
    if unit.endswith("/s"):  # sizes and shares do not follow from how it was compiled
        print(json.dumps({"name": "hardening/" + name, "value": value, "unit": unit, "ceiling": plain[name, unit]}))
PYTHON
