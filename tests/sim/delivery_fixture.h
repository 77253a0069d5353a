// A central bucket, a ledger, tenants and their accounts, all simulated, and processors that are started
// among them one after the other.
#pragma once

#include <utility>

#include "process/processor.h"
#include "sim/sim_ledger.h"
#include "sim/sim_store.h"
#include "sim/sim_tenants.h"

namespace headgate::sim {

struct DeliveryFixture {
  explicit DeliveryFixture(FaultPlan plan = {}) : faults(plan) {}

  // What a processor that knows nothing of those before it makes of the object. Throws Crash where the plan
  // lets it die.
  process::Verdict process(const ObjectKey& key, std::size_t events_max = 10'000) {
    tenants::TenantDirectory directory(clock, tenants, {.rules = {.backend = tenants::Backend::Local}});
    process::ProcessorOptions options{.buckets = {central.bucket()}};
    options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options.owner = LeaseOwner("worker-1");
    options.log_limits.events_max = events_max;
    options.decompression = decompression;
    process::Processor processor({.clock = clock,
                                  .central = central,
                                  .ledger = ledger,
                                  .tenants = directory,
                                  .destinations = destinations,
                                  .metrics = metrics},
                                 std::move(options));
    return processor.process(ObjectCreated{.bucket = central.bucket(), .key = key, .at = clock.now()})
        .verdict;
  }

  Faults faults;
  SimClock clock;
  SimStore central{faults, clock, BucketName("central")};
  SimLedger ledger{faults};
  SimTenantStore tenants{faults};
  SimDestinations destinations{faults, clock, central, 1};
  Metrics metrics;
  deliver::Decompression decompression;
};

}  // namespace headgate::sim
