#include "process/replay.h"

#include "model/notification.h"
#include "process/own_store.h"
#include "process/processor.h"

namespace headgate::process {

namespace {

// For the ledger to be written before a worker sees the message.
constexpr std::chrono::seconds kLedgerFirst{15};

}  // namespace

Result<ReplayCounts> ParkedReplay::run(const TenantId& tenant, std::size_t count_max, Deadline deadline) {
  ReplayCounts counts;
  announced_.clear();
  for (const Ledger::ParkedDelivery& parked : TRY(world_.ledger.parked(tenant, count_max, deadline))) {
    if (deadline.passed(world_.clock.steady())) break;
    TRY(replay(parked.id, deadline, counts));
  }
  return counts;
}

Result<> ParkedReplay::replay(const DeliveryId& id, Deadline deadline, ReplayCounts& counts) {
  const bool is_of_nobody = id.destination == kAnyDestination;
  ObjectStore* const central = world_.central.of(id.bucket);
  if (central == nullptr) {
    ++counts.left;
    return {};
  }
  if (is_of_nobody && !TRY(world_.tenants.of(id.tenant, deadline)).is_known) {
    ++counts.left;
    return {};
  }
  const Result<ObjectInfo> info = OwnStore(*central).head(id.key, deadline);
  if (!info.ok() && info.error().fault != Fault::NotFound) return info.error();
  const std::optional<Timestamp> since = TRY(world_.tenants.of(id.tenant, deadline)).objects_since;
  if (info.ok() && since && info->modified_at < *since) {
    ++counts.left;  // it was stored for whoever had the tenant id before
    return {};
  }
  if (info.ok()) {
    TRY(announce_unless_lately(id, *info, counts, deadline));
    ++counts.deliveries;
  } else {
    ++counts.gone;
  }
  const Result<> unparked = world_.ledger.unpark(id, world_.clock.now(), deadline);
  // NotFound: someone else was faster.
  if (!unparked.ok()) return unparked.error().fault == Fault::NotFound ? Result<>() : unparked;
  // Took it so long that a worker may have found the delivery parked still, it is told of it again.
  if (info.ok()) TRY(announce_unless_lately(id, *info, counts, deadline));
  if (!info.ok()) return settle(id, "object gone", deadline);
  // This row stood for destinations that nobody knew; the message finds those that there are.
  return is_of_nobody ? settle(id, "tenant known", deadline) : Result<>();
}

// One message serves all of an object's deliveries that are unparked before it is seen.
Result<> ParkedReplay::announce_unless_lately(const DeliveryId& id, const ObjectInfo& info,
                                              ReplayCounts& counts, Deadline deadline) {
  const SteadyTime now = world_.clock.steady();
  const auto announced = announced_.find({id.bucket, id.key});
  if (announced != announced_.end() && now - announced->second < kLedgerFirst / 3) return {};
  TRY(announce(id, info, deadline));
  announced_[{id.bucket, id.key}] = now;
  ++counts.messages;
  return {};
}

Result<> ParkedReplay::announce(const DeliveryId& id, const ObjectInfo& info, Deadline deadline) {
  const ObjectCreated created{
      .bucket = id.bucket, .key = id.key, .bytes = info.bytes, .etag = info.etag, .at = info.modified_at};
  return world_.queue.send(sns_envelope(created, world_.random.uuid()), kLedgerFirst, deadline);
}

Result<> ParkedReplay::settle(const DeliveryId& id, std::string_view reason, Deadline deadline) {
  const Timestamp now = world_.clock.now();
  const Claim claim = TRY(world_.ledger.claim(id, owner_, now, now + std::chrono::seconds{60}, deadline));
  if (!claim.is_ours) return {};
  return world_.ledger.settle(id, owner_, DeliveryState::Filtered, reason, now, deadline);
}

}  // namespace headgate::process
