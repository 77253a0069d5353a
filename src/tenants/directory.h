// What a processor asks for every object: does anyone know this tenant, and where does it want its logs? A
// cached view of the tenant store, so that a burst of objects costs one query.
#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/deadline.h"
#include "base/metrics.h"
#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"
#include "ports/clock.h"
#include "ports/tenant_store.h"
#include "tenants/validate.h"

namespace headgate::tenants {

// An enabled row that cannot be delivered to, and why. Its objects are parked, not dropped.
struct InvalidConfiguration {
  DestinationName type;
  std::vector<FieldProblem> problems;
};

struct TenantView {
  bool is_known = false;  // has a row at all, of whatever state
  // Set when the id was another customer's before (former_tenant.h): what was stored earlier is not this
  // tenant's.
  std::optional<Timestamp> objects_since = {};
  std::vector<TenantConfiguration> active;  // enabled, not expired, valid; by type
  std::vector<InvalidConfiguration> invalid;
};

// Any thread. Holds at most `tenants_max` tenants, known or not, and forgets the least recently used; a view
// is at most `age_max` old. A row's own ttl is judged at each call. Several threads that miss at once each
// ask the store. That a configuration cannot be used, or why, or that it can again, is logged once, whenever
// it is read and has changed.
class TenantDirectory {
 public:
  struct Options {
    std::chrono::milliseconds age_max{30'000};
    std::size_t tenants_max = 10'000;
    Rules rules = {};
    Metrics* metrics = nullptr;  // outlives it; none: nothing is counted
  };
  static constexpr std::size_t kToldMax = 10'000;  // configurations that cannot be used; more are not told of
  TenantDirectory(Clock& clock, TenantStore& store, Options options);

  // The store's error when it cannot be asked: an old view is not used, it may deliver what was since
  // forbidden. An empty tenant is unknown without a question.
  Result<TenantView> of(const TenantId& tenant, Deadline deadline);
  // The next of() asks the store: called after a change made in this process.
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
  std::mutex mutex_;  // guards all below; never held while the store is asked
  std::unordered_map<TenantId, Slot> slots_;
  std::list<TenantId> recency_;  // most recently used first
  // What was last logged of a tenant's rows, and not forgotten with the cache: by type, in words.
  std::map<TenantId, std::map<DestinationName, std::string>> told_;
  std::size_t told_rows_ = 0;
  Gauge* const invalid_;          // none: nothing is counted
  std::uint64_t generation_ = 0;  // counts forget(): an answer asked for before one is not kept
};

}  // namespace headgate::tenants
