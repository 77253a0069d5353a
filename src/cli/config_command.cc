#include "cli/config_command.h"

#include <CLI/CLI.hpp>
#include <ostream>
#include <utility>

#include "assembly/core_dumps.h"
#include "config/config_print.h"

namespace headgate::cli {

namespace {

void write_lines(std::ostream& to, std::string_view before, const config::Strings& lines) {
  for (const std::string& line : lines) to << before << line << '\n';
}

std::string type_name_of(const config::Setting& setting) {
  if (setting.kind != config::SettingKind::Choice) return std::string(name_of(setting.kind));
  std::string names;
  for (const config::Choice& choice : setting.choices)
    names += (names.empty() ? "" : "|") + std::string(choice.name);
  return names;
}

int check(const config::ConfigArguments& arguments, const CommandDeps& deps) {
  const config::LoadedConfig loaded = config::load_config(arguments, deps.environment);
  write_lines(deps.complaints, "warning: ", loaded.warnings);
  write_lines(deps.complaints, "", loaded.problems);
  if (!loaded.ok()) return kExitUsage;
  deps.output << config::effective_yaml(loaded);
  return 0;
}

}  // namespace

Command add_config(CLI::App& parent, CommandDeps deps) {
  CLI::App* config = parent.add_subcommand("config", "Check the settings, or explain them");
  config->require_subcommand(1);
  CLI::App* check_app = config->add_subcommand(
      "check", "Show each setting in force and where it comes from, or everything that is wrong");
  std::shared_ptr<config::ConfigArguments> arguments = add_config_flags(*check_app, config::kEveryCommand);
  config->add_subcommand("reference", "Print every setting with its meaning, as Markdown");
  return {.app = config, .run = [check_app, deps, arguments = std::move(arguments)] {
            if (check_app->parsed()) return check(*arguments, deps);
            deps.output << config::reference_markdown();
            return 0;
          }};
}

std::shared_ptr<config::ConfigArguments> add_config_flags(CLI::App& app, unsigned used_by) {
  auto arguments =
      std::make_shared<config::ConfigArguments>();  // shared by the app's callbacks and the command
  app.add_option("--config", arguments->file, "Configuration file (YAML)")->type_name("FILE");
  for (const config::Setting& setting : config::settings()) {
    if ((setting.about.used_by & used_by) == 0) continue;
    const std::string key(setting.about.key);
    CLI::Option* option = app.add_option_function<std::string>(
        setting.flag(), [arguments, key](const std::string& text) { arguments->flags[key] = text; },
        std::string(setting.about.doc));
    option->group("Settings")->type_name(type_name_of(setting));
    if (setting.kind == config::SettingKind::List) {
      option->join(',');
    } else {
      option->take_last();
    }
  }
  return arguments;
}

std::optional<config::Config> load_or_complain(const config::ConfigArguments& arguments,
                                               const config::Environment& environment,
                                               std::ostream& complaints) {
  config::LoadedConfig loaded = config::load_config(arguments, environment);
  write_lines(complaints, "warning: ", loaded.warnings);
  write_lines(complaints, "", loaded.problems);
  if (!loaded.ok()) return std::nullopt;
  return std::move(loaded.config);
}

void configure_process(const config::Config& config, bool stderr_is_terminal) {
  const bool is_human = config.log.format == config::LogFormat::Human ||
                        (config.log.format == config::LogFormat::Auto && stderr_is_terminal);
  log::configure(config.log.level, is_human ? log::Style::Human : log::Style::Json);
  if (config.core_dumps) assembly::allow_core_dumps();
}

}  // namespace headgate::cli
