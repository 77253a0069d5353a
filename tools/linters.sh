#!/usr/bin/env bash
# Installs the linters that Debian does not have into build/linters. Does nothing, in a blink, when they are there.
# Debian's own linters come with tools/packages.txt.
set -euo pipefail
cd "$(dirname "$0")/.."
actionlint=v1.7.12  # reads the GitHub Actions workflows
GO_PEER_FOLDER=build/linters tools/go_peer.sh actionlint "$actionlint" install "github.com/rhysd/actionlint/cmd/actionlint@$actionlint"
