// Delivers again what was parked, once its cause is fixed: by a command (ParkedReplay::run) and by itself
// (parked_release.h).
// Tests: src/process/processor_test.cc, src/process/central_stores_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/random.h"
#include "process/central_stores.h"
#include "tenants/directory.h"

namespace headgate::process {

// Which parked or lost deliveries. What is empty asks for nothing.
struct ParkedFilter {
  TenantId tenant = {};
  DestinationName destination = {};
  std::string reason = {};  // a part of the reason's words
  BucketName bucket = {};
  ObjectKey key = {};
  std::optional<Timestamp> from = {};   // parked since
  std::optional<Timestamp> until = {};  // and before
  std::size_t count_max = 10'000;
};

// When a delivery was parked first, whoever wrote its row.
Timestamp parked_since(const DeliveryEntry& entry);
// "parked since 2026-…: access denied", and so on: why a delivery is lost.
std::string reason_of_loss(const DeliveryEntry& parked);

// Of those in `state` (Parked or Lost), the ones that the filter asks for, oldest first.
Result<std::vector<Ledger::ParkedDelivery>> list_parked(Ledger& ledger, DeliveryState state,
                                                        const ParkedFilter& filter, Deadline deadline);

struct ReplayCounts {
  std::uint64_t deliveries = 0;  // no longer parked
  std::uint64_t messages = 0;    // sent for them: mostly one an object
  std::uint64_t lost = 0;        // deliveries whose object is not there any more: settled so
  // Still parked: their tenant is still not known, or is another customer by now, or their bucket is none of
  // ours.
  std::uint64_t left = 0;
};

// One thread.
class ParkedReplay {
 public:
  struct Deps {
    Clock& clock;
    Random& random;
    Ledger& ledger;
    CentralStores central;
    tenants::TenantDirectory& tenants;
    Queue& queue;
  };
  explicit ParkedReplay(Deps deps) : deps_(std::move(deps)) {}

  // Parked deliveries, oldest first: each is unparked and its object announced again, so that workers deliver
  // what is not delivered yet. The message is sent first, to be seen a little later: a crash in between
  // leaves a message that finds nothing to do, and the delivery parked. On an error, what was done stays
  // done.
  Result<ReplayCounts> run(const ParkedFilter& filter, Deadline deadline);
  // One of them.
  Result<> release(const Ledger::ParkedDelivery& parked, Deadline deadline, ReplayCounts& counts);

 private:
  Result<> announce_unless_lately(const DeliveryId& id, const ObjectInfo& info, ReplayCounts& counts,
                                  Deadline deadline);
  Result<> announce(const DeliveryId& id, const ObjectInfo& info, Deadline deadline);

  const Deps deps_;
  std::map<std::pair<BucketName, ObjectKey>, SteadyTime> announced_;  // when, by this run or turn
};

// Settles a parked delivery whose object is gone as lost. False: it was no longer parked.
Result<bool> settle_lost(Clock& clock, Ledger& ledger, const Ledger::ParkedDelivery& parked,
                         Deadline deadline);

}  // namespace headgate::process
