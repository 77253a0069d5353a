// What local mode knows about pods: their names. There is no API server to ask.
#pragma once

#include "ports/kube.h"

namespace headgate::local {

// Every pod is known and selected, has no labels, and its workload is told from its name.
class NamedPods : public Kube {
 public:
  std::optional<PodFacts> pod(const PodId& id) override;
};

}  // namespace headgate::local
