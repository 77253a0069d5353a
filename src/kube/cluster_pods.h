// The Kube port on a Kubernetes API. It remembers what the API said of this node's pods, also while the API
// is away and after our restart.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <thread>

#include "base/mutex.h"
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
  std::string token_file = {};  // no token is sent if empty
  std::string ca_file = {};     // if empty, the machine's own certificates
  std::string data_directory;   // directory of the file known-pods
  std::chrono::milliseconds store_every{5000};
  std::chrono::hours keep_gone{6};
  // How long after a start the API may take to answer. After that time we use what an earlier run knew.
  std::chrono::milliseconds trust_kept_after{10'000};
};

// pod(), runs_ended(), is_informed() and changes() are for the collect thread. They take a lock that nobody
// holds while waiting. Two threads watch pods and namespaces. A third writes to disk and sets the metrics.
// The destructor stops and joins them, and writes what is not yet written.
class ClusterPods : public Kube {
 public:
  struct Deps {
    const net::Library& library;
    Clock& clock;
    Random& random;
    Disk& disk;
    Metrics& metrics;
  };
  // Reads what an earlier run knew, then watches. Does not wait for an answer of the API. Fails only if no
  // client can be created, or if the token would be sent over the network without TLS.
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
  Mutex mutex_;
  KnownPods known_ GUARDED_BY(mutex_);
  RepeatedLog said_;
  std::uint64_t stored_changes_ = 0;  // for the thread that writes to disk, and for ours before it starts and
                                      // after it ends
  std::vector<std::unique_ptr<Watcher>> watchers_;
  std::vector<Gauge*> ages_;  // one for each of watchers_
  Gauge& pods_known_;
  std::jthread keeping_;
};

}  // namespace headgate::kube
