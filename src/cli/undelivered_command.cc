#include "cli/undelivered_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <ostream>

#include "assembly/delivery_workers.h"
#include "cli/object_url.h"
#include "cli/printable_stream.h"
#include "cli/process_run.h"
#include "config/setting.h"
#include "deliver/quarantine.h"
#include "model/notification.h"
#include "process/quarantine_walk.h"
#include "process/redelivery.h"
#include "process/replay.h"

namespace headgate::cli {
namespace {

constexpr std::size_t kCountMax = 100'000;
constexpr std::size_t kDeadLettersMax = 1'000;
constexpr std::chrono::minutes kRunMax{60};

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  CLI::App* list = nullptr;
  CLI::App* show = nullptr;
  CLI::App* redeliver = nullptr;
  std::vector<std::string> kinds;
  std::string tenant;
  std::string destination;
  std::string reason;
  std::string from;
  std::string to;
  std::size_t count = 1'000;
  std::string id;  // as list shows it
  bool is_restamped = false;
  bool is_dry_run = false;
};

// What the arguments ask for.
struct Asked {
  process::ParkedFilter parked;
  process::QuarantineFilter quarantine;
  bool has_kind(const std::string& kind) const {
    return kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end();
  }
  std::vector<std::string> kinds;
  std::size_t count = 0;
  std::string quarantine_id;  // only this one of quarantine; empty: all
  bool is_named(const process::QuarantineItem& item) const {
    return quarantine_id.empty() || item.key.view() == quarantine_id;
  }
};

Result<std::optional<Timestamp>> time_of(std::string_view option, const std::string& text) {
  if (text.empty()) return std::optional<Timestamp>();
  const std::optional<Timestamp> at = parse_rfc3339(text);
  if (!at)
    return Error{Fault::Invalid, std::string(option) + ": " + text + ": write it as 2026-11-25T13:00:00Z"};
  return at;
}

Result<Asked> asked_of(const Arguments& arguments) {
  Asked asked{.kinds = arguments.kinds, .count = arguments.count};
  const auto from = TRY(time_of("--from", arguments.from));
  const auto until = TRY(time_of("--to", arguments.to));
  if (from && until && *until <= *from) return Error{Fault::Invalid, "--to: must be after --from"};
  asked.parked = {.tenant = TenantId(arguments.tenant),
                  .destination = DestinationName(arguments.destination),
                  .reason = arguments.reason,
                  .from = from,
                  .until = until,
                  .count_max = arguments.count};
  asked.quarantine = {.tenant = asked.parked.tenant,
                      .destination = asked.parked.destination,
                      .reason = arguments.reason,
                      .from = from,
                      .until = until};
  const std::pair<const char*, QuarantineKind> kKinds[] = {{"events", QuarantineKind::Events},
                                                           {"object", QuarantineKind::Object},
                                                           {"message", QuarantineKind::Message}};
  for (const auto& [name, kind] : kKinds) {
    if (asked.has_kind(name)) asked.quarantine.kinds.insert(kind);
  }
  return asked;
}

const char* name_of(QuarantineKind kind) {
  switch (kind) {
    case QuarantineKind::Events:
      return "events";
    case QuarantineKind::Object:
      return "object";
    case QuarantineKind::Message:
      return "message";
  }
  CHECK(false);
}

// Bytes from outside: a terminal sees no controls of theirs.
std::string shown(std::string_view text) {
  std::string plain;
  for (const char byte : text.empty() ? std::string_view("-") : text) {
    const auto code = static_cast<unsigned char>(byte);
    plain.push_back(code < 0x20 || code == 0x7F ? '?' : byte);
  }
  return plain;
}

// The one look: what it is, since when, whose, why, and its name for `show` and `redeliver`.
struct Line {
  std::string_view kind;
  Timestamp since;
  std::string_view tenant;
  std::string_view destination;
  std::string_view reason;
  std::string id;
};
void print(std::ostream& output, const Line& line) {
  output << shown(line.kind) << "  " << to_rfc3339(line.since) << "  " << shown(line.tenant) << "  "
         << shown(line.destination) << "  " << shown(line.reason) << "  " << shown(line.id) << '\n';
}

std::string objects_of(const ReceivedMessage& message) {
  const Result<Notification> notification = parse_notification(message.body);
  if (!notification.ok()) return notification.error().what;
  std::string objects;
  for (const ObjectCreated& object : notification->objects)
    objects += (objects.empty() ? "" : " ") + url_of({object.bucket, object.key});
  return objects.empty() ? "no object" : objects;
}

// Dead letters name no tenant before they are read: --tenant leaves them out.
Result<> list_dead_letters(assembly::DeliveryBackend& deps, const Asked& asked, std::ostream& output,
                           Deadline deadline) {
  if (deps.dead_letters() == nullptr || !asked.parked.tenant.empty()) return {};
  for (const ReceivedMessage& message :
       TRY(deps.dead_letters()->dead_letters(std::min(asked.count, kDeadLettersMax), deadline))) {
    const std::string reason =
        "received " + std::to_string(message.receive_count) + " times: " + objects_of(message);
    print(output, {.kind = "dead-letter", .since = message.sent_at, .reason = reason, .id = message.id});
  }
  return {};
}

Result<> list_deliveries(assembly::DeliveryBackend& deps, DeliveryState state, const Asked& asked,
                         std::ostream& output, Deadline deadline) {
  for (const Ledger::ParkedDelivery& one :
       TRY(process::list_parked(deps.ledger(), state, asked.parked, deadline)))
    print(output,
          {.kind = headgate::name_of(state),
           .since = state == DeliveryState::Lost ? one.entry.updated_at : process::parked_since(one.entry),
           .tenant = one.id.tenant.view(),
           .destination = one.id.destination.view(),
           .reason = one.entry.reason,
           .id = url_of({one.id.bucket, one.id.key})});
  return {};
}

Line line_of(const process::QuarantineItem& item) {
  return {.kind = name_of(item.kind),
          .since = item.since,
          .tenant = item.tenant.view(),
          .destination = item.destination.view(),
          .reason = item.reason,
          .id = item.key.str()};
}

Result<int> list_all(const Asked& asked, ProcessRun& run, assembly::DeliveryBackend& deps) {
  const Deadline deadline = Deadline::after(run.clock.steady(), kRunMax);
  if (asked.has_kind("dead-letter")) TRY(list_dead_letters(deps, asked, run.output, deadline));
  for (const DeliveryState state : {DeliveryState::Parked, DeliveryState::Lost}) {
    if (asked.has_kind(std::string(headgate::name_of(state))))
      TRY(list_deliveries(deps, state, asked, run.output, deadline));
  }
  if (asked.quarantine.kinds.empty()) return 0;
  std::size_t left = asked.count;
  TRY(process::walk_quarantine(
      run.clock, deps.central_stores().first(), asked.quarantine,
      [&](const process::QuarantineItem& item) -> Result<bool> {
        if (!asked.is_named(item)) return true;
        print(run.output, line_of(item));
        return --left > 0 && !run.stop.stop_requested();
      },
      Deadline::after(run.clock.steady(), kRunMax)));
  return 0;
}

// Each prints its own line, and adds to what the exit status is made of.
struct Sums {
  std::uint64_t done = 0;
  std::uint64_t before = 0;
  std::uint64_t left = 0;
  std::uint64_t lost = 0;
};

Result<> redeliver_parked(const Asked& asked, ProcessRun& run, assembly::DeliveryBackend& deps, Sums& sums) {
  if (deps.queue() == nullptr)
    return Error{Fault::Invalid,
                 "aws.queue_url: must be set, because redeliveries are announced in that queue"};
  process::ParkedReplay replay({.clock = run.clock,
                                .random = run.random,
                                .ledger = deps.ledger(),
                                .central = deps.central_stores(),
                                .tenants = deps.tenants(),
                                .queue = *deps.queue()});
  const process::ReplayCounts counts =
      TRY(replay.run(asked.parked, Deadline::after(run.clock.steady(), kRunMax)));
  run.output << "parked: released " << counts.deliveries << " deliveries by " << counts.messages
             << " messages; lost, their objects are gone " << counts.lost << ", still parked " << counts.left
             << '\n';
  sums.done += counts.deliveries;
  sums.left += counts.left;
  sums.lost += counts.lost;
  return {};
}

Result<> redeliver_dead_letters(const Asked& asked, ProcessRun& run, assembly::DeliveryBackend& deps,
                                Sums& sums) {
  if (deps.dead_letters() == nullptr) return {};
  const std::uint64_t redriven =
      TRY(deps.dead_letters()->redrive(asked.count, Deadline::after(run.clock.steady(), kRunMax)));
  run.output << "dead letters: sent back to the queue " << redriven << '\n';
  sums.done += redriven;
  return {};
}

Result<bool> redeliver_item(process::Redelivery& redelivery, const process::QuarantineItem& item,
                            ProcessRun& run, Sums& sums) {
  const Result<process::Redelivered> tried = redelivery.redeliver(item, {.stop = run.stop});
  // What is wrong with one holds up no other: another run may just have moved it. Our own store or ledger
  // away is wrong with all.
  if (!tried.ok() && (tried.error().fault == Fault::Retry || tried.error().fault == Fault::Stopped))
    return Error(tried.error()).in(item.key.view());
  const process::Redelivered redelivered =
      tried.ok()
          ? *tried
          : process::Redelivered{.what = process::Redelivered::What::Left,
                                 .why = tried.error().fault == Fault::NotFound
                                            ? "it is not there any more: another run may have redelivered it"
                                            : tried.error().what};
  switch (redelivered.what) {
    case process::Redelivered::What::Done:
      ++sums.done;
      run.output << "redelivered  " << shown(item.key.view());
      if (item.kind == QuarantineKind::Events) run.output << "  events " << redelivered.events;
      if (redelivered.refused_again > 0) {
        run.output << ", refused again and back in quarantine " << redelivered.refused_again;
        ++sums.left;
      }
      run.output << '\n';
      break;
    case process::Redelivered::What::Before:
      ++sums.before;
      run.output << "redelivered before  " << shown(item.key.view()) << '\n';
      break;
    case process::Redelivered::What::Left:
      ++sums.left;
      run.output << "left  " << shown(item.key.view()) << "  " << shown(redelivered.why) << '\n';
      break;
  }
  return !run.stop.stop_requested();
}

Result<> redeliver_quarantine(const Arguments& arguments, const Asked& asked, ProcessRun& run,
                              assembly::DeliveryBackend& deps, Sums& sums) {
  const process::ProcessorOptions options = TRY(assembly::processor_options(run.config, run.owner()));
  process::Redelivery redelivery({.clock = run.clock,
                                  .random = run.random,
                                  .central = deps.central_stores(),
                                  .ledger = deps.ledger(),
                                  .tenants = deps.tenants(),
                                  .destinations = deps.destinations(),
                                  .queue = deps.queue(),
                                  .metrics = run.metrics},
                                 {.key_template = options.key_template,
                                  .owner = options.owner,
                                  .lease = options.lease,
                                  .is_restamped = arguments.is_restamped});
  // First all, then each: what is redelivered is moved, and what is refused again is written, under the walk.
  std::vector<process::QuarantineItem> items;
  TRY(process::walk_quarantine(
      run.clock, deps.central_stores().first(), asked.quarantine,
      [&](const process::QuarantineItem& item) -> Result<bool> {
        if (!asked.is_named(item)) return true;
        items.push_back(item);
        return items.size() < asked.count;
      },
      Deadline::after(run.clock.steady(), kRunMax)));
  for (const process::QuarantineItem& item : items) {
    if (!TRY(redeliver_item(redelivery, item, run, sums))) break;
  }
  return {};
}

// What `--id` names: a delivery by its object's URL, or an object in quarantine.
Result<> take_id(const Arguments& arguments, Asked& asked) {
  if (arguments.id.empty()) return {};
  if (const std::optional<process::ObjectPlace> place = place_of_url(arguments.id)) {
    asked.kinds = {"parked"};
    asked.quarantine.kinds.clear();
    asked.parked.bucket = place->bucket;
    asked.parked.key = place->key;
    return {};
  }
  const std::optional<QuarantineKey> key = parse_quarantine_key(ObjectKey(arguments.id));
  if (!key)
    return Error{Fault::Invalid,
                 "--id: " + arguments.id + ": is not an id that `headgate undelivered list` shows"};
  asked.kinds = {name_of(key->kind)};
  asked.quarantine.kinds = {key->kind};
  asked.quarantine_id = arguments.id;
  return {};
}

Result<int> redeliver(const Arguments& arguments, Asked asked, ProcessRun& run,
                      assembly::DeliveryBackend& deps) {
  if (arguments.kinds.empty() && arguments.id.empty())
    return Error{Fault::Invalid,
                 "--kind: say what to redeliver: parked, dead-letter, events, message or object"};
  TRY(take_id(arguments, asked));
  if (arguments.is_restamped && !asked.has_kind("events"))
    return Error{Fault::Invalid, "--restamp: works on events only; add --kind=events"};
  if (asked.has_kind("lost"))
    return Error{Fault::Invalid, "--kind=lost: cannot be redelivered, because the objects were deleted"};
  const bool is_filtered = !asked.parked.tenant.empty() || !asked.parked.destination.empty() ||
                           !asked.parked.reason.empty() || asked.parked.from || asked.parked.until;
  if (asked.has_kind("dead-letter") && is_filtered)
    return Error{
        Fault::Invalid,
        "--kind=dead-letter: they cannot be chosen by tenant, destination, reason or time; only --count"};
  if (arguments.is_dry_run) return list_all(asked, run, deps);
  Sums sums;
  if (asked.has_kind("dead-letter")) TRY(redeliver_dead_letters(asked, run, deps, sums));
  if (asked.has_kind("parked")) TRY(redeliver_parked(asked, run, deps, sums));
  if (!asked.quarantine.kinds.empty()) TRY(redeliver_quarantine(arguments, asked, run, deps, sums));
  run.output << "redelivered " << sums.done << ", before " << sums.before << ", left " << sums.left
             << ", lost " << sums.lost << '\n';
  const bool is_nothing = sums.done + sums.before + sums.left + sums.lost == 0;
  if (is_nothing && !arguments.id.empty())
    run.output << "nothing waits under this id, see `headgate undelivered list`: " << shown(arguments.id)
               << '\n';
  if (sums.lost > 0 || (is_nothing && !arguments.id.empty())) return kExitLost;
  return sums.left == 0 ? 0 : kExitLeft;
}

Result<int> show(const Arguments& arguments, ProcessRun& run, assembly::DeliveryBackend& deps) {
  constexpr std::chrono::seconds kStoreTimeout{60};
  if (arguments.id.starts_with(kQuarantinePrefix)) {
    const ObjectKey key(arguments.id);
    const Deadline one_call = Deadline::after(run.clock.steady(), kStoreTimeout);
    const auto reader =
        TRY_IN(key.view(), deps.central_stores().first().open_reader(key, std::nullopt, one_call));
    std::array<char, std::size_t{16} << 10U> room{};
    for (;;) {
      const std::size_t bytes = TRY_IN(key.view(), reader->read(room));
      if (bytes == 0) return 0;
      write_as_it_is(run.output, {room.data(), bytes}, MayObey::Nothing);
    }
  }
  const Deadline deadline = Deadline::after(run.clock.steady(), kRunMax);
  if (deps.dead_letters() != nullptr) {
    for (const ReceivedMessage& message : TRY(deps.dead_letters()->dead_letters(kDeadLettersMax, deadline))) {
      if (message.id != arguments.id) continue;
      write_as_it_is(run.output, message.body + '\n', MayObey::Nothing);
      return 0;
    }
  }
  return Error{Fault::NotFound, arguments.id + ": is neither a key in quarantine nor one of the first " +
                                    std::to_string(kDeadLettersMax) + " dead letters"};
}

Result<int> run_undelivered(const Arguments& arguments, ProcessRun& run) {
  const Asked asked = TRY(asked_of(arguments));
  const bool is_look = !arguments.redeliver->parsed() || arguments.is_dry_run;
  const auto deps = TRY(
      assembly::DeliveryBackend::open(run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
                                      is_look ? assembly::Access::Look : assembly::Access::Change));
  if (arguments.show->parsed()) return show(arguments, run, *deps);
  if (arguments.list->parsed()) return list_all(asked, run, *deps);
  return redeliver(arguments, asked, run, *deps);
}

void add_choice(CLI::App& app, Arguments& arguments) {
  app.add_option("--kind", arguments.kinds,
                 "parked: deliveries that wait for a repair; lost: deliveries whose objects were deleted; "
                 "dead-letter: messages that were received too often; events: events that a log group "
                 "refused; message: invalid messages; object: damaged objects. Can be repeated")
      ->check(CLI::IsMember({"parked", "lost", "dead-letter", "events", "message", "object"}));
  app.add_option("--tenant", arguments.tenant, "Only this tenant");
  app.add_option("--destination", arguments.destination,
                 "Only this destination, for example cloudwatch or s3#audit");
  app.add_option("--reason", arguments.reason,
                 "Only those whose reason contains this text, for example too-old");
  app.add_option("--from", arguments.from,
                 "Only those that have waited since this time or later, for example 2026-11-25T13:00:00Z");
  app.add_option("--to", arguments.to, "Only those that have waited since before this time");
  app.add_option("--count", arguments.count, "Most lines of each kind")
      ->check(CLI::Range(std::size_t{1}, kCountMax))
      ->capture_default_str();
}

}  // namespace

