// What is known about pods: from the Kubernetes API, or in local mode only their names.
// Tests: tests/conformance/kube.h
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "model/names.h"

namespace headgate {

// A pod, as its log directory is named.
struct PodId {
  Namespace namespace_name;
  PodName pod;
  std::string uid;
  friend auto operator<=>(const PodId&, const PodId&) = default;
};

struct PodFacts {
  bool is_selected = true;   // its logs are to be collected
  bool is_excluded = false;  // not selected, because the pod or its namespace excludes itself
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> namespace_labels;
  std::string workload;                              // the owner's name, if known
  std::set<ContainerName> excluded_containers = {};  // containers of a selected pod that are nevertheless not
                                                     // collected
};

// For one thread. Never blocks: answers come from memory.
class Kube {
 public:
  virtual ~Kube() = default;
  // None if the pod is not known (yet).
  virtual std::optional<PodFacts> pod(const PodId& id) = 0;
  // What to assume of a pod that has been waited for long enough and is still unknown. None if an assumption
  // could collect a pod that nobody selected, or give its lines to the wrong tenant. Such a pod waits on.
  virtual std::optional<PodFacts> assumed(const PodId& /*id*/) { return PodFacts(); }
  // All runs of the container with a lower number (that of their log files) are known to have ended, so they
  // write nothing more. 0 if no run is known to have ended.
  virtual std::uint32_t runs_ended(const PodId& /*id*/, const ContainerName& /*container*/) { return 0; }
  // Grows whenever pod() or runs_ended() may give another answer than before. Read this number first, then
  // ask.
  virtual std::uint64_t changes() { return 0; }
  // False while no pod is known, so that an unknown pod may be one that is not selected. Once true, it stays
  // true.
  virtual bool is_informed() { return true; }
  // An error that says why pod() may be out of date: nothing was ever learned, or the API cannot be watched.
  // Thread-safe.
  virtual Result<> freshness() { return {}; }
};

}  // namespace headgate
