// What the cluster knows about pods: the Kubernetes API, or only their names in local mode.
#pragma once

#include <map>
#include <optional>
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
  bool is_selected = true;  // its logs are to be collected
  std::map<std::string, std::string> labels;
  std::map<std::string, std::string> namespace_labels;
  std::string workload;  // the owner's name, if known
};

// One thread. Never blocks: answers from what was watched.
class Kube {
 public:
  virtual ~Kube() = default;
  // Empty when the pod is not known (yet).
  virtual std::optional<PodFacts> pod(const PodId& id) = 0;
};

}  // namespace headgate
