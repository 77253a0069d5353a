#include "process/replay.h"

#include <algorithm>

#include "base/log.h"
#include "model/notification.h"
#include "process/central_objects.h"
#include "process/processor.h"

namespace headgate::process {

namespace {

// For the ledger to be written before a worker sees the message.
constexpr std::chrono::seconds kLedgerFirst{6};
constexpr std::size_t kAnnouncedMax = 10'000;

bool is_asked_for(const ParkedFilter& filter, const Ledger::ParkedDelivery& one) {
  const Timestamp since = parked_since(one.entry);
  if (!filter.bucket.empty() && one.id.bucket != filter.bucket) return false;
  if (!filter.key.empty() && one.id.key != filter.key) return false;
  if (filter.from && since < *filter.from) return false;
  if (filter.until && since >= *filter.until) return false;
  return one.entry.reason.find(filter.reason) != std::string::npos;
}

}  // namespace

Timestamp parked_since(const DeliveryEntry& entry) {
  return entry.parked_since > Timestamp{} ? entry.parked_since : entry.updated_at;
}

std::string reason_of_loss(const DeliveryEntry& parked) {
  return "the object is gone; it was parked since " + to_rfc3339(parked_since(parked)) + ": " + parked.reason;
}

Result<std::vector<Ledger::ParkedDelivery>> list_parked(Ledger& ledger, DeliveryState state,
                                                        const ParkedFilter& filter, Deadline deadline) {
  // What is filtered here stands between what is asked for.
  constexpr std::size_t kLookMax = 100'000;
  const bool is_all =
      filter.bucket.empty() && filter.key.empty() && filter.reason.empty() && !filter.from && !filter.until;
  std::vector<Ledger::ParkedDelivery> all =
      TRY(ledger.list({.state = state,
                       .tenant = filter.tenant,
                       .destination = filter.destination,
                       .count_max = is_all ? filter.count_max : std::max(filter.count_max, kLookMax)},
                      deadline));
  std::erase_if(all, [&](const Ledger::ParkedDelivery& one) { return !is_asked_for(filter, one); });
  if (all.size() > filter.count_max)
    all.erase(all.begin() + static_cast<std::ptrdiff_t>(filter.count_max), all.end());
  return all;
}

Result<bool> settle_lost(Clock& clock, Ledger& ledger, const Ledger::ParkedDelivery& parked,
                         Deadline deadline) {
  const std::string reason = reason_of_loss(parked.entry);
  const Result<> settled =
      ledger.settle_parked(parked.id, DeliveryState::Lost, reason, clock.now(), deadline);
  if (!settled.ok() && settled.error().fault == Fault::NotFound) return false;
  TRY(settled);
  log::error("delivery_lost",
             "A delivery is lost, because its object was deleted before it was delivered. Let the bucket's "
             "lifecycle keep objects for longer, and see `headgate undelivered list --kind=lost`.",
             {{"tenant", parked.id.tenant.view()},
              {"destination", parked.id.destination.view()},
              {"key", parked.id.key.view()},
              {"reason", reason}});
  return true;
}

Result<ReplayCounts> ParkedReplay::run(const ParkedFilter& filter, Deadline deadline) {
  ReplayCounts counts;
  announced_.clear();
  for (const Ledger::ParkedDelivery& parked :
       TRY(list_parked(deps_.ledger, DeliveryState::Parked, filter, deadline))) {
    if (deadline.passed(deps_.clock.steady())) break;
    TRY(release(parked, deadline, counts));
  }
  return counts;
}

Result<> ParkedReplay::release(const Ledger::ParkedDelivery& parked, Deadline deadline,
                               ReplayCounts& counts) {
  const DeliveryId& id = parked.id;
  const bool is_of_nobody = id.destination == kAnyDestination;
  ObjectStore* const central = deps_.central.of(id.bucket);
  if (central == nullptr) {
    ++counts.left;
    return {};
  }
  const Result<ObjectInfo> info = CentralObjects(*central).head(id.key, deadline);
  if (!info.ok() && info.error().fault != Fault::NotFound) return info.error();
  if (!info.ok()) {
    if (TRY(settle_lost(deps_.clock, deps_.ledger, parked, deadline))) ++counts.lost;
    return {};
  }
  const tenants::TenantView tenant = TRY(deps_.tenants.of(id.tenant, deadline));
  // Stored for whoever had the tenant id before, it is nobody's.
  const bool is_of_former = tenant.objects_since && info->modified_at < *tenant.objects_since;
  if (is_of_former || (is_of_nobody && !tenant.is_known)) {
    ++counts.left;
    return {};
  }
  TRY(announce_unless_lately(id, *info, counts, deadline));
  // This row stood for destinations that nobody knew; the message finds those that there are.
  const Result<> unparked = is_of_nobody
                                ? deps_.ledger.settle_parked(id, DeliveryState::Filtered, "tenant known",
                                                             deps_.clock.now(), deadline)
                                : deps_.ledger.unpark(id, deps_.clock.now(), deadline);
  // NotFound: someone else was faster.
  if (!unparked.ok()) return unparked.error().fault == Fault::NotFound ? Result<>() : unparked;
  ++counts.deliveries;
  // Took it so long that a worker may have found the delivery parked still, it is told of it again.
  return announce_unless_lately(id, *info, counts, deadline);
}

// One message serves all of an object's deliveries that are unparked before it is seen.
Result<> ParkedReplay::announce_unless_lately(const DeliveryId& id, const ObjectInfo& info,
                                              ReplayCounts& counts, Deadline deadline) {
  const SteadyTime now = deps_.clock.steady();
  const auto announced = announced_.find({id.bucket, id.key});
  if (announced != announced_.end() && now - announced->second < kLedgerFirst / 3) return {};
  TRY(announce(id, info, deadline));
  if (announced_.size() >= kAnnouncedMax) announced_.clear();  // at worst one is told of twice
  announced_[{id.bucket, id.key}] = now;
  ++counts.messages;
  return {};
}

Result<> ParkedReplay::announce(const DeliveryId& id, const ObjectInfo& info, Deadline deadline) {
  const ObjectCreated created{
      .bucket = id.bucket, .key = id.key, .bytes = info.bytes, .etag = info.etag, .at = info.modified_at};
  return deps_.queue.send(sns_envelope(created, deps_.random.uuid()), kLedgerFirst, deadline);
}

}  // namespace headgate::process
