#include "cli/process_command.h"

#include <memory>

#include "cli/process_run.h"
#include "cli/setting.h"

namespace headgate::cli {
namespace {

struct Arguments {
  std::shared_ptr<ConfigArguments> config;
  std::string mode = "sqs";
  ProcessArguments process;
};

Result<int> run_mode(const Arguments& arguments, std::istream& input, ProcessRun& run) {
  const ProcessArguments& process = arguments.process;
  if (arguments.mode == "lambda") return process_lambda(run);
  if (arguments.mode == "manual") return process_by_hand(run, process, input);
  if (arguments.mode == "scan") return process_by_scan(run, process);
  return process_queue(run, std::chrono::duration_cast<std::chrono::milliseconds>(
                                std::chrono::duration<double>(process.grace)));
}

}  // namespace

Command add_process(CLI::App& parent, ConfigWorld world, std::istream& input) {
  CLI::App* app = parent.add_subcommand("process", "Deliver stored objects to their tenants");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, kProcess);
  ProcessArguments& process = arguments->process;
  app->add_option(
         "--mode", arguments->mode,
         "sqs: what the queue tells of, until stopped; lambda: as AWS Lambda's runtime; manual: what "
         "--object or --event names; scan: what the ledger lacks under --prefix of each of process.buckets")
      ->check(CLI::IsMember({"sqs", "lambda", "manual", "scan"}))
      ->capture_default_str();
  app->add_option("--object", process.objects,
                  "manual: an object to deliver, s3://bucket/key; as often as wanted");
  app->add_option("--event", process.event, "manual: a file with a message's body, - for standard input");
  app->add_option("--prefix", process.prefix, "scan: only keys that begin with it");
  app->add_option("--after", process.after,
                  "scan: only keys after this one, in each of process.buckets; s3://bucket/key: those before "
                  "it are done");
  app->add_option("--age-min", process.age_min,
                  "scan: seconds that an object must be old; younger ones' messages may be under way")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  app->add_flag("--dry-run", process.is_dry_run,
                "manual, scan: show what would go where, and deliver nothing");
  app->add_option("--grace", process.grace, "sqs: when told to stop, seconds for what is under way")
      ->check(CLI::NonNegativeNumber)
      ->capture_default_str();
  const auto run = [arguments, world, &input] {
    const auto tell = [&](const Error& error) {
      if (arguments->mode == "lambda") tell_lambda(world.environment, error);
    };
    return run_configured(
        "process", *arguments->config, world,
        [&](ProcessRun& started) { return run_mode(*arguments, input, started); }, tell);
  };
  return {.app = app, .run = run};
}

}  // namespace headgate::cli
