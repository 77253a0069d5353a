// headgate replay: delivers again. With --parked, what waits for somebody, once its cause is fixed; otherwise
// what was stored in a span of time, for one tenant.
// Tests: src/cli/several_buckets_test.cc, tests/e2e/undelivered_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: docs/exit-codes.md.
Command add_replay(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
