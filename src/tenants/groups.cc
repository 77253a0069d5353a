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
    if (!is_new) return Error{Fault::Invalid, "group \"" + name + "\" is there twice; case does not count"};
    for (const std::string& application : applications) {
      if (application.empty()) return Error{Fault::Invalid, "group \"" + name + "\" holds an empty name"};
      at->second.insert(application);
    }
  }
  return made;
}

bool Groups::holds(std::string_view group, const Application& application) const {
  const auto found = members_.find(lower_case(group));
  return found != members_.end() && found->second.contains(application.view());
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
