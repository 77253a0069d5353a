// Takes one notification to its end: for each object it names, whose it is, where that tenant wants it, and
// delivery to every destination that does not have it yet. One destination's trouble is its own: the others
// go on.
#pragma once

#include <chrono>
#include <cstdint>
#include <set>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "base/result.h"
#include "deliver/bucket_delivery.h"
#include "deliver/delivery.h"
#include "deliver/log_batcher.h"
#include "deliver/quarantine.h"
#include "model/notification.h"
#include "model/object_key.h"
#include "ports/clock.h"
#include "ports/destinations.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "process/verdict.h"
#include "tenants/directory.h"
#include "tenants/groups.h"

namespace headgate::process {

struct ProcessorOptions {
  std::set<BucketName> buckets;  // central buckets: objects of others are refused
  KeyTemplate key_template;
  LeaseOwner owner;  // of one thread, the same after a restart: it then takes up its own leases at once
  std::chrono::milliseconds lease{600'000};
  std::chrono::milliseconds timeout{60'000};  // of one call to a destination
  deliver::LogLimits log_limits;
  tenants::Groups groups;
};

// One thread: options.owner is that thread's name in the ledger, and what keeps two of them from delivering
// one object at once. The ports are shared.
class Processor {
 public:
  struct World {
    Clock& clock;
    ObjectStore& central;
    Ledger& ledger;
    tenants::TenantDirectory& tenants;
    Destinations& destinations;
    Metrics& metrics;
  };
  Processor(World world, ProcessorOptions options);

  // Done: remove the message. TryLater: something is not settled; what is will not be done again.
  Verdict process(const ReceivedMessage& message);
  // The same for one object, named by hand or found by a scan.
  Verdict process(const ObjectCreated& object);

 private:
  struct Try;  // one destination's part in one object
  Verdict deliver_all(const ObjectCreated& object, const KeyFields& fields,
                      const tenants::TenantView& tenant);
  deliver::WantsApplication wanted_of_packed(const TenantConfiguration& configuration,
                                             const KeyFields& fields) const;
  Verdict settle_unwanted(const ObjectCreated& object, std::vector<Try>& tries);
  Verdict deliver_logs(const ObjectCreated& object, std::vector<Try>& tries);
  Result<> read_object(const ObjectCreated& object, std::vector<Try>& tries);
  Verdict deliver_to_bucket(Try& one);
  bool claim(Try& one, Verdict& verdict);
  Verdict settle(Try& one, const Result<>& tried);
  Verdict settle_claimed(const DeliveryId& id, DeliveryState state, std::string_view reason);
  Verdict settle_unclaimed(const DeliveryId& id, DeliveryState state, std::string_view reason);
  Verdict park_unknown(const ObjectCreated& object, const TenantId& tenant, std::string_view reason);
  void count(const Try& one, std::string_view outcome);

  World world_;
  const ProcessorOptions options_;
  deliver::Quarantine quarantine_;
  deliver::BucketDelivery buckets_;
};

// The destination in the ledger of objects whose tenant is not known or has no configuration that can be
// used.
inline const DestinationName kAnyDestination{"*"};

}  // namespace headgate::process
