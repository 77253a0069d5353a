// The environment variables and home directory of the process. src/cli reads them; tests supply their own.
// Tests: src/aws/credentials/default_credentials_test.cc
#pragma once

#include <map>
#include <string>
#include <string_view>

namespace headgate::aws {

struct Environment {
  std::map<std::string, std::string, std::less<>> variables;
  std::string home;  // empty if there is none

  // Empty if the variable is not set.
  std::string variable(std::string_view name) const {
    const auto found = variables.find(name);
    return found == variables.end() ? std::string() : found->second;
  }
};

}  // namespace headgate::aws
