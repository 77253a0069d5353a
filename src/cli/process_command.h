// headgate process: delivers stored objects to their tenants.
// Tests: src/cli/several_buckets_test.cc, tests/e2e/aws_pipeline_test.py
#pragma once

#include <iosfwd>

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// `input`: of --event -. Exit status: docs/exit-codes.md.
Command add_process(CLI::App& parent, CommandDeps deps, std::istream& input);

}  // namespace headgate::cli
