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
