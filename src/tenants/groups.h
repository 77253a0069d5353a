// Decides which applications a tenant wants. desired_logs names applications, or groups of applications that
// the operator defined.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "model/tenant_configuration.h"

namespace headgate::tenants {

// Named sets of applications. Case matters for applications, but not for names of groups (ASCII). Immutable.
class Groups {
 public:
  Groups() = default;
  // Fault::Invalid if two names differ only in case, or if a name or an application is empty.
  static Result<Groups> make(const std::map<std::string, std::vector<std::string>>& groups);

  bool holds(std::string_view group, const Application& application) const;
  // The applications of a group; nullptr if there is no such group.
  const std::set<std::string, std::less<>>* find(std::string_view group) const;
  // An application of any group whose name differs from `application` only in case; empty if there is none.
  std::string other_case_of(std::string_view application) const;

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> members_;  // by lower-case name
};

// Compares names of groups without regard to case.
bool is_same_group(std::string_view one, std::string_view other);

// The groups of control planes that were built into the predecessor, for rows that use them.
std::map<std::string, std::vector<std::string>> predecessor_groups();

// Says in words why that entry of desired_logs cannot match any application of a pod; none if it may. An
// application is the value of a label or the name of a workload, so it has only letters, digits and -_.
// characters.
std::optional<std::string> why_nothing_matches(std::string_view wanted, const Groups& groups);

// Whether the configuration wants every application.
bool wants_all(const TenantConfiguration& configuration);
// Whether the configuration wants that application: desired_logs is empty or one empty string (= all), names
// it exactly, or names a group that contains it. An unknown name matches nothing, so that a mistyped entry
// does not deliver everything.
bool wants(const TenantConfiguration& configuration, const Application& application, const Groups& groups);

}  // namespace headgate::tenants
