#include "process/processor.h"

#include <algorithm>
#include <system_error>
#include <thread>

#include "base/log.h"
#include "deliver/log_delivery.h"
#include "deliver/object_text.h"
#include "model/record_reader.h"
#include "process/failure_log.h"

namespace headgate::process {
namespace {

// Nothing of the object was, or is, for this destination.
bool is_wholly_filtered(const deliver::DeliveryCounts& counts) {
  return counts.filtered > 0 && counts.events + counts.repeated + counts.quarantined == 0;
}

}  // namespace

struct Processor::Try {
  deliver::Delivery delivery;
  DestinationKind kind = DestinationKind::CloudWatch;
  std::shared_ptr<deliver::Gate> gate;
  deliver::Gate::Pass pass;
  DeliveryMeters::Meters* meters = nullptr;
  std::shared_ptr<LogSink> sink;               // of a log group
  std::unique_ptr<deliver::LogDelivery> logs;  // once the object is open
  std::optional<Error> failed;
  std::string misrouted;  // why it cannot be delivered as it is configured; empty: it can
  deliver::DeliveryCounts counts;
  Timestamp tried_since;        // the first try, or the last batch that was confirmed
  std::uint32_t releases = 0;   // of a delivery that had been parked
  Timestamp parked_since = {};  // and since when
};

Processor::Processor(Deps deps, ProcessorOptions options)
    : deps_(deps),
      options_(std::move(options)),
      own_(deps.shared == nullptr ? std::make_unique<Shared>(deps.metrics) : nullptr),
      shared_(own_ ? *own_ : *deps.shared),
      settlement_(deps.clock, deps.ledger, options_.owner, options_.lease, shared_.said),
      quarantine_(deps.central.first(), deps.metrics),
      unknown_tenant_(deps.metrics.counter("headgate_deliver_unknown_tenant_total",
                                           "Objects parked because nobody configured their tenant")),
      former_tenant_(deps.metrics.counter(
          "headgate_deliver_former_tenant_total",
          "Objects parked because they were stored when their tenant's id was another customer's")),
      tried_alone_(
          deps.metrics.counter("headgate_process_tried_alone_total",
                               "Deliveries tried alone because a worker died while it delivered them")) {
  for (const std::string_view reason : {"disabled", "quarantine", "test-event", "other-event"})
    (void)acknowledged(reason);
  for (ObjectStore* store : deps.central.all())
    central_.try_emplace(store->bucket(), deps.clock, *store, options_.decompression, shared_.large_lines);
  for (const BucketName& bucket : options_.buckets) CHECK(central_.contains(bucket));
}

Processor::Central& Processor::central_of(const Job& job) {
  const auto found = central_.find(job.object.bucket);
  CHECK(found != central_.end());  // who names a job has asked options_.buckets
  return found->second;
}

Outcome Processor::process(const Task& task, const deliver::Limits& limits,
                           const std::function<void()>& on_good, Isolation isolation) {
  const ReceivedMessage& message = task.message;
  if (!task.readable.ok()) return refuse_message(message, task.readable.error().what, limits);
  if (task.is_test_event) acknowledged("test-event").add();
  if (task.other_events > 0) acknowledged("other-event").add();
  Outcome outcome;
  std::vector<std::string> refusals;
  for (const NamedObject& named : task.objects) {
    if (limits.is_over(deps_.clock.steady()))
      return both(outcome, {.verdict = Verdict::TryLater, .is_interrupted = true});
    Route route = route_of(named, options_.buckets);
    if (route.fate == Fate::Acknowledge) {
      acknowledged(route.reason).add();
    } else if (route.fate == Fate::Refuse) {
      refusals.push_back(std::move(route.reason));
    } else {
      const Job job{.object = named.object,
                    .limits = limits,
                    .tries = message.sent_at > Timestamp{} ? message.receive_count : 0,
                    .on_good = on_good ? &on_good : nullptr,
                    .isolation = isolation};
      outcome = both(outcome, process_one(job, *named.fields));
    }
  }
  if (!refusals.empty())
    outcome = both(outcome, refuse_message(message, reasons_in_words(std::move(refusals)), limits));
  return outcome;
}

// It will never be understood: kept, with the reason, and not asked about again.
Outcome Processor::refuse_message(const ReceivedMessage& message, std::string_view reason,
                                  const deliver::Limits& limits) {
  log::warn("message_quarantined",
            "A message of the queue is invalid and is moved to quarantine. The field reason says why.",
            {{"message_id", message.id}, {"reason", reason}});
  const Deadline until = limits.writing(deps_.clock.steady(), options_.timeout);
  const bool is_kept = quarantine_.put_message(message.id, message.body, reason, until).ok();
  return {.verdict = is_kept ? Verdict::Done : Verdict::TryLater};
}

Outcome Processor::process(const ObjectCreated& object, const deliver::Limits& limits) {
  const Result<KeyFields> fields = options_.key_template.parse_key(object.key);
  if (!fields.ok()) {
    log::warn("object_key_invalid",
              "An object's key does not fit the key template, so the object cannot be delivered.",
              {{"key", object.key.view()}, {"error", fields.error().what}});
    return {.verdict = Verdict::Park, .tally = {.refused = 1}};
  }
  return process_one({.object = object, .limits = limits}, *fields);
}

Outcome Processor::process_one(const Job& job, const KeyFields& fields) {
  Result<tenants::TenantView> tenant = deps_.tenants.of(fields.tenant, job.limits.written_by);
  if (tenant.ok() && (!tenant->is_known || !tenant->invalid.empty()) &&
      shared_.asked_again.happened(fields.tenant.view(), deps_.clock.steady())) {
    // A configuration that was fixed a moment ago parks nothing.
    deps_.tenants.forget(fields.tenant);
    tenant = deps_.tenants.of(fields.tenant, job.limits.written_by);
  }
  if (!tenant.ok()) {
    if (const auto times = happened("tenant " + fields.tenant.str())) {
      log::warn("tenant_configuration_not_read",
                "The configuration of a tenant could not be read. Its objects are tried again later.",
                {{"tenant", fields.tenant.view()}, {"error", tenant.error().what}, {"times", *times}});
    }
    return {.verdict = Verdict::TryLater, .tally = {.later = 1}};
  }
  if (!tenant->is_known) return park_unknown(job, fields.tenant);
  if (tenant->objects_since && job.object.at < *tenant->objects_since) return park_former(job, fields.tenant);
  if (tenant->active.empty() && tenant->invalid.empty()) {
    acknowledged("disabled").add();
    return {.tally = {.disabled = 1}};
  }
  return deliver_all(job, fields, *tenant);
}

Outcome Processor::deliver_all(const Job& job, const KeyFields& fields, const tenants::TenantView& tenant) {
  Outcome outcome;
  for (const tenants::InvalidConfiguration& invalid : tenant.invalid) {
    if (is_left_out(invalid.type) || !options_.replay.empty()) continue;
    const DeliveryId id = id_at(job, fields, invalid.type);
    const std::string reason = "invalid configuration: " + in_words(invalid.problems);
    outcome = both(outcome, outcome_of(settlement_.settle_unclaimed(id, DeliveryState::Parked, reason,
                                                                    job.limits.written_by)));
  }
  std::vector<Try> bucket_tries;
  std::vector<Try> log_tries;
  for (const TenantConfiguration& configuration : tenant.active) {
    if (is_left_out(configuration.type)) continue;
    std::optional<Try> one = begin(job, fields, configuration, outcome);
    if (!one) continue;
    if (!one->misrouted.empty()) {
      outcome = both(outcome, settle(job, *one, Error{Fault::Invalid, one->misrouted}));
    } else {
      (one->kind == DestinationKind::S3 ? bucket_tries : log_tries).push_back(std::move(*one));
    }
  }
  if (fields.is_packed()) outcome = both(outcome, settle_unwanted(job, log_tries));
  std::vector<Part> parts;
  for (Try& one : bucket_tries)
    parts.emplace_back([this, &job, to = &one] { return deliver_to_bucket(job, *to); });
  if (options_.is_side_by_side) {
    for (Try& one : log_tries)
      parts.emplace_back([this, &job, to = &one] { return deliver_logs(job, {to, 1}); });
    return both(outcome, run_side_by_side(job, parts));
  }
  if (!log_tries.empty()) parts.emplace_back([&] { return deliver_logs(job, log_tries); });
  for (const Part& part : parts) outcome = both(outcome, part());
  return outcome;
}

// Each log destination reads the object by itself, so that it waits for none of the others: a second read
// costs less than a delivery that is late for a stranger's trouble.
Outcome Processor::run_side_by_side(const Job& job, const std::vector<Part>& parts) {
  std::vector<Outcome> outcomes(parts.size());
  const auto run = [&](std::size_t first) {
    for (std::size_t at = first; at < parts.size(); at += kSideBySideMax) {
      outcomes[at] = parts[at]();
      const bool is_news = parts.size() > 1 && outcomes[at].health == Health::Good;
      if (is_news && job.on_good != nullptr) (*job.on_good)();
    }
  };
  {
    std::vector<std::jthread> others;
    std::vector<std::size_t> not_started;
    for (std::size_t first = 1; first < std::min(parts.size(), kSideBySideMax); ++first) {
      try {
        others.emplace_back([&run, first] { run(first); });
      } catch (const std::system_error&) {  // no more threads to be had
        not_started.push_back(first);
      }
    }
    if (!parts.empty()) run(0);
    for (const std::size_t first : not_started) run(first);
  }
  Outcome outcome;
  for (const Outcome& one : outcomes) outcome = both(outcome, one);
  return outcome;
}

DeliveryId Processor::id_at(const Job& job, const KeyFields& fields,
                            const DestinationName& destination) const {
  const bool is_replay = !options_.replay.empty();
  return {
      .bucket = job.object.bucket,
      .key = job.object.key,
      .tenant = fields.tenant,
      .destination = is_replay ? DestinationName(destination.str() + "~" + options_.replay) : destination};
}

bool Processor::is_left_out(const DestinationName& destination) const {
  return !options_.only.empty() && !options_.only.contains(destination);
}

// Empty when there is nothing for us to do: not wanted, settled, someone else's, or no use to try now.
std::optional<Processor::Try> Processor::begin(const Job& job, const KeyFields& fields,
                                               const TenantConfiguration& configuration, Outcome& outcome) {
  const DeliveryId id = id_at(job, fields, configuration.type);
  DeliveryMeters::Meters& meters = shared_.meters.of(id.tenant, configuration.type);
  Route route = route_at(configuration, fields, options_.groups, options_.buckets);
  if (route.fate == Fate::Filter) {
    const Settlement::Settled settled =
        settlement_.settle_unclaimed(id, DeliveryState::Filtered, "", job.limits.written_by);
    if (settled.verdict == Verdict::Done) meters.objects_filtered.add();
    outcome = both(outcome, outcome_of(settled));
    return std::nullopt;
  }
  const Claimed claimed = claim(job, id);
  if (claimed.hold == Hold::NeedsAlone) {
    outcome = both(outcome, {.verdict = Verdict::TryLater, .needs_alone = true, .tally = {.later = 1}});
    return std::nullopt;
  }
  if (claimed.hold != Hold::Ours) {
    const bool is_settled = claimed.hold == Hold::Settled;
    outcome = both(outcome, {.verdict = is_settled ? Verdict::Done : Verdict::TryLater,
                             .tally = tally_before(is_settled ? claimed.state : DeliveryState::Pending)});
    return std::nullopt;
  }
  Try one;
  one.kind = kind_of(configuration.type).value_or(DestinationKind::CloudWatch);
  one.gate = shared_.gates.of(id.tenant, configuration.type);
  one.releases = claimed.releases;
  one.parked_since = claimed.parked_since;
  one.meters = &meters;
  one.tried_since = claimed.since;
  if (route.fate == Fate::Park) one.misrouted = std::move(route.reason);
  if (claimed.deaths >= kDeathsMax) {
    one.misrouted = reason_of_deaths(claimed.deaths);
  } else if (claimed.deaths > 0) {
    tried_alone_.add();
    say_tried_after_deaths(id, claimed.deaths);
  }
  one.delivery = deliver::Delivery{.id = id,
                                   .fields = fields,
                                   .configuration = configuration,
                                   .owner = options_.owner,
                                   .lease = options_.lease,
                                   .timeout = options_.timeout,
                                   .limits = job.limits,
                                   .progress = claimed.progress,
                                   .object_at = job.object.at,
                                   .wants = wanted_of_packed(configuration, fields)};
  deliver::Gate::Admission admission = deliver::Gate::admit(one.gate, deps_.clock.steady());
  if (admission.wait) {
    outcome = both(outcome, refuse(job, one, *admission.wait));
    return std::nullopt;
  }
  one.pass = std::move(admission.pass);
  return one;
}

// A settled delivery of what lay under that key before is none of what lies there now. Only the store says
// what lies there: the event may be late, of the content before, or without an ETag.
Claimed Processor::claim(const Job& job, const DeliveryId& id) {
  Claimed claimed = settlement_.claim(id, job.isolation, job.limits.written_by);
  if (claimed.hold != Hold::Settled || claimed.etag.empty() || claimed.etag == job.object.etag)
    return claimed;
  const Result<ObjectInfo> info = central_of(job).store.head(job.object.key, deadline(job, options_.timeout));
  if (!info.ok() && info.error().fault != Fault::NotFound) return {.hold = Hold::Unknown};
  if (!info.ok() || info->etag == claimed.etag) return claimed;
  log::info("object_overwritten",
            "An object was overwritten after its delivery. Its new content is delivered, too.",
            {{"tenant", id.tenant.view()}, {"destination", id.destination.view()}, {"key", id.key.view()}});
  DeliveryId now = id;
  now.etag = info->etag;
  return settlement_.claim_again(now, job.isolation, job.limits.written_by);
}

// Whose records a packed object holds its key does not say: what is wanted is chosen record by record.
deliver::WantsApplication Processor::wanted_of_packed(const TenantConfiguration& configuration,
                                                      const KeyFields& fields) const {
  if (!fields.is_packed() || tenants::wants_all(configuration)) return {};
  return [configuration, &groups = options_.groups](const Application& application) {
    return tenants::wants(configuration, application, groups);
  };
}

Deadline Processor::deadline(const Job& job, std::chrono::milliseconds wait) const {
  return sooner(job.limits.until, Deadline::after(deps_.clock.steady(), wait));
}

// Takes out the destinations that, by the index, want nothing of a packed object: a node holds few of a
// tenant's applications, and then neither is the object read nor a role assumed. Whatever is wrong with the
// index shows when the object is read.
Outcome Processor::settle_unwanted(const Job& job, std::vector<Try>& tries) {
  const auto may_be_unwanted = [](const Try& one) {
    return one.delivery.wants != nullptr && one.delivery.progress.next_batch == 0;
  };
  Outcome outcome;
  if (std::none_of(tries.begin(), tries.end(), may_be_unwanted)) return outcome;
  const Deadline until = deadline(job, options_.timeout);
  CentralObjects& central = central_of(job).store;
  const Result<ObjectInfo> info = central.head(job.object.key, until);
  if (!info.ok()) return outcome;
  const auto packed = deliver::read_packed_index(central, *info, until);
  if (!packed.ok()) return outcome;
  std::erase_if(tries, [&](Try& one) {
    if (!may_be_unwanted(one)) return false;
    if (!deliver::select(packed->index, one.delivery.wants).ranges.empty()) return false;
    one.counts.filtered = packed->index.lines();
    one.delivery.id.etag = info->etag;
    outcome = both(outcome, settle(job, one, {}));
    return true;
  });
  return outcome;
}

// The object is read once for all of the tenant's log destinations. A destination that fails drops out; the
// rest go on.
Outcome Processor::deliver_logs(const Job& job, std::span<Try> tries) {
  for (Try& one : tries) open_sink(job, one);
  const auto is_open = [](const Try& one) { return !one.failed; };
  const bool is_any_open = std::any_of(tries.begin(), tries.end(), is_open);
  Reading reading = is_any_open ? read_object(job, tries) : Reading();
  Result<>& read = reading.read;
  if (!read.ok() && read.error().fault == Fault::Invalid) read = keep_damage(job, read.error());
  Outcome outcome;
  for (Try& one : tries) {
    if (one.logs) one.counts = one.logs->counts();
    if (reading.is_gone && !one.failed) {
      outcome = both(outcome, settle_gone(job, one));
    } else {
      outcome = both(outcome, settle(job, one, one.failed ? Result<>(*one.failed) : read));
    }
  }
  return outcome;
}

// Before anything is settled: a delivery that is parked is not tried again, and then nobody would put the
// detail into quarantine. Gives what the delivery fails with.
Error Processor::keep_damage(const Job& job, const Error& damage) {
  const Result<> kept =
      quarantine_.put_object_detail(job.object.bucket, job.object.key, damage.what,
                                    job.limits.writing(deps_.clock.steady(), options_.timeout));
  return kept.ok() ? damage : Error(kept.error()).in(damage.what);
}

void Processor::open_sink(const Job& job, Try& one) {
  // Often from a cache.
  const deliver::Gate::Call call{
      .clock = deps_.clock, .limits = job.limits, .timeout = options_.timeout, .is_proof = false};
  Result<std::shared_ptr<LogSink>> sink = one.gate->run(
      call, [&](Deadline until) { return deps_.destinations.log_sink(one.delivery.configuration, until); });
  if (!sink.ok()) {
    one.failed = std::move(sink).error();
    return;
  }
  one.sink = std::move(sink).value();
}

// `info` is of the object that is read: what is delivered follows from it, whatever its event said.
void Processor::open_logs(Try& one, const ObjectInfo& info) {
  deliver::Delivery& delivery = one.delivery;
  delivery.id.etag = info.etag;
  if (info.modified_at > Timestamp{}) delivery.object_at = info.modified_at;
  one.logs = std::make_unique<deliver::LogDelivery>(deliver::LogDelivery::Deps{.clock = deps_.clock,
                                                                               .ledger = deps_.ledger,
                                                                               .quarantine = quarantine_,
                                                                               .gate = *one.gate,
                                                                               .lag = &one.meters->lag},
                                                    one.sink, delivery, options_.log_limits);
  if (one.logs->starts_over()) {
    const DeliveryId& id = delivery.id;
    log::info("delivery_restarted",
              "A delivery starts again from its beginning, because its object, log stream, log group or size "
              "limits changed since the last try.",
              {{"tenant", id.tenant.view()}, {"destination", id.destination.view()}, {"key", id.key.view()}});
  }
}

Processor::Reading Processor::read_object(const Job& job, std::span<Try> tries) {
  Result<std::unique_ptr<ObjectReader>> reader =
      central_of(job).store.open_reader(job.object.key, std::nullopt, deadline(job, options_.read_max));
  if (!reader.ok()) {
    const bool is_gone = reader.error().fault == Fault::NotFound;
    return {.read = std::move(reader).error().in("object"), .is_gone = is_gone};
  }
  deliver::ObjectText plain(job.object.key, **reader, options_.decompression);
  RecordReader records(plain, {.large_lines = &shared_.large_lines, .stop = job.limits.stop});
  for (Try& one : tries) {
    if (!one.failed) open_logs(one, (*reader)->info());
  }
  const auto each_open = [&](auto act) {
    for (Try& one : tries) {
      if (one.failed) continue;
      Result<> acted = act(*one.logs);
      if (!acted.ok()) one.failed = std::move(acted).error();
    }
  };
  Result<> read;
  for (;;) {
    Result<const ReadRecord*> record = records.next();
    if (!record.ok()) {
      read = std::move(record).error().in("object");
      break;
    }
    if (*record == nullptr) break;
    each_open([&](deliver::LogDelivery& logs) { return logs.add(**record); });
  }
  // Of damaged bytes, what could be read is delivered. Over the limit on decompression the batches that are
  // not full wait: once the limit is raised they are others.
  const bool is_damaged = !read.ok() && read.error().fault == Fault::Invalid && !plain.is_over_limit();
  if (read.ok() || is_damaged) {
    each_open([](deliver::LogDelivery& logs) { return logs.finish(); });
  }
  return {.read = std::move(read)};
}

Outcome Processor::deliver_to_bucket(const Job& job, Try& one) {
  const deliver::Gate::Call call{.clock = deps_.clock, .limits = job.limits, .timeout = options_.timeout};
  const auto deliver = [&](Deadline until) -> Result<deliver::DeliveryCounts> {
    const std::shared_ptr<ObjectStore> bucket =
        TRY_IN("bucket", deps_.destinations.bucket(one.delivery.configuration, until));
    return central_of(job).buckets.deliver(one.delivery, *bucket);
  };
  const Result<deliver::DeliveryCounts> delivered = one.gate->run(call, deliver);
  if (!delivered.ok()) return settle(job, one, delivered.error());
  one.counts = *delivered;
  one.delivery.id.etag = one.counts.etag;
  if (one.counts.is_gone) return settle_gone(job, one);
  if (!one.counts.damage) return settle(job, one, {});
  return settle(job, one, keep_damage(job, Error(*one.counts.damage).in("object")));
}

Outcome Processor::settle(const Job& job, Try& one, const Result<>& tried) {
  if (!tried.ok()) return fail(job, one, tried.error());
  const DeliveryId& id = one.delivery.id;
  const bool is_filtered = is_wholly_filtered(one.counts);
  const Verdict verdict = settlement_.settle(
      id, is_filtered ? DeliveryState::Filtered : DeliveryState::Delivered, "", job.limits.written_by);
  if (one.logs || verdict == Verdict::Done) count_confirmed(one);
  if (verdict != Verdict::Done) return {.verdict = verdict, .tally = {.later = 1}};
  DeliveryMeters::Meters& meters = *one.meters;
  meters.events_filtered.add(one.counts.filtered);
  if (is_filtered) {
    meters.objects_filtered.add();
    return {.tally = {.filtered = 1}};
  }
  meters.delivered.add();
  if (one.releases > 0) shared_.recovered.add(id.tenant, id.destination);
  if (job.object.at > Timestamp{}) {
    const std::chrono::duration<double> latency = deps_.clock.now() - job.object.at;
    meters.latency.observe(std::max(latency.count(), 0.0));  // clocks differ
  }
  if (one.counts.first_at) {
    const std::chrono::duration<double> lag = deps_.clock.now() - *one.counts.first_at;
    meters.lag.observe(std::max(lag.count(), 0.0), one.counts.events);  // what a line says may be to come
  }
  return {.health = Health::Good, .tally = {.delivered = 1}};
}

// What a log group confirmed is counted whatever becomes of the try: the next one passes over it. A bucket's
// is counted when it is settled: until then the same object is found there at every try.
void Processor::count_confirmed(const Try& one) {
  DeliveryMeters::Meters& meters = *one.meters;
  meters.events.add(one.counts.events);
  meters.bytes.add(one.counts.bytes);
  meters.batches.add(one.counts.batches);
  meters.events_quarantined.add(one.counts.quarantined);
  meters.events_restamped.add(one.counts.restamped);
  for (const auto& [reason, events] : one.counts.quarantined_by) {
    shared_.meters.quarantined(meters, reason).add(events);
  }
}

// Expired, or removed: nothing is left to deliver, and nobody said that it was not wanted.
Outcome Processor::settle_gone(const Job& job, Try& one) {
  const DeliveryId& id = one.delivery.id;
  const std::string reason =
      one.parked_since > Timestamp{}
          ? "the object is gone; it had been parked since " + to_rfc3339(one.parked_since)
          : std::string("the object is gone: it expired, or someone removed it, before it was delivered");
  const Verdict verdict = settlement_.settle(id, DeliveryState::Lost, reason, job.limits.written_by);
  if (verdict != Verdict::Done) return {.verdict = verdict, .tally = {.later = 1}};
  one.meters->lost.add();
  if (const auto times = happened("lost " + id.tenant.str() + ' ' + id.destination.str())) {
    log::error("delivery_lost",
               "A delivery is lost, because its object was deleted before it was delivered. Let the bucket's "
               "lifecycle keep objects for longer, and see `headgate undelivered list --kind=lost`.",
               {{"tenant", id.tenant.view()},
                {"destination", id.destination.view()},
                {"key", id.key.view()},
                {"reason", reason},
                {"times", *times}});
  }
  return {.tally = {.lost = 1}};
}

Outcome Processor::outcome_of(const Settlement::Settled& settled) {
  if (settled.verdict == Verdict::TryLater) return {.verdict = Verdict::TryLater, .tally = {.later = 1}};
  return {.verdict = settled.verdict,
          .tally = settled.was_before ? tally_before(settled.state) : tally_of(settled.state)};
}

// How often since it was last said, if it is to be said now.
std::optional<std::uint64_t> Processor::happened(std::string_view subject) {
  return shared_.said.happened(subject, deps_.clock.steady());
}

Outcome Processor::fail(const Job& job, Try& one, const Error& error) {
  const DeliveryId& id = one.delivery.id;
  std::string reason = error.what;
  Verdict verdict = verdict_on(error);
  if (error.fault == Fault::Retry && is_over(job, one)) {
    verdict = Verdict::Park;
    reason = "tried for too long, last: " + reason;
  }
  if (!options_.replay.empty()) verdict = Verdict::TryLater;
  say_failed(shared_.said, deps_.clock.steady(), id, verdict, reason);
  count_confirmed(one);
  if (verdict == Verdict::Park) {
    one.meters->parked.add();
    const Verdict settled = settlement_.settle(id, DeliveryState::Parked, reason, job.limits.written_by);
    return {.verdict = settled,
            .health = health_of(error),
            .tally = tally_of(settled == Verdict::Done ? DeliveryState::Parked : DeliveryState::Pending)};
  }
  one.meters->failed.add();
  if (error.fault == Fault::Stopped) {
    settlement_.withdraw(id, job.limits.written_by);
  } else {
    settlement_.release(id, job.limits.written_by);
  }
  return {.verdict = Verdict::TryLater,
          .not_before = error.retry_after,
          .health = health_of(error),
          .is_interrupted = error.fault == Fault::Stopped,
          .tally = {.later = 1}};
}

// Its destination's breaker is open: it is not asked at all.
Outcome Processor::refuse(const Job& job, Try& one, std::chrono::milliseconds wait) {
  if (is_over(job, one)) return fail(job, one, {Fault::Retry, "destination: has not answered lately"});
  one.meters->refused.add();
  settlement_.withdraw(one.delivery.id, job.limits.written_by);
  return {.verdict = Verdict::TryLater, .not_before = wait, .health = Health::Refused, .tally = {.later = 1}};
}

bool Processor::is_over(const Job& job, const Try& one) const {
  constexpr std::uint32_t kTriesMin = 5;  // we may have been away for most of the time
  return job.tries >= kTriesMin && deps_.clock.now() >= one.tried_since + options_.try_for;
}

Outcome Processor::park_unknown(const Job& job, const TenantId& tenant) {
  unknown_tenant_.add();
  constexpr const char* kReason = "unknown tenant";
  if (const auto times = happened(std::string(kReason) + ' ' + tenant.str()))
    say_unconfigured(tenant, job.object.key, *times);
  return park_for_all(job, tenant, kReason);
}

Outcome Processor::park_former(const Job& job, const TenantId& tenant) {
  former_tenant_.add();
  if (const auto times = happened(std::string(kOfFormerTenant) + ' ' + tenant.str()))
    say_of_former_tenant(tenant, job.object.key, *times);
  return park_for_all(job, tenant, kOfFormerTenant);
}

// One row for all of its tenant's destinations, whichever there are by now.
Outcome Processor::park_for_all(const Job& job, const TenantId& tenant, std::string_view reason) {
  const DeliveryId id{
      .bucket = job.object.bucket, .key = job.object.key, .tenant = tenant, .destination = kAnyDestination};
  return outcome_of(settlement_.settle_unclaimed(id, DeliveryState::Parked, reason, job.limits.written_by));
}

// What needs no delivery is counted by why.
Counter& Processor::acknowledged(std::string_view reason) {
  return deps_.metrics.counter("headgate_process_acknowledged_total",
                               "What was acknowledged without a delivery, by reason",
                               {{"reason", std::string(reason)}});
}

}  // namespace headgate::process
