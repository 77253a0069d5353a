// headgate replay: deliver again. --parked: what waits for someone, once its cause is mended; else what was
// stored in a span of time, for one tenant.
// Tests: src/cli/several_buckets_test.cc, tests/e2e/undelivered_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: docs/exit-codes.md.
Command add_replay(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
