// Amazon Resource Names: arn:partition:service:region:account:resource
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
// Tests: src/aws/tenant/role_chain_test.cc
#pragma once

#include <optional>
#include <string_view>

namespace headgate::aws {

struct Arn {  // views of the text that was parsed, which must outlive them
  std::string_view partition;
  std::string_view service;
  std::string_view region;   // may be empty
  std::string_view account;  // may be empty
  std::string_view resource;
};
std::optional<Arn> parse_arn(std::string_view text);

bool is_account_id(std::string_view text);  // 12 digits

}  // namespace headgate::aws
