// headgate dlq list | show | redrive | purge: messages that were received too often.
// Tests: tests/e2e/looking_test.py, tests/e2e/aws_pipeline_test.py
#pragma once

#include "cli/command.h"
#include "cli/config_command.h"

namespace headgate::cli {

// Exit status: 0 done; 1 it failed; 2 used wrongly.
Command add_dlq(CLI::App& parent, CommandDeps deps);

}  // namespace headgate::cli
