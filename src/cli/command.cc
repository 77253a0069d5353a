#include "cli/command.h"

#include "base/check.h"

namespace headgate::cli {

int run_command(CLI::App& app, const std::vector<Command>& commands, int argc, const char* const* argv) {
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? 0 : kExitUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  CHECK(false);  // CLI11 has seen to it that one of them was named
}

}  // namespace headgate::cli
