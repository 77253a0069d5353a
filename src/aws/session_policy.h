// What a session in a tenant's account may do at most, whatever its role allows: deliver to this one place.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
#pragma once

#include <string>

#include "base/result.h"

namespace headgate::aws {

constexpr std::size_t kSessionPolicyCharactersMax = 2048;  // STS, AssumeRole

struct LogGroupScope {
  std::string region;
  std::string account_id;
  std::string log_group;
};
// To put events, and to make the group and its streams with retention and key. Invalid when it grows too
// long.
Result<std::string> session_policy_of(const LogGroupScope& scope);

struct BucketScope {
  std::string region;
  std::string bucket;
  std::string prefix;         // of keys; empty: all
  std::string source_bucket;  // may be read, for copies inside S3; empty: none
  std::string kms_key = {};   // ARN: the only one that may be used; empty: any, since the bucket says which
};
// To put objects (whole and in parts) and to see whether they are there, with the bucket's KMS key, or
// the one that is named, through S3.
Result<std::string> session_policy_of(const BucketScope& scope);

}  // namespace headgate::aws
