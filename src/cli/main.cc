#include <iostream>

#include "cli/command.h"
#include "cli/config_command.h"

int main(int argc, char** argv) {
  using namespace headgate;
  const cli::Environment environment = cli::process_environment();

  CLI::App app("Centralised log ingestion, decentralised delivery", "headgate");
  app.require_subcommand(1);
  const std::vector<cli::Command> commands = {
      cli::add_config(app, {.environment = environment, .output = std::cout, .complaints = std::cerr}),
  };
  return cli::run_command(app, commands, argc, argv);
}
