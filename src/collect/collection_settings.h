// What the cluster says about a container's lines: whether they are collected, and under which names. Pure.
#pragma once

#include <cstdint>
#include <string>

#include "model/names.h"
#include "ports/kube.h"

namespace headgate::collect {

struct CollectionSettings {
  // NotSelected: no selector matches. Excluded: the pod, its namespace or the container is excluded by name
  // or label.
  enum class Wanted : std::uint8_t { Yes, NotSelected, Excluded };
  Wanted wanted = Wanted::Yes;
  // The rest is empty unless wanted is Yes.
  Application application = Application();
  TenantId tenant = TenantId();    // empty: the tenant has the name of the namespace
  bool is_tenant_refused = false;  // a label names a tenant whose name is not valid
  std::string multiline = {};      // the name of a pattern; empty: lines are not joined
  bool is_guess = false;           // the cluster does not know the pod
  friend bool operator==(const CollectionSettings&, const CollectionSettings&) = default;
};

// `tenant_label` is the label that names the tenant, on the namespace or else on the pod; empty: there is no
// such label. The namespace's label wins: whoever may create pods in a namespace must not give them to
// another tenant.
CollectionSettings settings_of(const PodFacts& facts, const ContainerName& container,
                               const std::string& tenant_label = {});

// Label `app`, else `app.kubernetes.io/name`, else the workload's name, else `unknown`.
Application application_of(const PodFacts& facts);

}  // namespace headgate::collect
