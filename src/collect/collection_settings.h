// What is to become of a container's lines, as the cluster says: whether they are wanted, and under which
// names they go. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "model/names.h"
#include "ports/kube.h"

namespace headgate::collect {

struct CollectionSettings {
  // NotSelected: no selector chose it. Excluded: pod, namespace or container is named as one to leave out.
  enum class Wanted : std::uint8_t { Yes, NotSelected, Excluded };
  Wanted wanted = Wanted::Yes;
  // Empty unless wanted.
  Application application = Application();
  TenantId tenant = TenantId();    // empty: its namespace's name is the tenant's
  bool is_tenant_refused = false;  // a label names one that cannot be
  std::string multiline = {};      // the pattern's name; empty: lines are not joined
  bool is_guess = false;           // the cluster does not know the pod
  friend bool operator==(const CollectionSettings&, const CollectionSettings&) = default;
};

// `tenant_label` names the label that says whose logs these are, of the namespace or else of the pod; empty:
// there is none. The namespace's goes first: who may make pods in it must not make them another tenant's.
CollectionSettings settings_of(const PodFacts& facts, const ContainerName& container,
                               const std::string& tenant_label = {});

// Label `app`, else `app.kubernetes.io/name`, else the workload's name, else `unknown`.
Application application_of(const PodFacts& facts);

}  // namespace headgate::collect
