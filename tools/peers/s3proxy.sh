#!/usr/bin/env bash
# S3Proxy (Apache License 2.0): an S3 server that checks signatures.
exec "$(dirname "$0")/../maven_peer.sh" s3proxy
