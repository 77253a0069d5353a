// Which containers are followed, and on which terms: asks the cluster, waits for what it does not know yet,
// notices when it says otherwise, and remembers whose lines of the meantime are not to be delivered.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "base/deadline.h"
#include "base/repeated_log.h"
#include "collect/collection_settings.h"
#include "collect/tail/unopened_files.h"
#include "ports/kube.h"

namespace headgate::collect {

using ContainerKey = std::pair<PodId, ContainerName>;

// The collect thread owns it. Holds an entry for each container that is there and not followed. Nothing of it
// survives a crash: that a container was collected is in the checkpoints, what excludes it the cluster knows.
class Admission {
 public:
  struct Options {
    std::set<ContainerName> excluded_containers = {};  // of every pod
    std::string tenant_label = {};                     // as terms_of() takes it
    // How long a container waits for the cluster to know its pod, before it is followed as what
    // Kube::assumed() takes it for; and while the cluster never said anything. 0 of the latter: for ever.
    std::chrono::milliseconds pod_wait_max{60'000};
    std::chrono::milliseconds api_wait_max{3'600'000};
  };
  // `kube` outlives it.
  Admission(Kube& kube, Options options) : kube_(kube), options_(std::move(options)) {}

  // Of a container that is not followed. Empty: the cluster has to say first; ask again.
  std::optional<CollectionSettings> ask(const ContainerKey& id, SteadyTime now);
  // As the cluster says now; empty when it does not know the pod: then what it said before goes on.
  std::optional<CollectionSettings> settings_now(const ContainerKey& id);
  // Whether the cluster may say otherwise than at the last call.
  bool take_changes();
  // Whether one that was left out, or that waits, is wanted now.
  bool is_any_wanted();
  bool is_waiting() const;
  std::size_t waiting() const;

  // Once it is wanted (again), what its files say by then is passed over.
  void exclude(const ContainerKey& id) { unfollowed_[id].is_excluded = true; }
  bool is_excluded(const ContainerKey& id) const;
  void admit(const ContainerKey& id) { unfollowed_.erase(id); }
  // What there is of one that waits. Returns how many of its files are gone, wanted or not.
  std::uint64_t see_waiting(const SeenContainer& seen);
  // The same, of those that are gone altogether.
  std::uint64_t forget_absent(const std::set<ContainerKey>& present);

 private:
  bool has_waited(std::chrono::nanoseconds waited) const;

  struct Unfollowed {
    std::optional<SteadyTime> waits_since = {};  // for the cluster to know it
    bool is_excluded = false;
    UnopenedFiles files = {};  // of one that waits
  };

  Kube& kube_;
  const Options options_;
  std::map<ContainerKey, Unfollowed> unfollowed_;
  std::uint64_t changes_ = 0;
  RepeatedLog said_;
};

}  // namespace headgate::collect
