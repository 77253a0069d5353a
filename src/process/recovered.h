// Destinations that took a delivery which had been parked: what else is parked for them may follow.
// Tests: src/process/parked_release_test.cc
#pragma once

#include <cstddef>
#include <map>
#include <utility>

#include "base/mutex.h"
#include "model/names.h"

namespace headgate::process {

// Any thread. Remembers at most kMax destinations; of those beyond, parked_release.h finds out by its probes.
class Recovered {
 public:
  static constexpr std::size_t kMax = 1'000;
  using Counts = std::map<std::pair<TenantId, DestinationName>, std::size_t>;  // deliveries that were taken

  void add(const TenantId& tenant, const DestinationName& destination) {
    const MutexLock lock(mutex_);
    const auto found = counts_.find({tenant, destination});
    if (found != counts_.end()) {
      ++found->second;
    } else if (counts_.size() < kMax) {
      counts_.emplace(std::pair(tenant, destination), 1);
    }
  }
  // Those since the last call.
  Counts take() {
    const MutexLock lock(mutex_);
    return std::exchange(counts_, {});
  }
  bool empty() const {
    const MutexLock lock(mutex_);
    return counts_.empty();
  }

 private:
  mutable Mutex mutex_;
  Counts counts_ GUARDED_BY(mutex_);
};

}  // namespace headgate::process
