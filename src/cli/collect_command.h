// headgate collect: the agent of one node, until it is told to stop.
// Tests: tests/e2e/collect_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: 0 it was stopped, and what is not stored yet is spooled; 1 it could not start; 2 the
// configuration cannot be used.
Command add_collect(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
