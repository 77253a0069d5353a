// What every test of deliveries stands on: a central bucket, a ledger and tenants, all in memory, and a clock
// that stands still.
#pragma once

#include <gtest/gtest.h>

#include "base/metrics.h"
#include "fakes/memory_ledger.h"
#include "fakes/memory_store.h"
#include "fakes/memory_tenant_store.h"
#include "fakes/still_clock.h"
#include "tenants/directory.h"

namespace headgate::fakes {

class CentralFixture : public testing::Test {
 protected:
  StillClock clock_;  // at 2027-01-15T08:00:00Z
  Metrics metrics_;
  MemoryStore central_{clock_, BucketName("central")};
  MemoryLedger ledger_;
  MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.backend = tenants::Backend::Local}}};
};

}  // namespace headgate::fakes
