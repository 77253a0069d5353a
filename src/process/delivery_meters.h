// What is counted of each destination (docs/metrics.md, "Processor"). The first destinations that are seen
// keep their names; those beyond the bound are counted together, so that no number of tenants costs memory.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <utility>

#include "base/metrics.h"
#include "base/mutex.h"
#include "model/names.h"

namespace headgate::process {

// Any thread. One for all processors of a process: else each would name other tenants.
class DeliveryMeters {
 public:
  static constexpr std::size_t kNamedMax = 200;

  struct Meters {
    std::string tenant;  // as it is named here
    Counter& events;
    Counter& bytes;
    Counter& batches;
    Counter& events_filtered;
    Counter& events_quarantined;
    Counter& events_restamped;
    Counter& objects_filtered;
    Counter& delivered;
    Counter& failed;
    Counter& parked;
    Counter& refused;    // not tried: the destination's breaker is open
    Counter& lost;       // the object was gone before it was delivered
    Histogram& latency;  // from the object's creation to its delivery
    Histogram& lag;      // from a line being written to its delivery
  };

  explicit DeliveryMeters(Metrics& metrics, std::size_t named_max = kNamedMax);

  Meters& of(const TenantId& tenant, const DestinationName& destination);
  // Events of such a destination's tenant in quarantine. Made when there are any: most tenants have none.
  Counter& quarantined(const Meters& of, const std::string& reason);

 private:
  std::unique_ptr<Meters> make(const std::string& tenant, const std::string& destination);

  Metrics& metrics_;
  const std::size_t named_max_;
  Mutex mutex_;
  std::map<std::pair<TenantId, DestinationName>, std::unique_ptr<Meters>> named_ GUARDED_BY(mutex_);
  const std::unique_ptr<Meters> other_;
};

}  // namespace headgate::process
