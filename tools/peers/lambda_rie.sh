#!/usr/bin/env bash
# AWS's Lambda runtime interface emulator in build/peers/aws-lambda-rie.
version=v0.0.0-20261030222936-bef5c4ba774d
exec "$(dirname "$0")/../go_peer.sh" aws-lambda-rie "$version" \
  install "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie@$version"
