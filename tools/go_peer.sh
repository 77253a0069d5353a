#!/usr/bin/env bash
# Builds a program from its Go module into build/peers/NAME, by the compiler that PyPI brings (Debian's is too old). Does
# nothing when it is there and STAMP has not changed. What Go fetched and made on the way is removed: gigabytes.
#   tools/go_peer.sh NAME STAMP WORDS...   (WORDS as `go` takes them: install ...)
#   GO_PEER_FOLDER=build/linters tools/go_peer.sh ...   into that folder
set -euo pipefail
cd "$(dirname "$0")/.."
name=$1
stamp=$2
shift 2
folder=${GO_PEER_FOLDER:-build/peers}
peer=$folder/$name
[[ -x $peer && $(cat "$peer.version" 2> /dev/null) == "$stamp" ]] && exit 0

echo "peers: building $name"
scratch=$PWD/$folder/go
mkdir -p "$folder"
{
  if [[ -d $scratch ]]; then chmod -R u+w "$scratch"; rm -rf "$scratch"; fi
  /usr/bin/python3 -m venv "$scratch/venv"
  tools/retry.sh "$scratch/venv/bin/pip" install --retries 5 --disable-pip-version-check --no-input -r tools/requirements-go.txt
  GOPATH=$scratch/path GOCACHE=$scratch/cache GOBIN=$scratch/bin GOTOOLCHAIN=local \
    GOFLAGS=-buildvcs=false tools/retry.sh "$scratch/venv/bin/go" "$@"
  mv "$scratch/bin/$name" "$peer"
  chmod -R u+w "$scratch"
  rm -rf "$scratch"
} > "$folder/$name.log" 2>&1 || {
  tail -n 20 "$folder/$name.log" >&2
  echo "peers: failed, see $folder/$name.log" >&2
  exit 1
}
echo "$stamp" > "$peer.version"
