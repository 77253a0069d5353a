// Modes manual and scan: what is named, or what was missed.
// Tests: tests/e2e/vector_objects_test.py, src/cli/several_buckets_test.cc
#include <algorithm>
#include <fstream>
#include <iterator>
#include <ostream>

#include "assembly/delivery_workers.h"
#include "cli/command.h"
#include "cli/object_url.h"
#include "cli/process_run.h"
#include "cli/tally_words.h"
#include "model/quarantine_key.h"
#include "process/central_objects.h"
#include "process/plan.h"
#include "process/scan.h"

namespace headgate::cli {
namespace {

Result<ObjectCreated> object_of(const std::string& url) {
  const std::optional<process::ObjectPlace> place = place_of_url(url);
  if (!place || place->key.empty())
    return Error{Fault::Invalid, "--object: " + url + ": write it as s3://bucket/key"};
  return ObjectCreated{.bucket = place->bucket, .key = place->key};
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
    return Error{Fault::Invalid, "mode manual needs --object, or an --event that names objects"};
  return objects;
}

// Its time is what records without one get. None: there is no such object. What cannot be asked now shows
// when it is delivered.
std::optional<ObjectCreated> as_it_is(ProcessRun& run, assembly::DeliveryBackend& deps,
                                      ObjectCreated object) {
  constexpr std::chrono::seconds kHeadMax{30};
  process::CentralObjects central(*deps.central_stores().of(object.bucket));
  const Result<ObjectInfo> info = central.head(object.key, Deadline::after(run.clock.steady(), kHeadMax));
  if (!info.ok() && info.error().fault == Fault::NotFound) return std::nullopt;
  if (info.ok() && object.at <= Timestamp{}) {
    object.at = info->modified_at;
    object.bytes = info->bytes;
  }
  return object;
}

class Planner {
 public:
  Planner(ProcessRun& run, assembly::DeliveryBackend& deps, const process::ProcessorOptions& options)
      : clock_(run.clock),
        output_(run.output),
        planning_{.tenants = deps.tenants(),
                  .groups = options.groups,
                  .key_template = options.key_template,
                  .buckets = options.buckets} {}

  Result<> show(const ObjectCreated& object) {
    output_ << url_of({object.bucket, object.key}) << '\n';
    for (const process::PlannedDelivery& planned :
         TRY(process::plan(planning_, object, Deadline::after(clock_.steady(), kPlanMax))))
      output_ << "  " << planned.destination.view() << (planned.is_delivered ? " -> " : "    ")
              << planned.what << '\n';
    return {};
  }

 private:
  static constexpr std::chrono::seconds kPlanMax{60};  // of one object
  Clock& clock_;
  std::ostream& output_;
  const process::Planning planning_;
};

// Gives the exit status.
int deliver_one(ProcessRun& run, assembly::DeliveryBackend& deps, process::Processor& processor,
                const process::ProcessorOptions& options, const ObjectCreated& named) {
  const std::string url = url_of({named.bucket, named.key});
  if (!options.buckets.contains(named.bucket)) {
    run.output << "refused  " << url << "  the bucket is not one of process.buckets\n";
    return kExitLeft;
  }
  // It may be a slip of the pen: nobody is told that something is lost.
  const std::optional<ObjectCreated> object = as_it_is(run, deps, named);
  if (!object) {
    run.output << "gone  " << url << "  there is no such object\n";
    return kExitLost;
  }
  const process::Tally tally = processor.process(*object, {.stop = run.stop}).tally;
  run.output << word_of(tally) << "  " << url << "  " << numbers_of(tally) << '\n';
  return exit_status_of(tally);
}

// What cannot be listed is told at the end; an error of the tenants' store ends it.
Result<> plan_all(ProcessRun& run, const std::vector<ObjectStore*>& buckets,
                  const process::WalkOptions& options, Planner& planner) {
  Result<> shown;
  const process::Walked walked =
      walk_buckets(run.clock, buckets, options, [&](ObjectStore& bucket, const ObjectInfo& info) {
        if (run.stop.stop_requested()) return process::Walk::Stop;
        if (is_quarantine_key(info.key)) return process::Walk::On;
        shown = planner.show({.bucket = bucket.bucket(), .key = info.key});
        return shown.ok() ? process::Walk::On : process::Walk::Stop;
      });
  TRY(std::move(shown));
  return whole(walked);
}

}  // namespace

Result<int> process_by_hand(ProcessRun& run, const ProcessArguments& arguments, std::istream& input) {
  const std::vector<ObjectCreated> objects = TRY(named_objects(arguments, input));
  const auto deps = TRY(assembly::DeliveryBackend::open(
      run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
      arguments.is_dry_run ? assembly::Access::Look : assembly::Access::Change));
  const process::ProcessorOptions options = TRY(assembly::processor_options(run.config, run.owner()));
  if (arguments.is_dry_run) {
    Planner planner(run, *deps, options);
    for (const ObjectCreated& object : objects) TRY(planner.show(object));
    return 0;
  }
  process::Processor processor(run.processor_deps(*deps), options);
  int status = 0;
  for (const ObjectCreated& named : objects)
    status = std::max(status, deliver_one(run, *deps, processor, options, named));
  return status;
}

Result<int> process_by_scan(ProcessRun& run, const ProcessArguments& arguments) {
  const auto deps = TRY(assembly::DeliveryBackend::open(
      run.client_deps(), run.config, {.all = run.stop, .writes = run.stop},
      arguments.is_dry_run ? assembly::Access::Look : assembly::Access::Change));
  const process::ProcessorOptions options = TRY(assembly::processor_options(run.config, run.owner()));
  const std::vector<ObjectStore*> buckets = deps->central_stores().named(options.buckets);
  const process::WalkOptions walk = TRY(walk_options(arguments.prefix, arguments.after, buckets));
  if (arguments.is_dry_run) {
    Planner planner(run, *deps, options);
    TRY(plan_all(run, buckets, walk, planner));
    return 0;
  }
  process::Processor processor(run.processor_deps(*deps), options);
  process::Scan scan(
      {.clock = run.clock, .buckets = buckets, .ledger = deps->ledger(), .processor = processor},
      options.key_template);
  const process::ScanCounts counts =
      scan.run({.walk = walk, .age_min = std::chrono::seconds{static_cast<std::int64_t>(arguments.age_min)}},
               {.stop = run.stop});
  run.output << "objects: done " << counts.done << ", not done " << counts.not_done << ", too young "
             << counts.too_young << ", older than the ledger remembers " << counts.too_old
             << ", no log objects " << counts.skipped << '\n';
  const std::string numbers = numbers_of(counts.tally);
  run.output << "deliveries: " << (numbers.empty() ? "none" : numbers) << '\n';
  tell_of_parked(run.output, counts.tally);
  const std::optional<process::ObjectPlace>& interrupted = counts.walked.interrupted;
  if (interrupted) run.output << "stopped; go on with --after=" << after_text(*interrupted, buckets) << '\n';
  TRY(whole(counts.walked));
  return std::max(exit_status_of(counts.tally), interrupted ? kExitLeft : 0);
}

}  // namespace headgate::cli
