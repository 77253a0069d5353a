// Modes manual and scan: what is named, or what was missed.
#include <fstream>
#include <iterator>
#include <ostream>

#include "cli/command.h"
#include "cli/delivery_workers.h"
#include "cli/process_run.h"
#include "process/plan.h"
#include "process/scan.h"

namespace headgate::cli {
namespace {

Result<ObjectCreated> object_of(const std::string& url) {
  constexpr std::string_view kScheme = "s3://";
  const std::size_t slash = url.find('/', kScheme.size());
  if (!url.starts_with(kScheme) || slash == std::string::npos || slash == kScheme.size() ||
      slash + 1 == url.size())
    return Error{Fault::Invalid, "--object: " + url + ": write it as s3://bucket/key"};
  return ObjectCreated{.bucket = BucketName(url.substr(kScheme.size(), slash - kScheme.size())),
                       .key = ObjectKey(url.substr(slash + 1))};
}

Result<std::string> read_event(const std::string& name, std::istream& standard_input) {
  std::ifstream file;
  if (name != "-") file.open(name, std::ios::binary);
  std::istream& input = name == "-" ? standard_input : file;
  std::string text(kNotificationBytesMax + 1, '\0');
  input.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(input.gcount()));
  if (input.bad() || (name != "-" && !file.is_open()))
    return Error{Fault::Invalid, "--event: " + name + ": cannot be read"};
  return text;
}

// What the command line names.
Result<std::vector<ObjectCreated>> named_objects(const ProcessArguments& arguments, std::istream& input) {
  std::vector<ObjectCreated> objects;
  for (const std::string& url : arguments.objects) objects.push_back(TRY(object_of(url)));
  if (!arguments.event.empty()) {
    const std::string text = TRY(read_event(arguments.event, input));
    Notification event = TRY_IN("--event", parse_notification(text));
    std::move(event.objects.begin(), event.objects.end(), std::back_inserter(objects));
  }
  if (objects.empty())
    return Error{Fault::Invalid, "mode manual: no --object, and no --event that names one"};
  return objects;
}

// Which records without a time of their own get. What cannot be asked now shows when it is delivered.
ObjectCreated with_its_time(ProcessRun& run, DeliveryWorld& world, ObjectCreated object) {
  constexpr std::chrono::seconds kHeadMax{30};
  ObjectStore* const central = world.central_stores().of(object.bucket);
  if (object.at > Timestamp{} || central == nullptr) return object;
  const Result<ObjectInfo> info = central->head(object.key, Deadline::after(run.clock.steady(), kHeadMax));
  if (info.ok()) {
    object.at = info->modified_at;
    object.bytes = info->bytes;
  }
  return object;
}

class Planner {
 public:
  Planner(ProcessRun& run, DeliveryWorld& world, const process::ProcessorOptions& options)
      : output_(run.output),
        planning_{.tenants = world.tenants(),
                  .groups = options.groups,
                  .key_template = options.key_template,
                  .buckets = options.buckets} {}

  Result<> show(const ObjectCreated& object) {
    output_ << "s3://" << object.bucket.view() << '/' << object.key.view() << '\n';
    for (const process::PlannedDelivery& planned : TRY(process::plan(planning_, object)))
      output_ << "  " << planned.destination.view() << (planned.is_delivered ? " -> " : "    ")
              << planned.what << '\n';
    return {};
  }

 private:
  std::ostream& output_;
  const process::Planning planning_;
};

std::string_view words_of(process::Verdict verdict) {
  switch (verdict) {
    case process::Verdict::Done:
      return "done";
    case process::Verdict::TryLater:
      return "not done: it may work later";
    case process::Verdict::Park:
      return "parked";
  }
  CHECK(false);
}

Result<> plan_all(ProcessRun& run, const ProcessArguments& arguments, DeliveryWorld& world,
                  Planner& planner) {
  constexpr std::size_t kPage = 1000;
  constexpr std::chrono::seconds kListMax{60};
  ObjectKey after(arguments.after);
  for (bool is_last = false; !is_last && !run.stop.stop_requested();) {
    const ObjectPage page = TRY(
        world.central().list(arguments.prefix, after, kPage, Deadline::after(run.clock.steady(), kListMax)));
    for (const ObjectInfo& info : page.objects) {
      TRY(planner.show({.bucket = world.central().bucket(), .key = info.key}));
      after = info.key;
    }
    is_last = page.is_last || page.objects.empty();
  }
  return {};
}

}  // namespace

Result<int> process_by_hand(ProcessRun& run, const ProcessArguments& arguments, std::istream& input) {
  const std::vector<ObjectCreated> objects = TRY(named_objects(arguments, input));
  const auto world = TRY(DeliveryWorld::open(run.client_world(), run.config, run.stop));
  const process::ProcessorOptions options = TRY(processor_options(run.config, run.owner()));
  if (arguments.is_dry_run) {
    Planner planner(run, *world, options);
    for (const ObjectCreated& object : objects) TRY(planner.show(object));
    return 0;
  }
  process::Processor processor(run.processor_world(*world), options);
  int status = 0;
  for (const ObjectCreated& named : objects) {
    const ObjectCreated object = with_its_time(run, *world, named);
    process::Verdict verdict = process::Verdict::Park;
    if (options.buckets.contains(object.bucket)) {
      verdict = processor.process(object, {.stop = run.stop}).verdict;
      run.output << words_of(verdict);
    } else {
      run.output << "refused: the bucket is not one of process.buckets";
    }
    run.output << "  s3://" << object.bucket.view() << '/' << object.key.view() << '\n';
    if (verdict != process::Verdict::Done) status = kExitFailure;
  }
  return status;
}

Result<int> process_by_scan(ProcessRun& run, const ProcessArguments& arguments) {
  const auto world = TRY(DeliveryWorld::open(run.client_world(), run.config, run.stop));
  const process::ProcessorOptions options = TRY(processor_options(run.config, run.owner()));
  if (arguments.is_dry_run) {
    Planner planner(run, *world, options);
    TRY(plan_all(run, arguments, *world, planner));
    return 0;
  }
  process::Processor processor(run.processor_world(*world), options);
  process::Scan scan(
      {.clock = run.clock, .central = world->central(), .ledger = world->ledger(), .processor = processor},
      options.key_template);
  const process::ScanCounts counts =
      TRY(scan.run({.prefix = arguments.prefix,
                    .after = ObjectKey(arguments.after),
                    .age_min = std::chrono::seconds{static_cast<std::int64_t>(arguments.age_min)}},
                   {.stop = run.stop}));
  run.output << "done " << counts.done << ", not done " << counts.not_done << ", too young "
             << counts.too_young << ", older than the ledger remembers " << counts.too_old
             << ", no log objects " << counts.skipped << '\n';
  if (run.stop.stop_requested()) run.output << "stopped; go on with --after=" << counts.last.view() << '\n';
  return counts.not_done == 0 && !run.stop.stop_requested() ? 0 : kExitFailure;
}

}  // namespace headgate::cli
