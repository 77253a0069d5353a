#!/usr/bin/env bash
# Kubernetes' API server and etcd (both Apache License 2.0) in build/peers/kube-apiserver: the modules that
# tools/peers/kube_apiserver/go.mod names, held to the checksums of its go.sum. Seven minutes of CPU and 3 GB on the way,
# once. No C, no inlining, nothing for debuggers: tests need none of them, and the build would take longer.
set -euo pipefail
cd "$(dirname "$0")/../.."
sources=tools/peers/kube_apiserver
stamp=$(cat tools/peers/kube_apiserver.sh "$sources"/* tools/requirements-go.txt | sha256sum | cut -d' ' -f1)
CGO_ENABLED=0 exec tools/go_peer.sh kube-apiserver "$stamp" \
  -C "$sources" install -trimpath -gcflags='all=-l -dwarf=false' -ldflags='-s -w' .
