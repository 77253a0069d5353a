// What a session may do at most, whatever its role allows: deliver to this one place.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate::aws {

constexpr std::size_t kSessionPolicyCharactersMax = 2048;  // STS, AssumeRole
// Central buckets that one policy names. STS also refuses what is too large once it has packed policy and
// tags, and says of that limit only how much of it was used: names beside the tenant's own are to stay few.
constexpr std::size_t kSourceBucketsMax = 8;

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
  std::string prefix = {};   // of keys; empty: all
  std::string kms_key = {};  // ARN: the only one that may be used; empty: any, since the bucket says which
};
// Of a session in the tenant's account. To put objects (whole and in parts) and to see whether they are
// there, with the bucket's KMS key, or the one that is named, through S3. No central bucket is named: a
// tenant's session never reads one (docs/contributing/adr/0016-who-reads-the-central-bucket.md). Invalid when
// it grows too long.
Result<std::string> session_policy_of(const BucketScope& scope);

struct CentralPolicy {
  std::string text;
  std::vector<BucketName> source_buckets;  // that it names
};
// Of our own central role while it writes into that bucket: to put objects there with an ACL that gives them
// to the bucket's owner, and to read `sources` for copies inside S3. Of many it names the first ones, as many
// as fit: objects of the others cannot be copied inside S3. Invalid when it grows too long without any.
Result<CentralPolicy> central_policy_of(const BucketScope& scope, const std::vector<BucketName>& sources);

}  // namespace headgate::aws
