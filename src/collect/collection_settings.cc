#include "collect/collection_settings.h"

#include <string_view>

#include "collect/tail/multiline.h"
#include "model/tenant_id.h"

namespace headgate::collect {

namespace {

// And, in any case, a label's value:
// https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#syntax-and-character-set
bool can_be_tenant(std::string_view text) {
  constexpr std::size_t kBytesMax = 63;
  return text.size() <= kBytesMax && !complaint_about_tenant_id(text);
}

void name_tenant(const PodFacts& facts, const std::string& label, CollectionSettings& settings) {
  for (const auto* labels : {&facts.namespace_labels, &facts.labels}) {
    const auto found = labels->find(label);
    if (found == labels->end() || found->second.empty()) continue;
    if (can_be_tenant(found->second)) {
      settings.tenant = TenantId(found->second);
    } else {
      settings.is_tenant_refused = true;
    }
    return;
  }
}

}  // namespace

CollectionSettings settings_of(const PodFacts& facts, const ContainerName& container,
                               const std::string& tenant_label) {
  if (facts.is_excluded || facts.excluded_containers.contains(container))
    return {.wanted = CollectionSettings::Wanted::Excluded};
  if (!facts.is_selected) return {.wanted = CollectionSettings::Wanted::NotSelected};
  CollectionSettings settings{.application = application_of(facts),
                              .multiline = multiline_name(facts.labels, container)};
  if (!tenant_label.empty()) name_tenant(facts, tenant_label, settings);
  return settings;
}

Application application_of(const PodFacts& facts) {
  for (const char* label : {"app", "app.kubernetes.io/name"}) {
    const auto found = facts.labels.find(label);
    if (found != facts.labels.end() && !found->second.empty()) return Application(found->second);
  }
  return Application(facts.workload.empty() ? std::string("unknown") : facts.workload);
}

}  // namespace headgate::collect
