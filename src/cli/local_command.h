// headgate local: the whole pipeline in one process.
// Tests: tests/e2e/whole_pipeline_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

Command add_local(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
