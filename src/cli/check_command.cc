#include "cli/check_command.h"

#include <map>
#include <memory>
#include <ostream>

#include "cli/option_checks.h"
#include "cli/preflight.h"
#include "cli/process_run.h"
#include "config/setting.h"

namespace headgate::cli {

Command add_check(CLI::App& parent, CommandDeps deps) {
  CLI::App* app = parent.add_subcommand(
      "check",
      "Connect to everything that the settings name, and say what is wrong and which command fixes it");
  struct Arguments {
    std::shared_ptr<config::ConfigArguments> config;
    PreflightOptions options;
  };
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kEveryCommand);
  const std::map<std::string, Part> parts = {
      {"collect", Part::Collect}, {"process", Part::Process}, {"api", Part::Api}, {"all", Part::All}};
  take_word(*app->add_option("part", arguments->options.part,
                             "collect, process, api or all: the program that will run with these settings")
                 ->type_name(""),
            parts);
  app->add_option("--tenant", arguments->options.tenant, "Try only the roles of this tenant");
  app->add_option("--tenants-max", arguments->options.tenants_max, "Most tenant rows whose roles are tried")
      ->check(CLI::Range(std::size_t{1}, std::size_t{100'000}))
      ->capture_default_str();
  return {.app = app, .run = [arguments, deps] {
            return run_configured("check", *arguments->config, deps, [&](ProcessRun& run) -> Result<int> {
              std::size_t wrong = 0;
              TRY(preflight(run, arguments->options, [&](const Finding& finding) {
                wrong += finding.state == Finding::State::Bad ? 1 : 0;
                run.output << shown(finding) << std::flush;
              }));
              return wrong == 0 ? 0 : kExitFailure;
            });
          }};
}

}  // namespace headgate::cli
