#!/usr/bin/env bash
# The whole pipeline on this machine: loggen writes pods' logs as kubelet lays them out, `headgate local` collects, stores,
# notifies, processes and delivers them for three tenants, and shows how it goes. Stop with Ctrl-C, or set DEMO_SECONDS.
set -euo pipefail
cd "$(dirname "$0")/.."

headgate=build/release/headgate
root=demo/data
pods=demo/pods
seconds=${DEMO_SECONDS:-0}
rate=${DEMO_RATE:-5000}

# Every demo starts afresh: what an earlier one delivered would only confuse the figures.
rm -rf demo
mkdir -p demo "$pods"

for tenant in tenant-a tenant-b tenant-c; do
  "$headgate" tenant put --file=- "--local.root=$root" > /dev/null << YAML
- { tenant_id: $tenant, type: cloudwatch, enabled: true, log_group_name: /headgate/$tenant }
- { tenant_id: $tenant, type: s3, enabled: true, bucket_name: logs-of-$tenant, bucket_prefix: cluster-logs/ }
YAML
done

"$headgate" loggen "--output=$pods" --tenants=3 --applications=2 --pods=2 "--rate=$rate" "--seconds=$seconds" \
  --partial-percent=1 --stderr-percent=10 --rotate-bytes=2000000 --rotate-keep=5 > demo/loggen.log 2>&1 &
loggen=$!
trap 'kill "$loggen" 2> /dev/null || true; wait "$loggen" 2> /dev/null || true' EXIT

# Ctrl-C reaches both; headgate then delivers what was written and prints the summary.
"$headgate" local "--seconds=$seconds" "--local.root=$root" "--collect.pod-logs=$pods" --collect.batch.age-max=2s \
  --collect.scan-interval=500ms --collect.spool.free-bytes-min=64MiB --metrics.listen=127.0.0.1:0 --log.level=warn
