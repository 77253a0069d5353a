#include "process/processor.h"

#include <algorithm>
#include <memory>
#include <optional>

#include "base/log.h"
#include "deliver/log_delivery.h"
#include "model/compressed_reader.h"
#include "model/record_reader.h"

namespace headgate::process {
namespace {

const std::vector<double> kLagBounds = {0.1, 0.25, 0.5, 1,  2,   3,   5,   7.5,  10,
                                        15,  20,   30,  60, 120, 300, 600, 1800, 3600};

// Nothing of the object was, or is, for this destination.
bool is_wholly_filtered(const deliver::DeliveryCounts& counts) {
  return counts.filtered > 0 && counts.events + counts.repeated + counts.quarantined == 0;
}

}  // namespace

struct Processor::Try {
  deliver::Delivery delivery;
  DestinationKind kind = DestinationKind::CloudWatch;
  std::unique_ptr<deliver::LogDelivery> logs;
  Histogram* lag = nullptr;
  std::optional<Error> failed;
  deliver::DeliveryCounts counts;
};

Processor::Processor(World world, ProcessorOptions options)
    : world_(world),
      options_(std::move(options)),
      quarantine_(world.clock, world.central, world.metrics),
      buckets_(world.clock, world.central) {}

Verdict Processor::process(const ReceivedMessage& message) {
  const Result<Notification> notification = parse_notification(message.body);
  if (!notification.ok()) {
    log::warn("a message cannot be understood and goes to quarantine",
              {{"message_id", message.id}, {"what", notification.error().what}});
    return quarantine_.put_message(message.id, message.body, notification.error().what).ok()
               ? Verdict::Done
               : Verdict::TryLater;
  }
  Verdict verdict = Verdict::Done;
  for (const ObjectCreated& object : notification->objects) {
    const bool is_ours = options_.buckets.contains(object.bucket);
    const Result<KeyFields> fields = options_.key_template.parse_key(object.key);
    if (is_ours && fields.ok()) {
      verdict = worse(verdict, process(object));
      continue;
    }
    const std::string reason =
        is_ours ? "key: " + fields.error().what : "bucket: not one of ours: " + object.bucket.str();
    log::warn("a message names an object that will not be read, and goes to quarantine",
              {{"message_id", message.id}, {"bucket", object.bucket.view()}, {"what", reason}});
    if (!quarantine_.put_message(message.id, message.body, reason).ok()) verdict = Verdict::TryLater;
  }
  return verdict;
}

Verdict Processor::process(const ObjectCreated& object) {
  const Result<KeyFields> fields = options_.key_template.parse_key(object.key);
  if (!fields.ok()) {
    log::warn("an object's key cannot be understood",
              {{"key", object.key.view()}, {"what", fields.error().what}});
    return Verdict::Park;
  }
  const Result<tenants::TenantView> tenant = world_.tenants.of(fields->tenant);
  if (!tenant.ok()) {
    log::warn("tenant's configurations cannot be read; tried again later",
              {{"tenant", fields->tenant.view()}, {"what", tenant.error().what}});
    return Verdict::TryLater;
  }
  if (!tenant->is_known) return park_unknown(object, fields->tenant, "unknown tenant");
  return deliver_all(object, *fields, *tenant);
}

Verdict Processor::deliver_all(const ObjectCreated& object, const KeyFields& fields,
                               const tenants::TenantView& tenant) {
  const auto id_at = [&](const DestinationName& destination) {
    return DeliveryId{
        .bucket = object.bucket, .key = object.key, .tenant = fields.tenant, .destination = destination};
  };
  Verdict verdict = Verdict::Done;
  for (const tenants::InvalidConfiguration& invalid : tenant.invalid) {
    const std::string reason = "invalid configuration: " + in_words(invalid.problems);
    verdict = worse(verdict, settle_unclaimed(id_at(invalid.type), DeliveryState::Parked, reason));
  }

  std::vector<Try> log_tries;
  for (const TenantConfiguration& configuration : tenant.active) {
    const DeliveryId id = id_at(configuration.type);
    if (!fields.is_packed() && !tenants::wants(configuration, fields.application, options_.groups)) {
      verdict = worse(verdict, settle_unclaimed(id, DeliveryState::Filtered, ""));
      continue;
    }
    Try one;
    one.kind = kind_of(configuration.type).value_or(DestinationKind::CloudWatch);
    one.delivery = deliver::Delivery{.id = id,
                                     .fields = fields,
                                     .configuration = configuration,
                                     .owner = options_.owner,
                                     .lease = options_.lease,
                                     .timeout = options_.timeout,
                                     .object_at = object.at,
                                     .wants = wanted_of_packed(configuration, fields)};
    if (!claim(one, verdict)) continue;
    if (one.kind == DestinationKind::S3) {
      verdict = worse(verdict, deliver_to_bucket(one));
    } else {
      log_tries.push_back(std::move(one));
    }
  }
  if (fields.is_packed()) verdict = worse(verdict, settle_unwanted(object, log_tries));
  if (!log_tries.empty()) verdict = worse(verdict, deliver_logs(object, log_tries));
  return verdict;
}

// Whose records a packed object holds its key does not say: what is wanted is chosen record by record.
deliver::WantsApplication Processor::wanted_of_packed(const TenantConfiguration& configuration,
                                                      const KeyFields& fields) const {
  if (!fields.is_packed() || tenants::wants_all(configuration)) return {};
  return [configuration, &groups = options_.groups](const Application& application) {
    return tenants::wants(configuration, application, groups);
  };
}

// False when there is nothing for us to do: it is settled, or someone else is at it.
bool Processor::claim(Try& one, Verdict& verdict) {
  const Timestamp now = world_.clock.now();
  const Result<Claim> claim = world_.ledger.claim(one.delivery.id, options_.owner, now, now + options_.lease);
  if (!claim.ok()) {
    log::warn("the ledger cannot be asked; tried again later", {{"what", claim.error().what}});
    verdict = Verdict::TryLater;
    return false;
  }
  if (!claim->is_ours) {
    if (claim->entry.state == DeliveryState::Pending) verdict = Verdict::TryLater;
    return false;
  }
  one.delivery.next_batch = claim->entry.next_batch;
  return true;
}

// Takes out the destinations that, by the index, want nothing of a packed object: a node holds few of a
// tenant's applications, and then neither is the object read nor a role assumed. Whatever is wrong with the
// index shows when the object is read.
Verdict Processor::settle_unwanted(const ObjectCreated& object, std::vector<Try>& tries) {
  const auto may_be_unwanted = [](const Try& one) {
    return one.delivery.wants != nullptr && one.delivery.next_batch == 0;
  };
  if (std::none_of(tries.begin(), tries.end(), may_be_unwanted)) return Verdict::Done;
  const Deadline deadline = Deadline::after(world_.clock.steady(), options_.timeout);
  const Result<ObjectInfo> info = world_.central.head(object.key, deadline);
  if (!info.ok()) return Verdict::Done;
  const auto packed = deliver::read_packed_index(world_.central, *info, deadline);
  if (!packed.ok()) return Verdict::Done;

  Verdict verdict = Verdict::Done;
  std::erase_if(tries, [&](Try& one) {
    if (!may_be_unwanted(one)) return false;
    if (!deliver::select(packed->index, one.delivery.wants).ranges.empty()) return false;
    one.counts.filtered = packed->index.lines();
    verdict = worse(verdict, settle(one, {}));
    return true;
  });
  return verdict;
}

// The object is read once for all of the tenant's log destinations. A destination that fails drops out; the
// rest go on.
Verdict Processor::deliver_logs(const ObjectCreated& object, std::vector<Try>& tries) {
  for (Try& one : tries) {
    const Deadline deadline = Deadline::after(world_.clock.steady(), options_.timeout);
    Result<std::shared_ptr<LogSink>> sink =
        world_.destinations.log_sink(one.delivery.configuration, deadline);
    if (!sink.ok()) {
      one.failed = std::move(sink).error();
      continue;
    }
    one.logs = std::make_unique<deliver::LogDelivery>(
        deliver::LogDelivery::World{
            .clock = world_.clock, .ledger = world_.ledger, .quarantine = quarantine_},
        std::move(sink).value(), one.delivery, options_.log_limits);
    one.lag =
        &world_.metrics.histogram("headgate_deliver_lag_seconds", "From a line being written to its delivery",
                                  kLagBounds, {{"destination", one.delivery.id.destination.str()}});
  }
  const Result<> read = read_object(object, tries);
  Verdict verdict = Verdict::Done;
  for (Try& one : tries) {
    if (one.logs) one.counts = one.logs->counts();
    verdict = worse(verdict, settle(one, one.failed ? Result<>(*one.failed) : read));
  }
  return verdict;
}

Result<> Processor::read_object(const ObjectCreated& object, std::vector<Try>& tries) {
  const auto open = [](const Try& one) { return one.logs && !one.failed; };
  const Deadline deadline = Deadline::after(world_.clock.steady(), options_.timeout);
  const std::unique_ptr<ObjectReader> reader =
      TRY_IN("object", world_.central.open_reader(object.key, std::nullopt, deadline));
  CompressedReader plain(*reader, {});
  RecordReader records(plain, {});
  constexpr std::uint64_t kRecordsPerClockRead = 256;
  Timestamp now;
  for (std::uint64_t count = 0;; ++count) {
    const ReadRecord* record = TRY_IN("object", records.next());
    if (record == nullptr) break;
    if (count % kRecordsPerClockRead == 0) now = world_.clock.now();
    for (Try& one : tries) {
      if (!open(one)) continue;
      Result<> added = one.logs->add(*record);
      if (!added.ok()) one.failed = std::move(added).error();
      if (record->ingested_at)
        one.lag->observe(std::chrono::duration<double>(now - *record->ingested_at).count());
    }
  }
  for (Try& one : tries) {
    if (!open(one)) continue;
    Result<> finished = one.logs->finish();
    if (!finished.ok()) one.failed = std::move(finished).error();
  }
  return {};
}

Verdict Processor::deliver_to_bucket(Try& one) {
  const auto tried = [&]() -> Result<> {
    const Deadline deadline = Deadline::after(world_.clock.steady(), options_.timeout);
    const std::shared_ptr<ObjectStore> bucket =
        TRY_IN("bucket", world_.destinations.bucket(one.delivery.configuration, deadline));
    one.counts = TRY(buckets_.deliver(one.delivery, *bucket));
    return {};
  }();
  return settle(one, tried);
}

Verdict Processor::settle(Try& one, const Result<>& tried) {
  if (tried.ok()) {
    const bool is_filtered = is_wholly_filtered(one.counts);
    const Verdict verdict =
        settle_claimed(one.delivery.id, is_filtered ? DeliveryState::Filtered : DeliveryState::Delivered, "");
    if (verdict == Verdict::Done) count(one, is_filtered ? "filtered" : "delivered");
    return verdict;
  }
  const Verdict verdict = verdict_on(tried.error());
  log::warn(verdict == Verdict::Park ? "a delivery is parked until its cause is mended"
                                     : "a delivery failed and will be tried again",
            {{"tenant", one.delivery.id.tenant.view()},
             {"destination", one.delivery.id.destination.view()},
             {"key", one.delivery.id.key.view()},
             {"what", tried.error().what}});
  if (verdict == Verdict::Park) {
    count(one, "parked");
    return settle_claimed(one.delivery.id, DeliveryState::Parked, tried.error().what);
  }
  count(one, "failed");
  // If the lease cannot be given back it runs out.
  (void)world_.ledger.release(one.delivery.id, options_.owner);
  return Verdict::TryLater;
}

Verdict Processor::settle_claimed(const DeliveryId& id, DeliveryState state, std::string_view reason) {
  const Result<> settled = world_.ledger.settle(id, options_.owner, state, reason, world_.clock.now());
  if (settled.ok()) return Verdict::Done;
  log::warn("the ledger cannot be written; tried again later", {{"what", settled.error().what}});
  return Verdict::TryLater;
}

// A delivery that was decided without being tried.
Verdict Processor::settle_unclaimed(const DeliveryId& id, DeliveryState state, std::string_view reason) {
  const Timestamp now = world_.clock.now();
  const Result<Claim> claim = world_.ledger.claim(id, options_.owner, now, now + options_.lease);
  if (!claim.ok()) {
    log::warn("the ledger cannot be asked; tried again later", {{"what", claim.error().what}});
    return Verdict::TryLater;
  }
  if (!claim->is_ours)
    return claim->entry.state == DeliveryState::Pending ? Verdict::TryLater : Verdict::Done;
  if (state == DeliveryState::Filtered) {
    world_.metrics
        .counter("headgate_deliver_filtered_total", "Objects that a destination does not want",
                 {{"tenant", id.tenant.str()}, {"destination", id.destination.str()}})
        .add();
  }
  return settle_claimed(id, state, reason);
}

Verdict Processor::park_unknown(const ObjectCreated& object, const TenantId& tenant,
                                std::string_view reason) {
  log::warn("an object is parked until its tenant is configured",
            {{"tenant", tenant.view()}, {"key", object.key.view()}, {"what", reason}});
  world_.metrics
      .counter("headgate_deliver_unknown_tenant_total",
               "Objects parked because nobody configured their tenant")
      .add();
  const DeliveryId id{
      .bucket = object.bucket, .key = object.key, .tenant = tenant, .destination = kAnyDestination};
  return settle_unclaimed(id, DeliveryState::Parked, reason);
}

void Processor::count(const Try& one, std::string_view outcome) {
  const Labels labels{{"tenant", one.delivery.id.tenant.str()},
                      {"destination", one.delivery.id.destination.str()}};
  Metrics& metrics = world_.metrics;
  metrics.counter("headgate_deliver_events_total", "Events delivered", labels).add(one.counts.events);
  metrics.counter("headgate_deliver_bytes_total", "Bytes delivered: of messages, or of objects", labels)
      .add(one.counts.bytes);
  if (one.counts.filtered > 0) {
    metrics
        .counter("headgate_deliver_events_filtered_total",
                 "Records of packed objects that a destination does not want", labels)
        .add(one.counts.filtered);
  }
  metrics.counter("headgate_deliver_batches_total", "Batches or objects delivered", labels)
      .add(one.counts.batches);
  Labels with_outcome = labels;
  with_outcome.emplace_back("outcome", outcome);
  metrics
      .counter("headgate_deliver_objects_total", "Objects tried at a destination, by outcome", with_outcome)
      .add();
}

}  // namespace headgate::process
