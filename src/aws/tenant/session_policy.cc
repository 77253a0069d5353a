#include "aws/tenant/session_policy.h"

#include <fmt/format.h>

#include "aws/call/endpoint.h"
#include "base/json_text.h"

namespace headgate::aws {
namespace {

// Escapes *, ? and ${ in a name, which would else be wildcards and variables.
std::string literal(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '*' || byte == '?' || byte == '$') {
      out.append("${").append(1, byte).append("}");
    } else {
      out.push_back(byte);
    }
  }
  return out;
}

Result<std::string> within_limit(std::string policy) {
  if (policy.size() > kSessionPolicyCharactersMax)
    return Error{Fault::Invalid,
                 "session policy: the names are too long for the 2048 characters that STS allows"};
  return policy;
}

std::string_view suffix_of(std::string_view partition) {
  return partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com";
}

std::string objects_of(const BucketScope& scope) {
  return fmt::format("arn:{}:s3:::{}/{}*", partition_of(scope.region), literal(scope.bucket),
                     literal(scope.prefix));
}

}  // namespace

Result<std::string> session_policy_of(const LogGroupScope& scope) {
  const std::string group = fmt::format("arn:{}:logs:{}:{}:log-group:{}", partition_of(scope.region),
                                        scope.region, scope.account_id, literal(scope.log_group));
  return within_limit(fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["logs:PutLogEvents","logs:CreateLogStream",)"
      R"("logs:CreateLogGroup","logs:PutRetentionPolicy","logs:AssociateKmsKey"],"Resource":[{},{}]}}]}})",
      json_text(group), json_text(group + ":*")));
}

Result<std::string> session_policy_of(const BucketScope& scope) {
  const std::string_view partition = partition_of(scope.region);
  return within_limit(fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:PutObject",)"
      R"("s3:PutObjectTagging","s3:GetObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":{}}},)"
      R"({{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":{},)"
      R"("Condition":{{"StringEquals":{{"kms:ViaService":"s3.{}.{}"}}}}}}]}})",
      json_text(objects_of(scope)), json_text(scope.kms_key.empty() ? "*" : literal(scope.kms_key)),
      scope.region, suffix_of(partition)));
}

// The KMS keys are those of both buckets, which may be in two regions.
Result<CentralPolicy> central_policy_of(const BucketScope& scope, const std::vector<BucketName>& sources) {
  const std::string_view partition = partition_of(scope.region);
  const std::string policy = fmt::format(
      R"({{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["s3:PutObject","s3:PutObjectAcl",)"
      R"("s3:PutObjectTagging","s3:GetObject","s3:AbortMultipartUpload","s3:ListMultipartUploadParts"],"Resource":{}}},)"
      R"({{"Effect":"Allow","Action":["kms:GenerateDataKey","kms:Decrypt"],"Resource":"*",)"
      R"("Condition":{{"StringLike":{{"kms:ViaService":"s3.*.{}"}}}}}})",
      json_text(objects_of(scope)), suffix_of(partition));
  const std::string end = "]}";

  CentralPolicy made{.text = TRY(within_limit(policy + end)), .source_buckets = {}};
  std::string named;
  for (const BucketName& source : sources) {
    if (made.source_buckets.size() == kSourceBucketsMax) break;
    named += (named.empty() ? "" : ",") +
             json_text(fmt::format("arn:{}:s3:::{}/*", partition, literal(source.view())));
    Result<std::string> longer = within_limit(
        policy +
        fmt::format(
            R"(,{{"Effect":"Allow","Action":["s3:GetObject","s3:GetObjectTagging"],"Resource":[{}]}})",
            named) +
        end);
    if (!longer.ok()) break;
    made.text = std::move(longer).value();
    made.source_buckets.push_back(source);
  }
  return made;
}

}  // namespace headgate::aws
