#!/usr/bin/env bash
# Installs the Debian packages of tools/packages.txt that are missing. Does nothing, in a blink, when none is.
set -euo pipefail
cd "$(dirname "$0")/.."
mkdir -p build

mapfile -t wanted < tools/packages.txt
missing=()
for package in "${wanted[@]}"; do
  [[ $(dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null || true) == installed ]] || missing+=("$package")
done
[[ ${#missing[@]} -eq 0 ]] && exit 0

root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo > /dev/null || { echo "setup: missing packages: ${missing[*]}; install them as root, or install sudo" >&2; exit 1; }
  root=(sudo)
fi
echo "setup: installing ${#missing[@]} Debian packages: ${missing[*]}"
{
  tools/retry.sh "${root[@]}" apt-get -o Acquire::Retries=3 update
  tools/retry.sh "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -o Acquire::Retries=3 install -y --no-install-recommends "${missing[@]}"
} > build/setup.log 2>&1 || { tail -n 20 build/setup.log >&2; echo "setup: apt failed, see build/setup.log" >&2; exit 1; }
