#!/usr/bin/env bash
# Makes build/peers/venv with the pinned tools/requirements.txt: programs by others that the tests compare us
# with. Does nothing, in a blink, when it is there and the pins have not changed.
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/peers/venv
stamp=$venv/requirements.installed
for peer in tools/peers/*.sh; do
  [[ -e $peer ]] && "$peer"  # those that pip does not bring; each does nothing when it has done it
done
cmp -s tools/requirements.txt "$stamp" && exit 0

mkdir -p build/peers
echo "peers: installing tools/requirements.txt into $venv"
{
  rm -rf "$venv"  # a half-made or older one is made anew
  /usr/bin/python3 -m venv "$venv"
  "$venv/bin/pip" install --disable-pip-version-check --no-input -r tools/requirements.txt
} > build/peers/install.log 2>&1 || {
  tail -n 20 build/peers/install.log >&2
  echo "peers: failed, see build/peers/install.log" >&2
  exit 1
}
cp tools/requirements.txt "$stamp"
