// Which containers are collected, and with which settings: it starts to follow a container when the cluster
// selects it, and notices when the cluster's settings for it change.
// Tests: tests/sim/changing_pods_test.cc, tests/sim/ended_containers_test.cc
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/deadline.h"
#include "base/repeated_log.h"
#include "collect/admission.h"
#include "collect/batch/batch_policy.h"
#include "collect/batch/open_batches.h"
#include "collect/batch/spool.h"
#include "collect/collection_settings.h"
#include "collect/collector_meters.h"
#include "collect/progress/checkpoints.h"
#include "collect/tail/container_tail.h"
#include "collect/tail/multiline.h"
#include "ports/clock.h"
#include "ports/disk.h"
#include "ports/kube.h"
#include "ports/linked_files.h"

namespace headgate::collect {

// A container whose log files are read.
struct FollowedContainer {
  OpenBatches::Joined batch;
  TenantId tenant;  // the owner of its lines
  const OpenBatches::Slot& slot() const { return batch.place->second; }
  std::unique_ptr<ContainerTail> tail;
  std::string directory;
  // As counted in the collector's sums:
  std::size_t held_bytes = 0;
  std::size_t open_bytes = 0;
  std::size_t open_files = 0;
  SteadyTime read_at = kLongAgo;           // when it is read next; max: when its files change
  SteadyTime look_at = SteadyTime::max();  // when its directory is listed next; max: when it changes
  CollectionSettings settings = {};        // as they were when it was first followed
  // Its settings have changed: it is read to the end of its files and unfollowed. If it is still selected it
  // is then followed again, with the new settings.
  bool is_ending = false;
  bool is_at_end = false;        // of its files, while it is ending
  std::uint32_t runs_ended = 0;  // as the cluster last said
};

// The collect thread owns it. Memory: an entry for each container that is followed, and what Admission holds.
// After a crash the checkpoints say where each file continues.
class Follower {
 public:
  struct Options {
    Admission::Options admission = {};
    BatchPolicy policy;
    std::map<Namespace, BatchPolicy> policies = {};  // of namespaces that have their own
    // Of each container; `joining.pattern` comes from its settings.
    ContainerTail::Options tail = {};
    std::chrono::milliseconds changes_interval{1000};  // the cluster's changes are not taken up more often
  };
  // All outlive it.
  struct Deps {
    Clock& clock;
    Kube& kube;
    Disk& logs;
    Decompressors& decompressors;
    Checkpoints& checkpoints;
    Spool& spool;
    OpenBatches& batches;
    CollectorMeters& meters;
    RepeatedLog& said;  // what is found at each look is logged once an hour
  };
  using Containers = std::map<ContainerKey, FollowedContainer>;

  Follower(Deps deps, Options options, MultilinePatterns patterns);

  Containers& containers() { return containers_; }
  const Containers& containers() const { return containers_; }
  // The container whose log files are in `directory`; end() when it is not followed.
  Containers::iterator find(std::string_view directory);

  // Follows the container that a listing showed, if it is selected. nullptr if it is not. Also nullptr while
  // the cluster does not know its pod, and when it has to wait for follow_reselected().
  FollowedContainer* follow(const SeenContainer& seen, SteadyTime now);
  // Follows containers that had been excluded and are now selected, since the last call. What they wrote
  // while they were excluded is skipped, now and after a crash.
  struct Reselected {
    struct Container {
      SeenContainer seen;
      FollowedContainer* followed = nullptr;
    };
    std::vector<Container> containers;
    bool is_postponed = false;  // some could not be followed yet: list all directories again soon
  };
  Reselected follow_reselected(SteadyTime now);

  // Takes up what the cluster changed: ended runs, changed settings, newly selected containers.
  struct Changes {
    bool is_any_due = false;  // a container is to be read and listed now
    // A container that is not followed may be selected now: list all directories.
    bool is_any_selected = false;
  };
  Changes take_changes(SteadyTime now);
  bool is_any_ending() const { return ending_ > 0; }
  // The container's files are gone, or it has ended and is wholly in sealed batches.
  Containers::iterator unfollow(Containers::iterator container);

  // Containers whose pods the cluster does not know yet.
  std::size_t undecided() const { return admission_.waiting(); }
  // Forgets undecided and excluded containers that are gone. Returns how many of their files were never
  // decided.
  std::uint64_t forget_absent(const std::set<ContainerKey>& present) {
    return admission_.forget_absent(present);
  }

 private:
  struct Waiting {
    SeenContainer seen;
    CollectionSettings settings;
  };
  FollowedContainer* begin(const SeenContainer& seen, CollectionSettings settings, SteadyTime now);
  void note_refused_label(const SeenContainer& seen, SteadyTime now);
  void note_not_skipped(const SeenContainer& seen, const Error& error, SteadyTime now);
  bool note_runs_ended(const ContainerKey& id, FollowedContainer& followed, SteadyTime now);
  void begin_ending(const ContainerKey& id, FollowedContainer& followed, const CollectionSettings& settings,
                    SteadyTime now);
  const MultilinePattern* pattern_of(const SeenContainer& seen, const std::string& name, SteadyTime now);
  const BatchPolicy& policy_of(const Namespace& name) const;
  std::optional<BatchKey> pod_key_of(const SeenContainer& seen, const CollectionSettings& settings,
                                     SteadyTime now);

  Deps deps_;
  const Options options_;
  MultilinePatterns patterns_;
  Admission admission_;
  Containers containers_;
  std::map<std::string, Containers::iterator, std::less<>> by_directory_;
  std::size_t ending_ = 0;
  std::vector<Waiting> reselected_;  // for follow_reselected()
  SteadyTime changes_taken_at_ = kLongAgo;
};

}  // namespace headgate::collect
