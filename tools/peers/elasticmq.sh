#!/usr/bin/env bash
# ElasticMQ (Apache License 2.0): SQS in memory, by people who did not write moto.
exec "$(dirname "$0")/../maven_peer.sh" elasticmq
