// headgate process: delivers stored objects to their tenants.
#pragma once

#include <iosfwd>

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// `input`: of --event -. Exit status: 0 stopped, or all done; 1 it could not start, or something is not done
// yet; 2 the configuration or the command line cannot be used.
Command add_process(CLI::App& parent, ConfigWorld world, std::istream& input);

}  // namespace headgate::cli
