#include "cli/replay_command.h"

#include <algorithm>
#include <memory>
#include <ostream>

#include "assembly/delivery_workers.h"
#include "cli/object_url.h"
#include "cli/option_checks.h"
#include "cli/process_run.h"
#include "cli/tally_words.h"
#include "config/setting.h"
#include "process/replay.h"
#include "process/scan.h"

namespace headgate::cli {
namespace {

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  bool is_parked = false;
  std::string tenant;
  std::string destination;
  std::string from;
  std::string to;
  std::string name;
  std::string prefix;
  std::string after;
  std::size_t count = 10'000;
  bool is_dry_run = false;
};

constexpr std::size_t kParkedMax = 1'000'000;

Error wrong(std::string what) {
  return Error{Fault::Invalid, std::move(what)};
}

Result<Timestamp> time_of(std::string_view option, const std::string& text) {
  const std::optional<Timestamp> at = parse_rfc3339(text);
  if (!at) return wrong(std::string(option) + ": " + text + ": write it as 2026-11-25T13:00:00Z");
  return *at;
}

Result<int> replay_parked(const Arguments& arguments, ProcessRun& run) {
  for (const std::string* const other : {&arguments.destination, &arguments.from, &arguments.to,
                                         &arguments.prefix, &arguments.after, &arguments.name}) {
    if (!other->empty())
      return wrong(
          "--parked: takes --tenant and --count, not --destination, --from, --to, --prefix, --after or "
          "--name");
  }
  const auto deps = TRY(assembly::DeliveryBackend::open(
      run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
      arguments.is_dry_run ? assembly::Access::Look : assembly::Access::Change));
  if (deps->queue() == nullptr)
    return wrong("aws.queue_url: must be set: what is replayed is announced there");
  process::ParkedReplay replay({.clock = run.clock,
                                .random = run.random,
                                .ledger = deps->ledger(),
                                .central = deps->central_stores(),
                                .tenants = deps->tenants(),
                                .queue = *deps->queue()});
  constexpr std::chrono::minutes kReplayMax{60};
  const Deadline deadline = Deadline::after(run.clock.steady(), kReplayMax);
  const process::ParkedFilter filter{.tenant = TenantId(arguments.tenant), .count_max = arguments.count};
  if (arguments.is_dry_run) {
    const auto parked = TRY(process::list_parked(deps->ledger(), DeliveryState::Parked, filter, deadline));
    for (const Ledger::ParkedDelivery& one : parked)
      run.output << one.id.tenant.view() << "  " << one.id.destination.view() << "  "
                 << url_of({one.id.bucket, one.id.key}) << "  " << one.entry.reason << '\n';
    return 0;
  }
  const process::ReplayCounts counts =
      TRY(replay.run(filter, Deadline::after(run.clock.steady(), kReplayMax)));
  run.output << "replayed " << counts.deliveries << " deliveries by " << counts.messages
             << " messages; lost, their objects are gone " << counts.lost << ", still parked " << counts.left
             << '\n';
  if (counts.lost > 0) return kExitLost;
  return counts.left == 0 ? 0 : kExitLeft;
}

// By when the tenants' store must have answered.
constexpr std::chrono::seconds kTenantMax{60};

Result<int> replay_range(const Arguments& arguments, ProcessRun& run) {
  if (arguments.tenant.empty()) return wrong("--tenant: must be given, or --parked");
  if (arguments.from.empty()) return wrong("--from: must be given");
  const Timestamp from = TRY(time_of("--from", arguments.from));
  const Timestamp until = arguments.to.empty() ? run.clock.now() : TRY(time_of("--to", arguments.to));
  if (until <= from) return wrong("--to: must be after --from");
  const auto deps = TRY(assembly::DeliveryBackend::open(
      run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
      arguments.is_dry_run ? assembly::Access::Look : assembly::Access::Change));
  const tenants::TenantView tenant =
      TRY(deps->tenants().of(TenantId(arguments.tenant), Deadline::after(run.clock.steady(), kTenantMax)));
  const DestinationName destination(arguments.destination);
  const bool is_enabled =
      std::any_of(tenant.active.begin(), tenant.active.end(), [&](const TenantConfiguration& configuration) {
        return destination.empty() || configuration.type == destination;
      });
  if (!is_enabled)
    return wrong("tenant " + arguments.tenant + " has no enabled and valid " +
                 (destination.empty() ? "destination" : destination.str()));
  process::ProcessorOptions options = TRY(assembly::processor_options(run.config, run.owner()));
  options.replay = arguments.name.empty() ? run.random.uuid() : arguments.name;
  if (!destination.empty()) options.only = {destination};
  process::Processor processor(run.processor_deps(*deps), options);
  const std::vector<ObjectStore*> buckets = deps->central_stores().named(options.buckets);
  process::Scan scan(
      {.clock = run.clock, .buckets = buckets, .ledger = deps->ledger(), .processor = processor},
      options.key_template);
  process::Scan::Options what{.walk = TRY(walk_options(arguments.prefix, arguments.after, buckets)),
                              .age_min = std::chrono::seconds{0},
                              .from = from,
                              .until = until,
                              .tenant = TenantId(arguments.tenant)};
  if (arguments.is_dry_run) {
    what.look = [&](const BucketName& bucket, const ObjectKey& key) {
      run.output << url_of({bucket, key}) << '\n';
      return false;
    };
  }
  const process::ScanCounts counts = scan.run(what, {.stop = run.stop});
  const process::Walked& walked = counts.walked;
  if (!arguments.is_dry_run) {
    const std::string numbers = numbers_of(counts.tally);
    run.output << "objects: done " << counts.done << ", not done " << counts.not_done
               << "\ndeliveries: " << (numbers.empty() ? "none" : numbers) << '\n';
    // Where a bucket could not be listed it goes through all again: what is delivered is not repeated.
    const bool is_all_listed = walked.refused.empty();
    if (counts.not_done > 0 || walked.interrupted || !is_all_listed)
      run.output << "go on with --name=" << options.replay
                 << (walked.interrupted && is_all_listed
                         ? " --after=" + after_text(*walked.interrupted, buckets)
                         : std::string())
                 << '\n';
  }
  TRY(whole(walked));
  return std::max(exit_status_of(counts.tally), walked.interrupted ? kExitLeft : 0);
}

}  // namespace

