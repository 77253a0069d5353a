// headgate config check | reference: the settings in force, and all settings. Also the flags of settings that
// the other commands have, and the configuration that results from them.
#pragma once

#include <iosfwd>
#include <memory>
#include <optional>

#include "cli/command.h"
#include "config/config_load.h"

namespace headgate::cli {

// What the command depends on; all of it outlives the command.
struct CommandDeps {
  const config::Environment& environment;
  std::ostream& output;
  std::ostream& complaints;
};

Command add_config(CLI::App& parent, CommandDeps deps);

// Adds --config and the flags of every setting that one of `used_by` uses. The arguments are filled when the
// command line is read; the app shares them.
std::shared_ptr<config::ConfigArguments> add_config_flags(CLI::App& app, unsigned used_by);

// The effective configuration; or nothing, and every problem is written to `complaints`: end with kExitUsage.
// Warnings are written there too.
std::optional<config::Config> load_or_complain(const config::ConfigArguments& arguments,
                                               const config::Environment& environment,
                                               std::ostream& complaints);

// Applies the settings of the process itself: log.level, log.format, core_dumps. `stderr_is_terminal` decides
// what log.format auto means.
void configure_process(const config::Config& config, bool stderr_is_terminal);

}  // namespace headgate::cli
