// Delivers again what was parked, once its cause is mended.
#pragma once

#include <cstdint>
#include <map>
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

struct ReplayCounts {
  std::uint64_t deliveries = 0;  // no longer parked
  std::uint64_t messages = 0;    // sent for them: mostly one an object
  std::uint64_t gone = 0;        // deliveries whose object is not there any more: settled so
  // Still parked: their tenant is still not known, or is another customer by now, or their bucket is none of
  // ours.
  std::uint64_t left = 0;
};

// One thread.
class ParkedReplay {
 public:
  struct World {
    Clock& clock;
    Random& random;
    Ledger& ledger;
    CentralStores central;
    tenants::TenantDirectory& tenants;
    Queue& queue;
  };
  // `owner`: of the leases it takes for a moment; no worker's.
  ParkedReplay(World world, LeaseOwner owner) : world_(std::move(world)), owner_(std::move(owner)) {}

  // At most `count_max` parked deliveries of a tenant (empty: of all), oldest first: each is unparked and its
  // object announced again, so that workers deliver what is not delivered yet. The message is sent first, to
  // be seen a little later: a crash in between leaves a message that finds nothing to do, and the delivery
  // parked. On an error, what was done stays done.
  Result<ReplayCounts> run(const TenantId& tenant, std::size_t count_max, Deadline deadline);
  // What run() would do, oldest first.
  Result<std::vector<Ledger::ParkedDelivery>> list(const TenantId& tenant, std::size_t count_max,
                                                   Deadline deadline) {
    return world_.ledger.parked(tenant, count_max, deadline);
  }

 private:
  Result<> replay(const DeliveryId& id, Deadline deadline, ReplayCounts& counts);
  Result<> announce_unless_lately(const DeliveryId& id, const ObjectInfo& info, ReplayCounts& counts,
                                  Deadline deadline);
  Result<> announce(const DeliveryId& id, const ObjectInfo& info, Deadline deadline);
  Result<> settle(const DeliveryId& id, std::string_view reason, Deadline deadline);

  const World world_;
  const LeaseOwner owner_;
  std::map<std::pair<BucketName, ObjectKey>, SteadyTime> announced_;  // by this run, when
};

}  // namespace headgate::process
