// `headgate undelivered`: what was not delivered, wherever it waits, in one list, and its redelivery.
// Tests: tests/e2e/undelivered_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

Command add_undelivered(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
