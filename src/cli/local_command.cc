#include "cli/local_command.h"

#include <unistd.h>

#include <memory>
#include <ostream>

#include "assembly/large_memory.h"
#include "assembly/local_pipeline.h"
#include "base/log.h"
#include "cli/option_checks.h"
#include "cli/printable_stream.h"
#include "cli/status_table.h"
#include "cli/stop_signals.h"
#include "config/setting.h"

namespace headgate::cli {
namespace {

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  double seconds = 0;  // 0 = until stopped
  double grace = 20;
  std::string status = "auto";
};

using Seconds = std::chrono::duration<double>;

// Shows how it goes until it is time to stop.
void watch(assembly::LocalPipeline& pipeline, const Arguments& arguments, const std::stop_token& stop,
           std::ostream& output) {
  const bool is_table =
      arguments.status == "table" || (arguments.status == "auto" && ::isatty(STDOUT_FILENO) == 1);
  const auto interval = is_table ? std::chrono::milliseconds{500} : std::chrono::milliseconds{5000};
  local::SystemClock clock;
  const SteadyTime began = clock.steady();
  SteadyTime shown_at = began;
  Status before;
  const auto is_over = [&] {
    return arguments.seconds > 0 && clock.steady() - began >= Seconds(arguments.seconds);
  };
  while (!stop.stop_requested() && !is_over()) {
    std::chrono::nanoseconds wait = interval;
    if (arguments.seconds > 0) {
      const auto left = Seconds(arguments.seconds) - (clock.steady() - began);
      wait = std::min(wait, std::chrono::duration_cast<std::chrono::nanoseconds>(left));
    }
    clock.sleep(wait, stop);
    if (arguments.status == "off") continue;
    const SteadyTime now = clock.steady();
    const Status status = read_status(pipeline.metrics());
    if (is_table) {
      write_as_it_is(output, "\x1b[H\x1b[2J", MayObey::Ours);
      output << status_table(status, before, now - shown_at, now - began);
    } else {
      output << status_line(status, now - began);
    }
    output.flush();
    before = status;
    shown_at = now;
  }
}

void print_summary(const config::Config& config, const Status& status,
                   const assembly::LocalPipeline::LeftOver& left, Seconds uptime, std::ostream& output) {
  output << "\nStopped.\n\n" << status_table(status, status, Seconds(1), uptime) << '\n';
  if (left.batches + left.messages > 0) {
    output << "  left for the next start (nothing is lost): " << left.batches << " batches to store, "
           << left.messages << " objects to deliver\n";
  }
  output << "  stored objects:   " << config.store.root << '/' << config.store.bucket.str()
         << "\n  delivered files:  " << config.local.delivered << '\n';
  output.flush();
}

// Above what a delivery's batch of ordinary lines takes.
constexpr int kLargeMemoryBytes = 2 << 20;

int run_local(const Arguments& arguments, const CommandDeps& deps) {
  const std::optional<config::Config> config =
      load_or_complain(*arguments.config, deps.environment, deps.complaints);
  if (!config) return kExitUsage;
  configure_process(*config, ::isatty(STDERR_FILENO) == 1);
  assembly::give_back_large_memory(kLargeMemoryBytes);
  const StopSignals signals;
  local::SystemClock clock;
  const SteadyTime began = clock.steady();
  const Result<std::unique_ptr<assembly::LocalPipeline>> started =
      assembly::LocalPipeline::start(*config, signals.token());
  if (!started.ok() && started.error().fault == Fault::Stopped) return 0;
  if (!started.ok()) {
    deps.complaints << "headgate local: " << started.error().what << '\n';
    return kExitFailure;
  }
  assembly::LocalPipeline& pipeline = **started;
  log::info("local_started", "headgate local runs.",
            {{"pod_logs", config->collect.pod_logs},
             {"root", config->local.root},
             {"metrics", pipeline.metrics_address()}});
  watch(pipeline, arguments, signals.token(), deps.output);
  log::info("local_stopping",
            "headgate local stops. Lines written so far are still collected and delivered.");
  const assembly::LocalPipeline::LeftOver left =
      pipeline.stop(std::chrono::duration_cast<std::chrono::milliseconds>(Seconds(arguments.grace)));
  if (arguments.status != "off") {
    print_summary(*config, read_status(pipeline.metrics()), left, clock.steady() - began, deps.output);
  }
  return 0;
}

}  // namespace

Command add_local(CLI::App& parent, CommandDeps deps) {
  CLI::App* app =
      parent.add_subcommand("local", "Run the whole pipeline in one process on this machine, without AWS");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kLocal);
  app->add_option("--seconds", arguments->seconds, "Stop after this many seconds; with 0 at Ctrl-C")
      ->check(seconds_check());
  app->add_option("--grace", arguments->grace, "Seconds to store and deliver the rest after a stop")
      ->check(seconds_check())
      ->capture_default_str();
  app->add_option("--status", arguments->status,
                  "How progress is shown; auto is a table if standard output is a terminal")
      ->check(CLI::IsMember({"auto", "table", "line", "off"}))
      ->capture_default_str();
  return {.app = app, .run = [arguments, deps] { return run_local(*arguments, deps); }};
}

}  // namespace headgate::cli
