#include "cli/dlq_command.h"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <memory>
#include <ostream>

#include "base/json_text.h"
#include "cli/object_url.h"
#include "cli/printable_stream.h"
#include "cli/process_run.h"
#include "config/setting.h"
#include "deliver/quarantine.h"
#include "model/metadata_text.h"
#include "model/notification.h"
#include "process/bucket_walk.h"

namespace headgate::cli {
namespace {

constexpr std::size_t kLookMax = 1000;
constexpr std::size_t kRedriveMax = 1'000'000'000;

struct Arguments {
  std::shared_ptr<config::ConfigArguments> config;
  CLI::App* list = nullptr;
  CLI::App* show = nullptr;
  CLI::App* redrive = nullptr;
  CLI::App* purge = nullptr;
  std::size_t count = 100;
  std::size_t redrive_count = 0;
  std::string id;
  bool is_sure = false;
};

// What a message stands for, in a line.
std::string objects_of(const ReceivedMessage& message) {
  const Result<Notification> notification = parse_notification(message.body);
  if (!notification.ok()) return "(" + notification.error().what + ")";
  std::string objects;
  for (const ObjectCreated& object : notification->objects)
    objects += (objects.empty() ? "" : " ") + url_of({object.bucket, object.key});
  return objects.empty() ? "(no object)" : objects;
}

constexpr std::chrono::seconds kStoreTimeout{60};
constexpr std::chrono::seconds kQueueTimeout{300};  // of one command, however many messages it moves

std::string metadata_of(const ObjectInfo& info, const char* name) {
  const auto found = info.metadata.find(name);
  if (found == info.metadata.end()) return "-";
  std::string text = text_of_metadata(found->second);
  // Others chose some of these bytes: one line stays one line.
  std::replace_if(
      text.begin(), text.end(),
      [](char byte) { return static_cast<unsigned char>(byte) < ' ' || byte == 0x7f; }, '?');
  return text;
}

// What processors could make nothing of: nobody retries it, so no dead letter stands for it.
Result<> list_quarantine(ObjectStore& store, std::size_t count, Clock& clock, std::ostream& output) {
  Result<> shown;
  const auto show = [&](ObjectStore&, const ObjectInfo& object) {
    if (count == 0) return process::Walk::Stop;
    const Result<ObjectInfo> info = store.head(object.key, Deadline::after(clock.steady(), kStoreTimeout));
    if (!info.ok()) {
      shown = Error(info.error()).in(object.key.view());
      return process::Walk::Stop;
    }
    output << object.key.view() << "  " << to_rfc3339(object.modified_at) << "  "
           << metadata_of(*info, deliver::kReasonMetadata) << "  "
           << metadata_of(*info, deliver::kSourceMetadata) << '\n';
    --count;
    return process::Walk::On;
  };
  for (const char* kind : {"messages/", "objects/"}) {
    const std::string prefix = std::string(kQuarantinePrefix) + kind;
    const process::Walked walked = process::walk_buckets(clock, {&store}, {.prefix = prefix}, show);
    TRY(shown);
    TRY(whole(walked));
    if (walked.interrupted && count > 0) return Error{Fault::Stopped, "stopped"};
  }
  return {};
}

Result<> show_quarantine(ObjectStore& store, const ObjectKey& key, Clock& clock, std::ostream& output) {
  const Deadline deadline = Deadline::after(clock.steady(), kStoreTimeout);
  const auto reader = TRY_IN(key.view(), store.open_reader(key, std::nullopt, deadline));
  std::array<char, std::size_t{16} << 10U> room{};
  for (;;) {
    const std::size_t bytes = TRY_IN(key.view(), reader->read(room));
    if (bytes == 0) return {};
    write_as_it_is(output, {room.data(), bytes}, MayObey::Nothing);
  }
}

Result<int> act(const Arguments& arguments, DeadLetters& letters, ObjectStore& store, Clock& clock,
                std::ostream& output) {
  const Deadline deadline = Deadline::after(clock.steady(), kQueueTimeout);
  if (arguments.list->parsed()) {
    for (const ReceivedMessage& message : TRY(letters.dead_letters(arguments.count, deadline)))
      output << message.id << "  " << to_rfc3339(message.sent_at) << "  received " << message.receive_count
             << "  " << objects_of(message) << '\n';
    TRY(list_quarantine(store, arguments.count, clock, output));
    return 0;
  }
  if (arguments.show->parsed() && arguments.id.starts_with(kQuarantinePrefix)) {
    TRY(show_quarantine(store, ObjectKey(arguments.id), clock, output));
    return 0;
  }
  if (arguments.show->parsed()) {
    for (const ReceivedMessage& message : TRY(letters.dead_letters(kLookMax, deadline))) {
      if (message.id != arguments.id) continue;
      write_as_it_is(output, message.body + '\n', MayObey::Nothing);
      return 0;
    }
    return Error{Fault::NotFound,
                 "no dead letter " + arguments.id + " among the first " + std::to_string(kLookMax)};
  }
  if (arguments.redrive->parsed()) {
    output << "redriven " << TRY(letters.redrive(arguments.redrive_count, deadline)) << '\n';
    return 0;
  }
  if (!arguments.is_sure)
    return Error{Fault::Invalid,
                 "purge deletes every dead letter for ever; add --yes to confirm (stored objects stay, and "
                 "`headgate process --mode scan` finds what was not delivered)"};
  output << "purged " << TRY(letters.purge(deadline)) << '\n';
  return 0;
}

Result<int> run_dlq(const Arguments& arguments, ProcessRun& run) {
  const bool is_look = arguments.list->parsed() || arguments.show->parsed();
  const auto deps = TRY(
      assembly::DeliveryBackend::open(run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
                                      is_look ? assembly::Access::Look : assembly::Access::Change));
  if (deps->dead_letters() == nullptr) return Error{Fault::Invalid, "aws.queue_url: must be set"};
  return act(arguments, *deps->dead_letters(), deps->central_stores().first(), run.clock, run.output);
}

}  // namespace

Command add_dlq(CLI::App& parent, CommandDeps deps) {
  CLI::App* app = parent.add_subcommand(
      "dlq", "List, show, send back or delete dead letters, which are messages that were received too often");
  auto arguments = std::make_shared<Arguments>();  // shared by the app's options and the run
  arguments->config = add_config_flags(*app, config::kReplay);
  app->require_subcommand(1);
  arguments->list =
      app->add_subcommand("list",
                          "Print a line for each dead letter: id, when sent, how often received, objects. "
                          "Then a line for each message and object in quarantine: key, when, reason, source");
  arguments->list->add_option("--count", arguments->count, "Most lines of each of the two")
      ->check(CLI::Range(std::size_t{1}, kLookMax))
      ->capture_default_str();
  arguments->show =
      app->add_subcommand("show", "Print the body of a dead letter, or what quarantine holds under a key");
  arguments->show->add_option("id", arguments->id, "The id, as list shows it")->required();
  arguments->redrive = app->add_subcommand(
      "redrive", "Send dead letters back to the queue, as if they had never been received");
  arguments->redrive->add_option("--count", arguments->redrive_count, "Most messages; 0 means all")
      ->check(CLI::Range(std::size_t{0}, kRedriveMax));
  arguments->purge = app->add_subcommand("purge", "Delete all dead letters");
  arguments->purge->add_flag("--yes", arguments->is_sure, "Confirm that all of them are deleted");
  for (CLI::App* one : {arguments->list, arguments->show, arguments->redrive, arguments->purge})
    one->fallthrough();
  const auto run = [arguments, deps] {
    return run_configured("dlq", *arguments->config, deps,
                          [&](ProcessRun& process) { return run_dlq(*arguments, process); });
  };
  return {.app = app, .run = run};
}

}  // namespace headgate::cli
