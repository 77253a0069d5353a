#!/usr/bin/env bash
# What an agent costs: memory, idle CPU, start.
set -euo pipefail
cd "$(dirname "$0")/.."
python3 -B bench/footprint.py