Command add_undelivered(CLI::App& parent, CommandDeps deps) {
  CLI::App* app = parent.add_subcommand("undelivered", "List, show and redeliver what was not delivered");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kReplay);
  app->require_subcommand(1);
  arguments->list = app->add_subcommand(
      "list", "Print a line for each: kind, since when it waits, tenant, destination, reason, id");
  add_choice(*arguments->list, *arguments);
  arguments->show =
      app->add_subcommand("show", "Print the body of a dead letter, or what quarantine holds under a key");
  arguments->show->add_option("id", arguments->id, "The id, as list shows it")->required();
  arguments->redeliver = app->add_subcommand(
      "redeliver",
      "Send parked deliveries, dead letters and messages to the queue, and events to their log group");
  add_choice(*arguments->redeliver, *arguments);
  arguments->redeliver->add_option("--id", arguments->id, "Only this id, as list shows it");
  arguments->redeliver->add_flag(
      "--restamp", arguments->is_restamped,
      "events: send them with the present time, so that they are neither too old nor too new");
  arguments->redeliver->add_flag("--dry-run", arguments->is_dry_run,
                                 "List what would be redelivered, and send nothing");
  for (CLI::App* one : {arguments->list, arguments->show, arguments->redeliver}) one->fallthrough();
  const auto run = [arguments, deps] {
    return run_configured("undelivered", *arguments->config, deps,
                          [&](ProcessRun& process) { return run_undelivered(*arguments, process); });
  };
  return {.app = app, .run = run};
}

}  // namespace headgate::cli
