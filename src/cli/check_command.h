// headgate check: tells whether everything exists and we may do what we must. Connects, changes nothing but a
// probe that it removes, and says how to fix each problem.
// Tests: tests/e2e/check_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: 0 all is well (or may not be looked at), 1 something must be fixed, 2 the settings cannot be
// used.
Command add_check(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
