# Sourced, with their arguments, by the hooks that can take someone's own lines: sets `corpus` to the directory of
# `--corpus DIR`, or of CORPUS=DIR, or to nothing, and goes to the root of the repository.
corpus=${CORPUS:-}
case ${1:-} in
  '') ;;
  --corpus=?*) corpus=${1#*=} ;;
  --corpus) corpus=${2:?"--corpus: which directory?"} ;;
  *) echo "usage: $0 [--corpus DIR]" >&2; exit 2 ;;
esac
if [[ -n $corpus ]]; then
  [[ -d $corpus && -n $(find "$corpus" -type f -size +0 -print -quit) ]] || { echo "$0: $corpus: no files with lines" >&2; exit 1; }
  corpus=$(realpath "$corpus")
fi
cd "$(dirname "$0")/.."

# A name for what is made of the corpus, another one when the corpus is, or was, another.
corpus_name() {
  [[ -n $corpus ]] || { echo loggen; return; }
  { echo "$corpus"; find "$corpus" -type f -printf '%P %s %T@\n' | LC_ALL=C sort; } | sha256sum | cut -c1-16
}

# make_once DIRECTORY COMMAND...: has COMMAND fill the directory, unless it is there. What was interrupted is not there.
make_once() {
  local to=$1
  shift
  [[ -d $to ]] && return
  rm -rf "$to.new"
  mkdir -p "$to.new"
  "$@" "$to.new"
  mv "$to.new" "$to"
}

# Sets `pods` to a directory of pods' logs with the lines of the corpus.
of_loggen() {
  build/release/headgate loggen "--output=$1" --rate=0 --count=3000000 --seed=1 --start-time=2026-01-01T00:00:00Z \
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
make_pods() {
  pods=build/bench-corpus/plain-pods-$(corpus_name)
  if [[ -z $corpus ]]; then
    make_once "$pods" of_loggen
  elif [[ -n $(find "$corpus" -mindepth 1 -maxdepth 1 -type d -name '*_*_*' -print -quit) ]]; then
    pods=$corpus
  else
    make_once "$pods" of_lines
  fi
}

# Sets `objects` to a directory of stored objects with the lines of the corpus.
make_objects() { build/release/bench_process make "$1" ${corpus:+"$corpus"}; }
make_all_objects() {
  objects=build/bench-corpus/objects-$(corpus_name)
  make_once "$objects" make_objects
}
