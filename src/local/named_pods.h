// The pods of local mode, of which only the names are known. There is no API server to ask.
#pragma once

#include "ports/kube.h"

namespace headgate::local {

// Every pod is known, selected and without labels. Its workload is derived from its name.
class NamedPods : public Kube {
 public:
  std::optional<PodFacts> pod(const PodId& id) override;
};

}  // namespace headgate::local
