// What the process was started in, as a value: src/cli reads it, tests make it up.
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace headgate::aws {

struct Environment {
  std::map<std::string, std::string, std::less<>> variables;
  std::string home;  // empty: none

  // Empty when it is not set.
  std::string variable(std::string_view name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  }
};

}  // namespace headgate::aws
