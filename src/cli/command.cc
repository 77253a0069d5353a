#include "cli/command.h"

#include <CLI/CLI.hpp>
#include <iostream>
#include <string>
#include <utility>

#include "base/check.h"

namespace headgate::cli {

int run_command(CLI::App& app, const std::vector<Command>& commands, int argc, const char* const* argv) {
  return run_command(app, commands, argc, argv, {.output = std::cout, .complaints = std::cerr});
}

int run_command(CLI::App& app, const std::vector<Command>& commands, int argc, const char* const* argv,
                const CommandOutput& output) {
  try {
    // CLI11 takes `--key= --other` for --key with the value "--other"; an empty value is one of its own.
    std::vector<std::string> words;  // the last comes first, as CLI11 wants them
    for (int at = argc - 1; at > 0; --at) {
      std::string word = argv[at];
      const bool is_empty_value = word.starts_with("--") && word.find('=') == word.size() - 1;
      if (is_empty_value) {
        words.emplace_back();
        word.pop_back();
      }
      words.push_back(std::move(word));
    }
    app.parse(std::move(words));
  } catch (const CLI::RequiredError& error) {
    // For a mistyped command CLI11 says only that a command is required.
    const std::vector<std::string> unknown = app.remaining(true);
    if (unknown.empty() || unknown.front().starts_with('-'))
      return app.exit(error, output.output, output.complaints) == 0 ? 0 : kExitUsage;
    output.complaints << app.get_name() << ": " << unknown.front()
                      << ": there is no such command; --help lists the commands\n";
    return kExitUsage;
  } catch (const CLI::ParseError& error) {
    return app.exit(error, output.output, output.complaints) == 0 ? 0 : kExitUsage;
  }
  for (const Command& command : commands) {
    if (command.app->parsed()) return command.run();
  }
  CHECK(false);  // CLI11 has seen to it that one of them was named
}

}  // namespace headgate::cli
