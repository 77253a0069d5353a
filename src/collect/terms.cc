#include "collect/terms.h"

#include "collect/multiline.h"

namespace headgate::collect {

Terms terms_of(const PodFacts& facts, const ContainerName& container) {
  if (facts.is_excluded || facts.excluded_containers.contains(container))
    return {.wanted = Terms::Wanted::Excluded};
  if (!facts.is_selected) return {.wanted = Terms::Wanted::NotSelected};
  return {.application = application_of(facts), .multiline = multiline_name(facts.labels, container)};
}

Application application_of(const PodFacts& facts) {
  for (const char* label : {"app", "app.kubernetes.io/name"}) {
    const auto found = facts.labels.find(label);
    if (found != facts.labels.end() && !found->second.empty()) return Application(found->second);
  }
  return Application(facts.workload.empty() ? std::string("unknown") : facts.workload);
}

}  // namespace headgate::collect
