// headgate local: the whole pipeline in one process.
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

Command add_local(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
