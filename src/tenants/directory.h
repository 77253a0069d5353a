// Tells a processor for every object whether its tenant exists, and where the tenant wants its logs. It is a
// cached view of the tenant store, so that many objects cost one query.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/deadline.h"
#include "base/metrics.h"
#include "base/mutex.h"
#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"
#include "ports/clock.h"
#include "ports/tenant_store.h"
#include "tenants/validate.h"

namespace headgate::tenants {

// An enabled row that cannot be used for deliveries, and why. Its objects are parked, not dropped.
struct InvalidConfiguration {
  DestinationName type;
  std::vector<FieldProblem> problems;
};

struct TenantView {
  bool is_known = false;  // has a row in any state
  // Set if the id belonged to another customer before (former_tenant.h): what was stored earlier is not this
  // tenant's.
  std::optional<Timestamp> objects_since = {};
  std::vector<TenantConfiguration> active;  // enabled, not expired and valid; ordered by type
  std::vector<InvalidConfiguration> invalid;
};

// Thread-safe. Keeps at most `tenants_max` tenants, known or not, and forgets the least recently used one. A
// view is at most `age_max` old. A row's own ttl is checked at each call. If several threads need the same
// tenant at once, each asks the store. A change in whether a configuration can be used, or why not, is logged
// once.
class TenantDirectory {
 public:
  struct Options {
    std::chrono::milliseconds age_max{30'000};
    std::size_t tenants_max = 10'000;
    Rules rules = {};
    Metrics* metrics = nullptr;  // must outlive this object; if null, nothing is counted
  };
  static constexpr std::size_t kToldMax = 10'000;  // how many unusable configurations are logged at most
  TenantDirectory(Clock& clock, TenantStore& store, Options options);

  // Returns the store's error if it cannot be asked. An old view is not used, because it could deliver what
  // was forbidden since. An empty tenant is unknown without a query.
  Result<TenantView> of(const TenantId& tenant, Deadline deadline);
  // Makes the next of() ask the store. Call it after a change in this process.
  void forget(const TenantId& tenant);

 private:
  struct Entry;
  using Rows = std::shared_ptr<const Entry>;  // shared by the cache and the calls that are reading it
  struct Slot {
    Rows rows;
    SteadyTime read_at;
    std::list<TenantId>::iterator place;
  };

  Rows cached(const TenantId& tenant, SteadyTime now);
  void tell(const TenantId& tenant, const Entry& entry);
  void keep(const TenantId& tenant, Rows rows, SteadyTime read_at, std::uint64_t generation);

  Clock& clock_;
  TenantStore& store_;
  const Options options_;
  Mutex mutex_;  // never held while the store is asked
  std::unordered_map<TenantId, Slot> slots_ GUARDED_BY(mutex_);
  std::list<TenantId> recency_ GUARDED_BY(mutex_);  // most recently used first
  // What was last logged about a tenant's rows, by type. It is not forgotten with the cache.
  std::map<TenantId, std::map<DestinationName, std::string>> told_ GUARDED_BY(mutex_);
  std::size_t told_rows_ GUARDED_BY(mutex_) = 0;
  Gauge* const invalid_;  // null if nothing is counted
  // Counts forget(): an answer to an earlier question is not kept.
  std::uint64_t generation_ GUARDED_BY(mutex_) = 0;
};

}  // namespace headgate::tenants
