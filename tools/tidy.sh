#!/usr/bin/env bash
# The second compiler: everything compiles under clang 14 without a warning, and clang-tidy finds nothing.
#   BASE=main tools/tidy.sh   only sources that a change since `main` reaches
# What was clean is remembered in build/tidy-cache by content, so that a second run looks at changes only.
set -euo pipefail
cd "$(dirname "$0")/.."
jobs=${JOBS:-$(nproc)}
base=${BASE:-}
cache=build/tidy-cache
rm -rf build/tidy-reports
mkdir -p "$cache" build/tidy-reports

cmake --preset tidy > build/tidy-configure.log 2>&1 || { cat build/tidy-configure.log >&2; exit 1; }
cmake --build --preset tidy -j "$jobs" -- --quiet

look() {  # key file
  if clang-tidy-14 --quiet -p build/tidy "$2" > "build/tidy-reports/$1" 2> /dev/null; then
    touch "$cache/$1"
    rm "build/tidy-reports/$1"
  fi
}
export -f look
export cache

rules=$(clang-tidy-14 --version | grep -E 'version')
tools/tidy_keys.py build/tidy/compile_commands.json --base "$base" --rules "$rules" > build/tidy-keys.txt
while read -r key file; do
  [[ -e $cache/$key ]] || printf '%s %s\n' "$key" "$file"
done < build/tidy-keys.txt > build/tidy-todo.txt

echo "tidy: $(wc -l < build/tidy-todo.txt) of $(wc -l < build/tidy-keys.txt) sources to look at"
xargs -r -P "$jobs" -L 1 bash -c 'look "$0" "$1"' < build/tidy-todo.txt
find "$cache" -type f -mtime +30 -delete

# A header's fault is reported by every source that includes it: once is enough.
if [[ -n $(ls build/tidy-reports) ]]; then
  sed "s|^$PWD/||" build/tidy-reports/* | grep -E '^[^ ]+:[0-9]+:[0-9]+: (error|warning):' | sort -u -t: -k1,1 -k2,2n -k3,3n ||
    cat build/tidy-reports/*
  exit 1
fi
