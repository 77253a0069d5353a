#!/usr/bin/env bash
# Runs a command while another runs, and fails if either does: what waits for the network beside what computes.
#   tools/both.sh COMMAND COMMAND
set -uo pipefail
$1 &
first=$!
$2
second_status=$?
wait "$first"
first_status=$?
(( first_status == 0 && second_status == 0 ))
