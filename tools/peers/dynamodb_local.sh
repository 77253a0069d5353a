#!/usr/bin/env bash
# DynamoDB Local: AWS's own, for development and tests only (Amazon's DynamoDB Local licence).
exec "$(dirname "$0")/../maven_peer.sh" dynamodb_local
