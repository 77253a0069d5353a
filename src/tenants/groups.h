// Which applications a tenant wants. desired_logs names applications, or groups of them that the operator
// defined.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::tenants {

// Named sets of applications. Names are compared without regard to case (ASCII), applications with.
// Immutable.
class Groups {
 public:
  Groups() = default;
  // Fault::Invalid when two names differ only in case, or a name or an application is empty.
  static Result<Groups> make(const std::map<std::string, std::vector<std::string>>& groups);

  bool holds(std::string_view group, const Application& application) const;

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> members_;  // by lower-case name
};

// Whether it asks for every application.
bool wants_all(const TenantConfiguration& configuration);
// Whether the configuration asks for that application: desired_logs is empty or is one empty string (= all),
// names it exactly, or names a group that holds it. A name that is neither matches nothing: a mistyped entry
// must not open the gate.
bool wants(const TenantConfiguration& configuration, const Application& application, const Groups& groups);

}  // namespace headgate::tenants
