// Which applications a tenant wants. desired_logs names applications, or groups of them that the operator
// defined.
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

// Named sets of applications. Names are compared without regard to case (ASCII), applications with.
// Immutable.
class Groups {
 public:
  Groups() = default;
  // Fault::Invalid when two names differ only in case, or a name or an application is empty.
  static Result<Groups> make(const std::map<std::string, std::vector<std::string>>& groups);

  bool holds(std::string_view group, const Application& application) const;
  // The applications of a group; nullptr when there is no such group.
  const std::set<std::string, std::less<>>* find(std::string_view group) const;
  // An application of any group whose name differs from that one in case only; empty when there is none.
  std::string other_case_of(std::string_view application) const;

 private:
  std::map<std::string, std::set<std::string, std::less<>>, std::less<>> members_;  // by lower-case name
};

// Names of groups are compared without regard to case.
bool is_same_group(std::string_view one, std::string_view other);

// The groups of control planes that the predecessor had built in, for rows that were written with them.
std::map<std::string, std::vector<std::string>> predecessor_groups();

// Why no application of a pod can be meant by that entry of desired_logs, in words; nothing: it may match. An
// application is the value of a label or the name of a workload, so that it holds letters, digits and -_.
// only.
std::optional<std::string> why_nothing_matches(std::string_view wanted, const Groups& groups);

// Whether it asks for every application.
bool wants_all(const TenantConfiguration& configuration);
// Whether the configuration asks for that application: desired_logs is empty or is one empty string (= all),
// names it exactly, or names a group that holds it. A name that is neither matches nothing: a mistyped entry
// must not open the gate.
bool wants(const TenantConfiguration& configuration, const Application& application, const Groups& groups);

}  // namespace headgate::tenants
