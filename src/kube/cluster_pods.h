// The Kube port on a Kubernetes API: what it says of this node's pods, remembered through its outages and our
// restarts.
#pragma once

#include <chrono>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "base/repeated_log.h"
#include "kube/api_address.h"
#include "kube/known_pods.h"
#include "kube/known_pods_file.h"
#include "kube/resource_watch.h"
#include "net/http_client.h"
#include "net/library.h"
#include "ports/disk.h"

namespace headgate::kube {

struct ClusterPodsOptions {
  WatchOptions watch;
  Selection selection;
  std::string token_file = {};  // empty: none is sent
  std::string ca_file = {};     // empty: the machine's own
  std::string data_directory;   // of the file known-pods
  std::chrono::milliseconds store_every{5000};
  std::chrono::hours keep_gone{6};
  // How long the API has to answer after a start, before what an earlier run knew is gone by.
  std::chrono::milliseconds trust_kept_after{10'000};
};

// pod(), runs_ended(), is_informed() and changes() are for the collect thread; they take a lock that is never
// held over anything that waits. Two threads watch, pods and namespaces; one writes to disk and tells the
// metrics. Destroying it stops and joins them, and writes what is not written.
class ClusterPods : public Kube {
 public:
  struct Deps {
    const net::Library& library;
    Clock& clock;
    Random& random;
    Disk& disk;
    Metrics& metrics;
  };
  // Reads what an earlier run knew, then watches. Needs no answer of the API; fails only when no client can
  // be made, or when the token would go over the network in the clear.
  static Result<std::unique_ptr<ClusterPods>> open(Deps deps, ClusterPodsOptions options);
  ~ClusterPods() override;

  std::optional<PodFacts> pod(const PodId& id) override;
  std::optional<PodFacts> assumed(const PodId& id) override;
  std::uint32_t runs_ended(const PodId& id, const ContainerName& container) override;
  bool is_informed() override;
  std::uint64_t changes() override;
  Result<> freshness() override;

 private:
  struct Watcher {
    std::unique_ptr<net::HttpClient> client;
    TokenFile token;
    std::unique_ptr<ResourceWatch> watch;
    std::jthread thread = {};
  };
  ClusterPods(Deps deps, ClusterPodsOptions options);
  Result<> restore();
  Result<> add_watcher(WatchedResource resource, ResourceWatch::Listener listener);
  void start();
  void keep(const std::stop_token& stop);
  void store_if_changed();
  void trust_kept_in_time();
  void measure();

  Deps deps_;
  const ClusterPodsOptions options_;
  KnownPodsFile file_;
  const SteadyTime started_at_;
  std::mutex mutex_;  // guards known_
  KnownPods known_;
  RepeatedLog said_;
  std::uint64_t stored_changes_ = 0;  // the keeping thread's, and before and after it ours
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::vector<Gauge*> ages_;  // as watchers_
  Gauge& pods_known_;
  std::jthread keeping_;
};

}  // namespace headgate::kube
