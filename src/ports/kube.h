// What the cluster knows about pods: the Kubernetes API, or only their names in local mode.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/result.h"
#include "model/names.h"

namespace headgate {

// A pod as the log directory names it.
struct PodId {
  Namespace namespace_name;
  PodName pod;
  std::string uid;
  friend auto operator<=>(const PodId&, const PodId&) = default;
};

struct PodFacts {
  bool is_selected = true;   // its logs are to be collected
  bool is_excluded = false;  // not selected because it, or its namespace, says so of itself
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> namespace_labels;
  std::string workload;                              // the owner's name, if known
  std::set<ContainerName> excluded_containers = {};  // of a selected pod: not to be collected all the same
};

// One thread. Never blocks: answers from what was watched.
class Kube {
 public:
  virtual ~Kube() = default;
  // Empty when the pod is not known (yet).
  virtual std::optional<PodFacts> pod(const PodId& id) = 0;
  // What a pod is taken for that has been waited for long enough and is still not known. Empty when that
  // could collect what nobody selected, or give it to the wrong tenant: then it goes on waiting.
  virtual std::optional<PodFacts> assumed(const PodId& /*id*/) { return PodFacts(); }
  // Runs of the container whose number (that of their log files) is lower are known to have ended: they write
  // nothing any more. 0: of none is it known.
  virtual std::uint32_t runs_ended(const PodId& /*id*/, const ContainerName& /*container*/) { return 0; }
  // Grows whenever pod() or runs_ended() may answer otherwise than before; read it first, then ask.
  virtual std::uint64_t changes() { return 0; }
  // False while nothing is known of any pod, so that an unknown one may as well be one that is not selected.
  // Once true it stays so.
  virtual bool is_informed() { return true; }
  // Why pod() may answer out of date: nothing was ever learned, or the API cannot be watched. Any thread.
  virtual Result<> freshness() { return {}; }
};

}  // namespace headgate
