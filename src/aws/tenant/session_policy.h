// The policy of a session, which limits it to deliveries to one place, whatever its role allows.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session
// Tests: src/aws/tenant/role_chain_test.cc
#pragma once

#include <string>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate::aws {

constexpr std::size_t kSessionPolicyCharactersMax = 2048;  // STS, AssumeRole
// The most central buckets that one policy names. STS also refuses a policy that is too large after packing
// it with the tags, and says only how much of that limit was used. So we keep the number of names small.
constexpr std::size_t kSourceBucketsMax = 8;

struct LogGroupScope {
  std::string region;
  std::string account_id;
  std::string log_group;
};
// Allows to put events, and to create the group and its streams with retention and key. Fault::Invalid if the
// policy gets too long.
Result<std::string> session_policy_of(const LogGroupScope& scope);

struct BucketScope {
  std::string region;
  std::string bucket;
  std::string prefix = {};   // of keys; if empty, all keys
  std::string kms_key = {};  // ARN of the only key that may be used; if empty, any key, since the bucket
                             // chooses it
};
// For a session in the tenant's account. Allows to put objects (whole and in parts) and to see whether they
// exist, and to use the bucket's KMS key, or the named one, through S3. It names no central bucket, since a
// tenant's session never reads one (docs/contributing/adr/0016-who-reads-the-central-bucket.md).
// Fault::Invalid if the policy gets too long.
Result<std::string> session_policy_of(const BucketScope& scope);

struct CentralPolicy {
  std::string text;
  std::vector<BucketName> source_buckets;  // the buckets that the policy names
};
// For our own central role while it writes into a tenant's bucket. Allows to put objects there with an ACL
// that gives them to the bucket's owner, and to read `sources` for copies inside S3. It names the first of
// `sources`, as many as fit; objects of the others cannot be copied inside S3. Fault::Invalid if the policy
// is too long without any of them.
Result<CentralPolicy> central_policy_of(const BucketScope& scope, const std::vector<BucketName>& sources);

}  // namespace headgate::aws