Command add_replay(CLI::App& parent, CommandDeps deps) {
  CLI::App* app =
      parent.add_subcommand("replay", "Deliver parked objects again, or a tenant's objects of a time range");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kReplay);
  CLI::Option* const parked =
      app->add_flag("--parked", arguments->is_parked, "Deliver parked objects, now that the cause is fixed");
  app->add_option("--tenant", arguments->tenant,
                  "The tenant; with --parked it may be left out, which means all tenants");
  app->add_option("--count", arguments->count, "With --parked: most deliveries")
      ->check(CLI::Range(std::size_t{1}, kParkedMax))
      ->needs(parked)
      ->capture_default_str();
  app->add_option("--destination", arguments->destination,
                  "Only this destination, for example cloudwatch, s3 or s3#audit");
  app->add_option("--from", arguments->from,
                  "Start of the time range in which objects were stored, for example 2026-11-25T13:00:00Z");
  app->add_option("--to", arguments->to, "End of the time range; if empty, now");
  app->add_option("--prefix", arguments->prefix,
                  "Only keys that begin with this text, so that less is listed");
  app->add_option("--after", arguments->after,
                  "Only keys after this one, in each of process.buckets; with s3://bucket/key, buckets "
                  "before that one are skipped");
  app->add_option(
         "--name", arguments->name,
         "Name of the replay in the ledger; a repeated run with the same name delivers only the rest")
      ->check(name_check());
  app->add_flag("--dry-run", arguments->is_dry_run, "Show what would be delivered, and deliver nothing");
  const auto run = [arguments, deps] {
    return run_configured("replay", *arguments->config, deps, [&](ProcessRun& process) {
      return arguments->is_parked ? replay_parked(*arguments, process) : replay_range(*arguments, process);
    });
  };
  return {.app = app, .run = run};
}

}  // namespace headgate::cli
