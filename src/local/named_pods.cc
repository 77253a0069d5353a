#include "local/named_pods.h"

#include "model/workload_name.h"

namespace headgate::local {

std::optional<PodFacts> NamedPods::pod(const PodId& id) {
  PodFacts facts;
  facts.workload = workload_of(id.pod);
  return facts;
}

}  // namespace headgate::local
