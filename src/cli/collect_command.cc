#include "cli/collect_command.h"

#include <unistd.h>

#include <memory>
#include <ostream>

#include "assembly/data_directory.h"
#include "assembly/large_memory.h"
#include "assembly/node_agent.h"
#include "assembly/version.h"
#include "base/log.h"
#include "cli/option_checks.h"
#include "cli/stop_signals.h"
#include "config/setting.h"
#include "local/owned_directory.h"

namespace headgate::cli {
namespace {

// chown takes the number after it for "leave it as it is".
constexpr std::uint32_t kIdMax = 4294967294U;

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  double grace = 25;  // Kubernetes' own default, 30 s, less what stopping takes
  bool must_prepare = false;
  // As docs/pods.md has the agent run: no one, of the group that reads the logs.
  std::uint32_t user = 65534;
  std::uint32_t group = 0;
};

int fail(const CommandDeps& deps, const Error& error) {
  deps.complaints << "headgate collect: " << error.what << '\n';
  return error.fault == Fault::Invalid ? kExitUsage : kExitFailure;
}

// Compressors' states, the checkpoints' text, parts of uploads: with less of them given back the agent's
// memory grew by a third in an hour.
constexpr int kLargeMemoryBytes = 128 << 10;

// For an init container that is root's: a directory that kubelet makes (hostPath, DirectoryOrCreate) is
// root's too.
int prepare(const Arguments& arguments, const config::Config& config, const CommandDeps& deps) {
  const std::string& directory = config.collect.data_directory;
  const Result<> given = local::give_directory(directory, {.user = arguments.user, .group = arguments.group});
  if (!given.ok()) {
    Error error = assembly::with_advice(given.error(), directory);
    return fail(deps, std::move(error).in("collect.data_directory"));
  }
  log::info("data_directory_prepared", "The data directory is ready for the agent.",
            {{"directory", directory}, {"user", arguments.user}, {"group", arguments.group}});
  return 0;
}

int run_collect(const Arguments& arguments, const CommandDeps& deps) {
  const std::optional<config::Config> config =
      load_or_complain(*arguments.config, deps.environment, deps.complaints);
  if (!config) return kExitUsage;
  configure_process(*config, ::isatty(STDERR_FILENO) == 1);
  if (arguments.must_prepare) return prepare(arguments, *config, deps);
  assembly::give_back_large_memory(kLargeMemoryBytes);
  const Result<net::Library> library = net::Library::open();
  if (!library.ok()) return fail(deps, library.error());
  const StopSignals signals;
  const Result<std::unique_ptr<assembly::NodeAgent>> started =
      assembly::NodeAgent::start(*library, deps.environment, *config, signals.token());
  if (!started.ok() && started.error().fault == Fault::Stopped) return 0;
  if (!started.ok()) return fail(deps, started.error());
  assembly::NodeAgent& agent = **started;
  log::info("collect_started", "headgate collect runs.",
            {{"version", assembly::kVersion},
             {"cluster_id", config->cluster_id.str()},
             {"node", config->kube.node_name},
             {"pod_logs", config->collect.pod_logs},
             {"bucket", config->store.bucket.str()},
             {"metrics", agent.metrics_address()}});
  local::SystemClock clock;
  while (!signals.token().stop_requested()) clock.sleep(std::chrono::hours{1}, signals.token());
  log::info("collect_stopping",
            "headgate collect stops. Lines written so far are still collected and stored.");
  const std::size_t left = agent.stop(
      std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::duration<double>(arguments.grace)));
  log::info("collect_stopped", "headgate collect has stopped.",
            {{"batches_spooled_for_the_next_start", left}});
  return 0;
}

}  // namespace

Command add_collect(CLI::App& parent, CommandDeps deps) {
  CLI::App* app = parent.add_subcommand(
      "collect", "Run the agent of one node, which stores pods' logs in the central bucket");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kCollect);
  app->add_option("--grace", arguments->grace, "Seconds to store the rest after a stop")
      ->check(seconds_check())
      ->capture_default_str();
  CLI::Option* const prepare = app->add_flag(
      "--prepare", arguments->must_prepare,
      "Create collect.data_directory for the agent's user, and end; run this as root before the agent");
  app->add_option("--prepare-user", arguments->user, "With --prepare: the agent's user id")
      ->needs(prepare)
      ->check(CLI::Range(0U, kIdMax))
      ->capture_default_str();
  app->add_option("--prepare-group", arguments->group, "With --prepare: the agent's group id")
      ->needs(prepare)
      ->check(CLI::Range(0U, kIdMax))
      ->capture_default_str();
  return {.app = app, .run = [arguments, deps] { return run_collect(*arguments, deps); }};
}

}  // namespace headgate::cli
