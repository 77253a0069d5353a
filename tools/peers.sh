#!/usr/bin/env bash
# Makes build/peers/venv with the pinned tools/requirements.txt, and what those need as tools/constraints.txt pins it: programs
# by others that the tests compare us with. Does nothing, in a blink, when it is there and the pins have not changed.
#   PIN=1 tools/peers.sh    installs the requirements with what is newest today, and writes tools/constraints.txt anew
set -euo pipefail
cd "$(dirname "$0")/.."
venv=build/peers/venv
stamp=$venv/requirements.installed
pins=(tools/requirements.txt tools/constraints.txt)
for peer in tools/peers/*.sh; do
  [[ $peer == */kube_apiserver.sh && -z ${PIN:-} ]] && continue  # large: where its tests run, in `make kubernetes`
  [[ -e $peer ]] && PIN='' "$peer"  # those that pip does not bring; each does nothing when it has done it
done
[[ -z ${PIN:-} ]] && cat "${pins[@]}" | cmp -s - "$stamp" && exit 0

constraints=()
[[ -n ${PIN:-} ]] || constraints=(--constraint tools/constraints.txt)
mkdir -p build/peers
echo "peers: installing tools/requirements.txt into $venv"
{
  rm -rf "$venv"  # a half-made or older one is made anew
  /usr/bin/python3 -m venv "$venv"
  tools/retry.sh "$venv/bin/pip" install --retries 5 --disable-pip-version-check --no-input -r tools/requirements.txt \
    ${constraints[@]+"${constraints[@]}"}
} > build/peers/install.log 2>&1 || {
  tail -n 20 build/peers/install.log >&2
  echo "peers: failed, see build/peers/install.log" >&2
  exit 1
}
if [[ -n ${PIN:-} ]]; then
  { echo '# All that tools/requirements.txt brings in, as pip froze it: written by PIN=1 tools/peers.sh.'; "$venv/bin/pip" freeze; } \
    > tools/constraints.txt
fi
cat "${pins[@]}" > "$stamp"
