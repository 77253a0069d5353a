// A subcommand of `headgate`: what it is called and takes (CLI11), and what it does.
// Tests: tests/e2e/documented_commands_test.py, src/cli/loggen_command_test.cc
#pragma once

#include <functional>
#include <iosfwd>
#include <vector>

#include "cli/exit_status.h"

// The library that reads command lines takes seconds to compile: only those who add options include it.
namespace CLI {
class App;
}

namespace headgate::cli {

struct Command {
  CLI::App* app = nullptr;   // owned by its parent
  std::function<int()> run;  // gives the process's exit status
};

// Where --help goes, and what is wrong with the command line.
struct CommandOutput {
  std::ostream& output;
  std::ostream& complaints;
};

// Reads the command line and runs the command that it names. CLI11's exceptions end here. What is wrong with
// the command line is told, naming the option.
int run_command(CLI::App& app, const std::vector<Command>& commands, int argc, const char* const* argv,
                const CommandOutput& output);
// The same with the process's own standard output and error.
int run_command(CLI::App& app, const std::vector<Command>& commands, int argc, const char* const* argv);

}  // namespace headgate::cli
