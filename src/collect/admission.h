// Which containers are collected, and with which settings. It asks the cluster, waits for pods that the
// cluster does not know yet, notices changes, and remembers which containers were excluded: what they write
// until they are selected again is skipped.
// Tests: tests/sim/changing_pods_test.cc
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

// The collect thread owns it. Memory: an entry for each container that exists and is not followed. Nothing of
// it survives a crash: the checkpoints know which containers were collected, and the cluster which are
// excluded.
class Admission {
 public:
  struct Options {
    std::set<ContainerName> excluded_containers = {};  // of every pod
    std::string tenant_label = {};                     // as for settings_of()
    // How long a container waits until the cluster knows its pod; then it is followed with the facts of
    // Kube::assumed(). While the API never answered, api_wait_max holds instead; 0: wait for ever.
    std::chrono::milliseconds pod_wait_max{60'000};
    std::chrono::milliseconds api_wait_max{3'600'000};
  };
  // `kube` outlives it.
  Admission(Kube& kube, Options options) : kube_(kube), options_(std::move(options)) {}

  // The settings of a container that is not followed. Empty while the cluster does not know its pod: ask
  // again.
  std::optional<CollectionSettings> ask(const ContainerKey& id, SteadyTime now);
  // The settings as the cluster has them now. Empty when it does not know the pod: the earlier ones then
  // hold.
  std::optional<CollectionSettings> settings_now(const ContainerKey& id);
  // Whether anything in the cluster changed since the last call.
  bool take_changes();
  // Whether a container that was excluded, or that waits, is selected now.
  bool is_any_wanted();
  bool is_waiting() const;
  std::size_t waiting() const;

  // Once it is selected (again), the lines that its files hold by then are skipped.
  void exclude(const ContainerKey& id) { unfollowed_[id].is_excluded = true; }
  bool is_excluded(const ContainerKey& id) const;
  void admit(const ContainerKey& id) { unfollowed_.erase(id); }
  // The files of a container that waits. Returns how many of them were deleted since the last call.
  std::uint64_t see_waiting(const SeenContainer& seen);
  // Forgets containers that are gone. Returns how many files of waiting ones went with them.
  std::uint64_t forget_absent(const std::set<ContainerKey>& present);

 private:
  bool has_waited(std::chrono::nanoseconds waited) const;

  struct Unfollowed {
    std::optional<SteadyTime> waits_since = {};  // until the cluster knows it
    bool is_excluded = false;
    UnopenedFiles files = {};  // of a container that waits
  };

  Kube& kube_;
  const Options options_;
  std::map<ContainerKey, Unfollowed> unfollowed_;
  std::uint64_t changes_ = 0;
  RepeatedLog said_;
};

}  // namespace headgate::collect
