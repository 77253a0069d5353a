#!/usr/bin/env bash
# Runs a command that needs the network until it succeeds, three times at most: a fresh machine should not fail for one lost
# connection.   tools/retry.sh COMMAND...
set -uo pipefail
tries_max=3
for (( try = 1; ; ++try )); do
  "$@" && exit 0
  status=$?
  (( try < tries_max )) || exit "$status"
  echo "retry: \`$1\` ended with $status; once more in $((try * 5)) s" >&2
  sleep "$((try * 5))"
done
