#include "tenants/groups.h"

#include <algorithm>

namespace headgate::tenants {

namespace {

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z') character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

}  // namespace

Result<Groups> Groups::make(const std::map<std::string, std::vector<std::string>>& groups) {
  Groups made;
  for (const auto& [name, applications] : groups) {
    if (name.empty()) return Error{Fault::Invalid, "a group has no name"};
    const auto [at, is_new] = made.members_.try_emplace(lower_case(name));
    if (!is_new)
      return Error{Fault::Invalid,
                   "group \"" + name + "\" exists twice; case does not matter in names of groups"};
    for (const std::string& application : applications) {
      if (application.empty()) return Error{Fault::Invalid, "group \"" + name + "\" contains an empty name"};
      at->second.insert(application);
    }
  }
  return made;
}

bool Groups::holds(std::string_view group, const Application& application) const {
  const auto found = members_.find(lower_case(group));
  return found != members_.end() && found->second.contains(application.view());
}

const std::set<std::string, std::less<>>* Groups::find(std::string_view group) const {
  const auto found = members_.find(lower_case(group));
  return found == members_.end() ? nullptr : &found->second;
}

std::string Groups::other_case_of(std::string_view application) const {
  for (const auto& [group, applications] : members_) {
    for (const std::string& one : applications) {
      if (one != application && is_same_group(one, application)) return one;
    }
  }
  return {};
}

std::optional<std::string> why_nothing_matches(std::string_view wanted, const Groups& groups) {
  if (const auto* const applications = groups.find(wanted)) {
    if (!applications->empty()) return std::nullopt;
    return "is a group of tenants.groups that holds no application";
  }
  if (wanted.find_first_of("*?[") != std::string_view::npos)
    return "matches nothing: patterns are not known, only whole names of applications and groups";
  const auto is_alphanumeric = [](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9');
  };
  const bool can_be_a_name =
      !wanted.empty() && is_alphanumeric(wanted.front()) && is_alphanumeric(wanted.back()) &&
      std::all_of(wanted.begin(), wanted.end(), [&](char character) {
        return is_alphanumeric(character) || character == '-' || character == '_' || character == '.';
      });
  if (!can_be_a_name)
    return "matches nothing: no application can be called so, and tenants.groups has no such group";
  if (const std::string other = groups.other_case_of(wanted); !other.empty())
    return "matches nothing if " + other + " is meant: upper and lower case are told apart";
  return std::nullopt;
}

bool is_same_group(std::string_view one, std::string_view other) {
  return lower_case(one) == lower_case(other);
}

std::map<std::string, std::vector<std::string>> predecessor_groups() {
  return {{"API", {"kube-apiserver", "openshift-apiserver"}},
          {"Authentication", {"oauth-server", "oauth-apiserver"}},
          {"Controller Manager",
           {"kube-controller-manager", "openshift-controller-manager", "openshift-route-controller-manager"}},
          {"Scheduler", {"kube-scheduler"}}};
}

bool wants_all(const TenantConfiguration& configuration) {
  const std::vector<std::string>& wanted = configuration.desired_logs;
  return wanted.empty() || (wanted.size() == 1 && wanted.front().empty());
}

bool wants(const TenantConfiguration& configuration, const Application& application, const Groups& groups) {
  if (wants_all(configuration)) return true;
  const std::vector<std::string>& wanted = configuration.desired_logs;
  return std::any_of(wanted.begin(), wanted.end(), [&](const std::string& name) {
    return name == application.view() || groups.holds(name, application);
  });
}

}  // namespace headgate::tenants
