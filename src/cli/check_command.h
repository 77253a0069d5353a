// headgate check: is everything there, and may we do what we must? Connects, changes nothing but a probe that
// it removes, and names what mends each fault.
// Tests: tests/e2e/check_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: 0 all is well (or may not be looked at), 1 something must be mended, 2 the settings cannot be
// used.
Command add_check(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
