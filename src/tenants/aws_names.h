// Checks names by AWS's rules; each names the page or service model that it follows. Pure: each function
// returns what is wrong in words, or nothing.
// Tests: src/tenants/validate_test.cc
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace headgate::tenants {

using Complaint = std::optional<std::string>;

// arn:{partition}:iam::{account}:role/{path}{name}
struct RoleArn {
  std::string_view partition;
  std::string_view account;
};
// None if `arn` is not a role's. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html
std::optional<RoleArn> parse_role_arn(std::string_view arn);

bool is_account_id(std::string_view text);  // 12 digits
// Two to four letters, words and a number: eu-west-1, us-gov-east-1, eusc-de-east-1.
bool is_region(std::string_view text);
// The partition of a region, by the region's prefix: aws, aws-cn, aws-us-gov, aws-eusc, aws-iso and so on.
std::string_view partition_of(std::string_view region);

// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html: 2 to 1224 of [\w+=,.@:\/-]
Complaint complaint_about_external_id(std::string_view text);
// https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_CreateLogGroup.html
Complaint complaint_about_log_group(std::string_view text);
// arn:{partition}:kms:{region}:{account}:key/{id}
struct KmsKeyArn {
  std::string_view partition;
  std::string_view region;
  std::string_view account;
};
std::optional<KmsKeyArn> parse_kms_key_arn(std::string_view arn);  // none if `arn` is not a key's
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html (general purpose buckets)
Complaint complaint_about_bucket(std::string_view text);

}  // namespace headgate::tenants
