#include "cli/process_command.h"

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include "cli/option_checks.h"
#include "cli/process_run.h"
#include "config/setting.h"

namespace headgate::cli {
namespace {

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  std::string mode = "sqs";
  ProcessArguments process;
};

// Options that only some modes use: with another mode they would be passed over in silence.
struct Used {
  CLI::Option* option;
  std::vector<std::string_view> modes;
};

// What is wrong with the options; the mode that they imply is taken.
Result<> judge_options(Arguments& arguments, const CLI::Option& mode, const std::vector<Used>& uses) {
  const bool is_named = !arguments.process.objects.empty() || !arguments.process.event.empty();
  if (mode.count() == 0 && is_named) arguments.mode = "manual";
  for (const Used& used : uses) {
    const bool is_used = std::find(used.modes.begin(), used.modes.end(), arguments.mode) != used.modes.end();
    if (used.option->count() == 0 || is_used) continue;
    std::string modes;
    for (const std::string_view one : used.modes) modes.append(modes.empty() ? "" : " or ").append(one);
    return Error{Fault::Invalid, used.option->get_name() + ": works only with --mode=" + modes +
                                     ", not in mode " + arguments.mode};
  }
  return {};
}

Result<int> run_mode(const Arguments& arguments, std::istream& input, ProcessRun& run) {
  const ProcessArguments& process = arguments.process;
  if (arguments.mode == "lambda") return process_lambda(run);
  if (arguments.mode == "manual") return process_by_hand(run, process, input);
  if (arguments.mode == "scan") return process_by_scan(run, process);
  return process_queue(run, std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::duration<double>(process.grace)));
}

}  // namespace

Command add_process(CLI::App& parent, CommandDeps deps, std::istream& input) {
  CLI::App* app = parent.add_subcommand("process", "Deliver stored objects to their tenants");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kProcess);
  ProcessArguments& process = arguments->process;
  const CLI::Option* const mode =
      app->add_option("--mode", arguments->mode,
                      "sqs: deliver what the queue announces, until stopped; lambda: run as an AWS Lambda "
                      "function; manual: deliver what --object or --event names (they imply this mode); "
                      "scan: deliver objects of process.buckets that the ledger does not know")
          ->check(CLI::IsMember({"sqs", "lambda", "manual", "scan"}))
          ->capture_default_str();
  std::vector<Used> uses;
  const auto used_by = [&](std::vector<std::string_view> modes, CLI::Option* option) {
    uses.push_back({.option = option, .modes = std::move(modes)});
    return option;
  };
  used_by({"manual"}, app->add_option("--object", process.objects,
                                      "manual: an object to deliver, as s3://bucket/key; can be repeated"));
  used_by({"manual"},
          app->add_option("--event", process.event,
                          "manual: a file that holds the body of a queue message; - is standard input"));
  used_by({"scan"}, app->add_option("--prefix", process.prefix, "scan: only keys that begin with this text"));
  used_by({"scan"}, app->add_option("--after", process.after,
                                    "scan: only keys after this one, in each of process.buckets; with "
                                    "s3://bucket/key, buckets before that one are skipped"));
  used_by({"scan"},
          app->add_option(
              "--age-min", process.age_min,
              "scan: least age of an object in seconds; the message of a younger one may still arrive"))
      ->check(seconds_check())
      ->capture_default_str();
  used_by({"manual", "scan"},
          app->add_flag("--dry-run", process.is_dry_run,
                        "manual, scan: show what would be delivered where, and deliver nothing"));
  used_by({"sqs"}, app->add_option("--grace", process.grace,
                                   "sqs: seconds that deliveries may take to finish after a stop"))
      ->check(seconds_check())
      ->capture_default_str();
  const auto run = [arguments, deps, &input, mode, uses] {
    const auto tell = [&](const Error& error) {
      if (arguments->mode == "lambda") tell_lambda(deps.environment, error);
    };
    const Result<> judged = judge_options(*arguments, *mode, uses);
    if (!judged.ok()) {
      deps.complaints << "headgate process: " << judged.error().what << '\n';
      tell(judged.error());
      return kExitUsage;
    }
    return run_configured(
        "process", *arguments->config, deps,
        [&](ProcessRun& started) { return run_mode(*arguments, input, started); }, tell);
  };
  return {.app = app, .run = run};
}

}  // namespace headgate::cli
