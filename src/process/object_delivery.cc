#include "process/object_delivery.h"

#include <pthread.h>

#include <algorithm>
#include <memory>
#include <system_error>
#include <thread>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "deliver/log_delivery.h"
#include "deliver/object_text.h"
#include "model/record_reader.h"
#include "process/failure_log.h"
#include "process/route.h"
#include "tenants/groups.h"

namespace headgate::process {

struct ObjectDelivery::Try {
  DeliveryAttempt attempt;
  std::shared_ptr<deliver::Gate> gate;  // shared with the other deliveries to the destination
  deliver::Gate::Pass pass = {};
  std::string misrouted = {};          // why it cannot be delivered as it is configured; empty: it can
  std::shared_ptr<LogSink> sink = {};  // of a log group
  std::unique_ptr<deliver::LogDelivery> logs = {};  // once the object is open
  std::optional<Error> failed = {};
};

ObjectDelivery::ObjectDelivery(Deps deps)
    : deps_(deps),
      options_(deps.options),
      shared_(deps.shared),
      settlement_(deps.settlement),
      context_{
          .clock = deps.clock, .settlement = deps.settlement, .shared = deps.shared, .options = deps.options},
      tried_alone_(
          deps.metrics.counter("headgate_process_tried_alone_total",
                               "Deliveries tried alone because a worker died while it delivered them")) {
  for (ObjectStore* store : deps.central.all())
    central_.try_emplace(store->bucket(), deps.clock, *store, options_.decompression, shared_.large_lines);
  for (const BucketName& bucket : options_.buckets) CHECK(central_.contains(bucket));
}

ObjectDelivery::Central& ObjectDelivery::central_of(const ObjectTask& task) {
  const auto found = central_.find(task.object.bucket);
  CHECK(found != central_.end());  // who names a task has asked options_.buckets
  return found->second;
}

Outcome ObjectDelivery::deliver_all(const ObjectTask& task, const KeyFields& fields,
                                    const tenants::TenantView& tenant) {
  Outcome outcome;
  for (const tenants::InvalidConfiguration& invalid : tenant.invalid) {
    if (is_left_out(invalid.type) || !options_.replay.empty()) continue;
    const DeliveryId id = id_at(task, fields, invalid.type);
    const std::string reason = "invalid configuration: " + in_words(invalid.problems);
    outcome = both(outcome, outcome_of(settlement_.settle_unclaimed(id, DeliveryState::Parked, reason,
                                                                    task.limits.written_by)));
  }
  std::vector<Try> bucket_tries;
  std::vector<Try> log_tries;
  for (const TenantConfiguration& configuration : tenant.active) {
    if (is_left_out(configuration.type)) continue;
    std::optional<Try> one = begin(task, fields, configuration, outcome);
    if (!one) continue;
    if (!one->misrouted.empty()) {
      outcome = both(outcome, one->attempt.settle(Error{Fault::Invalid, one->misrouted}));
    } else {
      (one->attempt.is_to_bucket() ? bucket_tries : log_tries).push_back(std::move(*one));
    }
  }
  if (fields.is_packed()) outcome = both(outcome, settle_unwanted(task, log_tries));
  std::vector<Part> parts;
  for (Try& one : bucket_tries)
    parts.emplace_back([this, &task, to = &one] { return deliver_to_bucket(task, *to); });
  if (options_.is_side_by_side) {
    for (Try& one : log_tries)
      parts.emplace_back([this, &task, to = &one] { return deliver_logs(task, {to, 1}); });
    return both(outcome, run_side_by_side(task, parts));
  }
  if (!log_tries.empty()) parts.emplace_back([&] { return deliver_logs(task, log_tries); });
  for (const Part& part : parts) outcome = both(outcome, part());
  return outcome;
}

// Each log destination reads the object by itself, so that it waits for none of the others: a second read
// costs less than a delivery that is late for a stranger's trouble.
Outcome ObjectDelivery::run_side_by_side(const ObjectTask& task, const std::vector<Part>& parts) {
  std::vector<Outcome> outcomes(parts.size());
  const auto run = [&](std::size_t first) {
    for (std::size_t at = first; at < parts.size(); at += kSideBySideMax) {
      outcomes[at] = parts[at]();
      const bool is_news = parts.size() > 1 && outcomes[at].health == Health::Good;
      if (is_news && task.on_good != nullptr) (*task.on_good)();
    }
  };
  {
    std::vector<std::jthread> others;
    std::vector<std::size_t> not_started;
    for (std::size_t first = 1; first < std::min(parts.size(), kSideBySideMax); ++first) {
      try {
        others.emplace_back([&run, first] {
          ::pthread_setname_np(::pthread_self(), "destination");
          run(first);
        });
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

DeliveryId ObjectDelivery::id_at(const ObjectTask& task, const KeyFields& fields,
                                 const DestinationName& destination) const {
  const bool is_replay = !options_.replay.empty();
  return {
      .bucket = task.object.bucket,
      .key = task.object.key,
      .tenant = fields.tenant,
      .destination = is_replay ? DestinationName(destination.str() + "~" + options_.replay) : destination};
}

bool ObjectDelivery::is_left_out(const DestinationName& destination) const {
  return !options_.only.empty() && !options_.only.contains(destination);
}

// Gives nothing, and adds to `outcome` why, if no attempt is to be made: the destination does not want the
// object or has it, another worker delivers it, or the destination has not answered lately.
std::optional<ObjectDelivery::Try> ObjectDelivery::begin(const ObjectTask& task, const KeyFields& fields,
                                                         const TenantConfiguration& configuration,
                                                         Outcome& outcome) {
  const DeliveryId id = id_at(task, fields, configuration.type);
  DeliveryMeters::Meters& meters = shared_.meters.of(id.tenant, configuration.type);
  Route route = route_at(configuration, fields, options_.groups, options_.buckets);
  if (route.fate == Fate::Filter) {
    const Settlement::Settled settled =
        settlement_.settle_unclaimed(id, DeliveryState::Filtered, "", task.limits.written_by);
    if (settled.verdict == Verdict::Done) meters.objects_filtered.add();
    outcome = both(outcome, outcome_of(settled));
    return std::nullopt;
  }
  const Claimed claimed = claim(task, id);
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
  deliver::Delivery delivery{.id = id,
                             .fields = fields,
                             .configuration = configuration,
                             .owner = options_.owner,
                             .lease = options_.lease,
                             .timeout = options_.timeout,
                             .limits = task.limits,
                             .progress = claimed.progress,
                             .object_at = task.object.at,
                             .wants = wanted_of_packed(configuration, fields)};
  Try one{.attempt = DeliveryAttempt(context_, task, claimed, meters, std::move(delivery)),
          .gate = shared_.gates.of(id.tenant, configuration.type)};
  if (route.fate == Fate::Park) one.misrouted = std::move(route.reason);
  if (claimed.deaths >= kDeathsMax) {
    one.misrouted = reason_of_deaths(claimed.deaths);
  } else if (claimed.deaths > 0) {
    tried_alone_.add();
    say_tried_after_deaths(id, claimed.deaths);
  }
  deliver::Gate::Admission admission = deliver::Gate::admit(one.gate, deps_.clock.steady());
  if (admission.wait) {
    outcome = both(outcome, one.attempt.refuse(*admission.wait));
    return std::nullopt;
  }
  one.pass = std::move(admission.pass);
  return one;
}

// If the object was overwritten after its delivery, its new content is claimed. Only the store says which
// content lies under the key: the event may be late, of the content before, or without an ETag.
Claimed ObjectDelivery::claim(const ObjectTask& task, const DeliveryId& id) {
  Claimed claimed = settlement_.claim(id, task.isolation, task.limits.written_by);
  if (claimed.hold != Hold::Settled || claimed.etag.empty() || claimed.etag == task.object.etag)
    return claimed;
  const Result<ObjectInfo> info =
      central_of(task).store.head(task.object.key, deadline(task, options_.timeout));
  if (!info.ok() && info.error().fault != Fault::NotFound) return {.hold = Hold::Unknown};
  if (!info.ok() || info->etag == claimed.etag) return claimed;
  log::info("object_overwritten",
            "An object was overwritten after its delivery. Its new content is delivered, too.",
            {{"tenant", id.tenant.view()}, {"destination", id.destination.view()}, {"key", id.key.view()}});
  DeliveryId now = id;
  now.etag = info->etag;
  return settlement_.claim_again(now, task.isolation, task.limits.written_by);
}

// The key of a packed object does not say whose records the object holds, so they are chosen one by one.
deliver::WantsApplication ObjectDelivery::wanted_of_packed(const TenantConfiguration& configuration,
                                                           const KeyFields& fields) const {
  if (!fields.is_packed() || tenants::wants_all(configuration)) return {};
  return [configuration, &groups = options_.groups](const Application& application) {
    return tenants::wants(configuration, application, groups);
  };
}

Deadline ObjectDelivery::deadline(const ObjectTask& task, std::chrono::milliseconds wait) const {
  return sooner(task.limits.until, Deadline::after(deps_.clock.steady(), wait));
}

// Settles and takes out of `tries` the destinations that, by its index, want nothing of a packed object. A
// node holds few of a tenant's applications, so this often saves a read and a role.
// A damaged index is no error here: it shows when the object is read.
Outcome ObjectDelivery::settle_unwanted(const ObjectTask& task, std::vector<Try>& tries) {
  const auto may_be_unwanted = [](const Try& one) {
    const deliver::Delivery& delivery = one.attempt.delivery();
    return delivery.wants != nullptr && delivery.progress.next_batch == 0;
  };
  Outcome outcome;
  if (std::none_of(tries.begin(), tries.end(), may_be_unwanted)) return outcome;
  const Deadline until = deadline(task, options_.timeout);
  CentralObjects& central = central_of(task).store;
  const Result<ObjectInfo> info = central.head(task.object.key, until);
  if (!info.ok()) return outcome;
  const auto packed = deliver::read_packed_index(central, *info, until);
  if (!packed.ok()) return outcome;
  std::vector<Try> wanted;
  for (Try& one : tries) {
    if (!may_be_unwanted(one) ||
        !deliver::select(packed->index, one.attempt.delivery().wants).ranges.empty()) {
      wanted.push_back(std::move(one));
      continue;
    }
    one.attempt.set_counts({.filtered = packed->index.lines()});
    one.attempt.set_etag(info->etag);
    outcome = both(outcome, one.attempt.settle({}));
  }
  tries = std::move(wanted);
  return outcome;
}

// Reads the object once for all destinations of `tries`. A destination that fails drops out, and the others
// continue.
Outcome ObjectDelivery::deliver_logs(const ObjectTask& task, std::span<Try> tries) {
  for (Try& one : tries) open_sink(task, one);
  const auto is_open = [](const Try& one) { return !one.failed; };
  const bool is_any_open = std::any_of(tries.begin(), tries.end(), is_open);
  Reading reading = is_any_open ? read_object(task, tries) : Reading();
  Result<>& read = reading.read;
  if (!read.ok() && read.error().fault == Fault::Invalid) read = keep_damage(task, read.error());
  Outcome outcome;
  for (Try& one : tries) {
    if (one.logs) one.attempt.set_counts(one.logs->counts());
    if (reading.is_gone && !one.failed) {
      outcome = both(outcome, one.attempt.settle_gone());
    } else {
      outcome = both(outcome, one.attempt.settle(one.failed ? Result<>(*one.failed) : read));
    }
  }
  return outcome;
}

// Puts the detail of the damage into quarantine, and gives the error that the delivery fails with. It is
// called before anything is settled: a parked delivery is not tried again, so the detail would never be kept.
Error ObjectDelivery::keep_damage(const ObjectTask& task, const Error& damage) {
  const Result<> kept =
      deps_.quarantine.put_object_detail(task.object.bucket, task.object.key, damage.what,
                                         task.limits.writing(deps_.clock.steady(), options_.timeout));
  return kept.ok() ? damage : Error(kept.error()).in(damage.what);
}

void ObjectDelivery::open_sink(const ObjectTask& task, Try& one) {
  // The sink often comes from a cache, so opening it proves nothing of the destination.
  const deliver::Gate::Call call{
      .clock = deps_.clock, .limits = task.limits, .timeout = options_.timeout, .is_proof = false};
  Result<std::shared_ptr<LogSink>> sink = one.gate->run(call, [&](Deadline until) {
    return deps_.destinations.log_sink(one.attempt.delivery().configuration, until);
  });
  if (!sink.ok()) {
    one.failed = std::move(sink).error();
    return;
  }
  one.sink = std::move(sink).value();
}

// `info` is of the object that is read. It counts, whatever the object's event said.
void ObjectDelivery::open_logs(Try& one, const ObjectInfo& info) {
  one.attempt.set_etag(info.etag);
  if (info.modified_at > Timestamp{}) one.attempt.set_object_at(info.modified_at);
  const deliver::Delivery& delivery = one.attempt.delivery();
  one.logs =
      std::make_unique<deliver::LogDelivery>(deliver::LogDelivery::Deps{.clock = deps_.clock,
                                                                        .ledger = deps_.ledger,
                                                                        .quarantine = deps_.quarantine,
                                                                        .gate = *one.gate,
                                                                        .lag = &one.attempt.meters().lag},
                                             one.sink, delivery, options_.log_limits);
  if (one.logs->starts_over()) {
    const DeliveryId& id = delivery.id;
    log::info("delivery_restarted",
              "A delivery starts again from its beginning, because its object, log stream, log group or size "
              "limits changed since the last try.",
              {{"tenant", id.tenant.view()}, {"destination", id.destination.view()}, {"key", id.key.view()}});
  }
}

ObjectDelivery::Reading ObjectDelivery::read_object(const ObjectTask& task, std::span<Try> tries) {
  Result<std::unique_ptr<ObjectReader>> reader =
      central_of(task).store.open_reader(task.object.key, std::nullopt, deadline(task, options_.read_max));
  if (!reader.ok()) {
    const bool is_gone = reader.error().fault == Fault::NotFound;
    return {.read = std::move(reader).error().in("object"), .is_gone = is_gone};
  }
  deliver::ObjectText plain(task.object.key, **reader, options_.decompression);
  RecordReader records(plain, {.large_lines = &shared_.large_lines, .stop = task.limits.stop});
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

Outcome ObjectDelivery::deliver_to_bucket(const ObjectTask& task, Try& one) {
  const deliver::Gate::Call call{.clock = deps_.clock, .limits = task.limits, .timeout = options_.timeout};
  const auto deliver = [&](Deadline until) -> Result<deliver::DeliveryCounts> {
    const deliver::Delivery& delivery = one.attempt.delivery();
    const std::shared_ptr<ObjectStore> bucket =
        TRY_IN("bucket", deps_.destinations.bucket(delivery.configuration, until));
    return central_of(task).buckets.deliver(delivery, *bucket);
  };
  Result<deliver::DeliveryCounts> delivered = one.gate->run(call, deliver);
  if (!delivered.ok()) return one.attempt.settle(delivered.error());
  const bool is_gone = delivered->is_gone;
  const std::optional<Error> damage = delivered->damage;
  one.attempt.set_etag(delivered->etag);
  one.attempt.set_counts(std::move(delivered).value());
  if (is_gone) return one.attempt.settle_gone();
  if (!damage) return one.attempt.settle({});
  return one.attempt.settle(keep_damage(task, Error(*damage).in("object")));
}

}  // namespace headgate::process
