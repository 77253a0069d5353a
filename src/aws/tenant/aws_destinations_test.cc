#include "aws/tenant/aws_destinations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <utility>

#include "aws/tenant/session_policy.h"
#include "base/mutex.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_server.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;

// A server that issues sessions as STS does and refuses everything else for lack of time.
class AwsDestinationsTest : public testing::Test {
 protected:
  static constexpr std::string_view kSession =
      "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>A</AccessKeyId>"
      "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
      "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>";

  TenantConfiguration configuration(std::string_view type) {
    TenantConfiguration made;
    made.tenant = TenantId("acme");
    made.type = DestinationName(std::string(type));
    made.enabled = true;
    made.target_region = "us-east-1";
    made.account_id = "222222222222";
    made.log_distribution_role_arn = "arn:aws:iam::222222222222:role/logs";
    made.external_id = "ext-1";
    made.log_group_name = "/acme/logs";
    made.bucket_name = "acme-logs";
    return made;
  }
  // Number of requests except those to STS.
  std::size_t calls() {
    const std::vector<std::string> all = server_.requests();
    return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [](const std::string& line) {
      return line.find("/of-sts") == std::string::npos;
    }));
  }

  ScriptedServer server_{[](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.find("Action=AssumeRole") != std::string::npos) return answer.json(200, kSession);
    answer.json(503, "<Error><Code>SlowDown</Code><Message>later</Message></Error>");
  }};
  fakes::AwsFixture aws_{server_.url()};
  RoleChain roles_{
      {aws_.deps().clock, aws_.deps().random, aws_.deps().http, aws_.deps().credentials},
      {.sts =
           endpoint_of(Service::Sts, "us-east-1", {.url = server_.url() + "/of-sts", .urls = {}}).value()}};
  AwsDestinations destinations_{
      {aws_.deps().clock, aws_.deps().random, aws_.deps().http, roles_},
      {.endpoints = {.url = server_.url(), .urls = {}}, .central_buckets = {BucketName("central")}}};
};

TEST_F(AwsDestinationsTest, DoesNotRetryCallsToALogGroupItself) {
  const auto sink = destinations_.log_sink(configuration("cloudwatch"), aws_.soon()).value();
  const auto put = sink->put_events(LogGroup("/acme/logs"), LogStream("pod"),
                                    std::vector<LogEvent>{{1, "text"}}, aws_.soon());
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().fault, Fault::Retry);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(AwsDestinationsTest, DoesNotRetryCallsToABucketItself) {
  const auto bucket = destinations_.bucket(configuration("s3"), aws_.soon()).value();
  const auto copied =
      bucket->copy({.bucket = BucketName("central"), .key = ObjectKey("c/acme/web/pod/f.json.gz")},
                   ObjectKey("acme/web/pod/f.json.gz"), {}, aws_.soon());
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().fault, Fault::Retry);
  EXPECT_EQ(calls(), 1U);
}

// A server in which each session's access key is the name of its role, and which records who sent which
// request.
class RolesTest : public testing::Test {
 protected:
  static constexpr const char* kCentralRole = "arn:aws:iam::123456789012:role/central";
  static std::string session_of(const std::string& role) {
    return "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>" + role +
           "</AccessKeyId><SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
           "<Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></"
           "AssumeRoleResponse>";
  }
  TenantConfiguration row() const {
    TenantConfiguration made;
    made.tenant = TenantId("acme");
    made.type = DestinationName("s3");
    made.enabled = true;
    made.target_region = "us-east-1";
    made.account_id = "222222222222";
    made.log_distribution_role_arn = "arn:aws:iam::222222222222:role/theirs";
    made.external_id = "external-id-of-acme";
    made.bucket_name = "acme-logs";
    made.bucket_prefix = "logs/";
    return made;
  }
  void answer(const std::string& request, ScriptedServer::Answer& wire) {
    const MutexLock lock(mutex_);
    if (request.find("Action=AssumeRole") != std::string::npos) {
      const std::string role = request.find("role%2Ftheirs") != std::string::npos ? "theirs" : "central";
      taken_ += role + ' ';
      policies_[role] = request.substr(
          request.find("Policy=") == std::string::npos ? request.size() : request.find("Policy="));
      if (role == "theirs" && is_locked_out_)
        return wire.json(403, "<ErrorResponse><Error><Code>AccessDenied</Code></Error></ErrorResponse>");
      return wire.json(200, session_of(role));
    }
    const std::size_t at = request.find("Credential=") + std::string("Credential=").size();
    const std::string who = request.substr(at, request.find('/', at) - at);
    const bool is_copy = request.find("x-amz-copy-source: ") != std::string::npos;
    const bool has_acl = request.find("x-amz-acl: bucket-owner-full-control") != std::string::npos;
    if (request.starts_with("HEAD")) return wire.json(404, "");
    if (request.starts_with("GET")) {
      done_ += who + " reads; ";
      if (token_.empty()) return wire.json(404, "<Error><Code>NoSuchKey</Code></Error>");
      return wire.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: " + std::to_string(token_.size()) +
                        "\r\nConnection: close\r\n\r\n" + token_);
    }
    done_ += who + (is_copy ? " copies" : " puts") + (has_acl ? " with an ACL; " : "; ");
    if (is_copy && !lets_us_copy_) return wire.json(403, "<Error><Code>AccessDenied</Code></Error>");
    if (is_copy) return wire.json(200, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>");
    wire.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  }
  Result<PutOutcome> copy(ObjectStore& bucket, const BucketName& from = BucketName("central-0")) {
    return bucket.copy({.bucket = from, .key = ObjectKey("c/f.json.gz")}, ObjectKey("logs/acme/f.json.gz"),
                       {}, aws_.soon());
  }
  Result<PutOutcome> put(ObjectStore& bucket) {
    return put_object(bucket, ObjectKey("logs/acme/f.json.gz"), "text", {}, aws_.soon());
  }
  std::string done() {
    const MutexLock lock(mutex_);
    return std::exchange(done_, {});
  }
  std::string policy_of(const std::string& role) {
    const MutexLock lock(mutex_);
    return policies_[role];
  }

  Mutex mutex_;
  std::string taken_;  // guarded, as all that follows
  std::string done_;
  std::map<std::string, std::string> policies_;
  std::string token_;
  bool lets_us_copy_ = true;
  bool is_locked_out_ = false;
  ScriptedServer server_{
      [this](const std::string& request, ScriptedServer::Answer& wire) { answer(request, wire); }};
  fakes::AwsFixture aws_{server_.url()};
  RoleChain roles_{{aws_.deps().clock, aws_.deps().random, aws_.deps().http, aws_.deps().credentials},
                   {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = server_.url(), .urls = {}}).value(),
                    .central_role_arn = kCentralRole}};
  std::vector<BucketName> ours_ = [] {
    std::vector<BucketName> made;
    for (std::size_t i = 0; i <= kSourceBucketsMax; ++i) made.emplace_back("central-" + std::to_string(i));
    return made;
  }();
  AwsDestinations destinations_{{aws_.deps().clock, aws_.deps().random, aws_.deps().http, roles_},
                                {.endpoints = {.url = server_.url(), .urls = {}}, .central_buckets = ours_}};
};

TEST_F(RolesTest, TheCentralRoleCopiesWhereTheTenantsBucketLetsItIn) {
  const auto bucket = destinations_.bucket(row(), aws_.soon()).value();
  EXPECT_EQ(copy(*bucket).value(), PutOutcome::Stored);
  EXPECT_EQ(done(), "central copies with an ACL; ");
  EXPECT_EQ(taken_, "central theirs central ") << "the tenant's role lets us in, and that is the proof";
  EXPECT_EQ(copy(*bucket, ours_[1]).value(), PutOutcome::Stored);
  EXPECT_EQ(copy(*bucket, ours_.back()).error().fault, Fault::Denied) << "its policy has no room for it";
  EXPECT_EQ(copy(*bucket, BucketName("nobodys")).error().fault, Fault::Denied);
  EXPECT_EQ(done(), "central copies with an ACL; ");
  EXPECT_NE(policy_of("central").find("central-1%2F%2A"), std::string::npos) << policy_of("central");
  EXPECT_NE(policy_of("central").find("acme-logs%2Flogs%2F%2A"), std::string::npos);
  EXPECT_EQ(policy_of("central").find(ours_.back().str()), std::string::npos);
}

TEST_F(RolesTest, NoSessionInATenantsAccountMayReadACentralBucket) {
  const auto bucket = destinations_.bucket(row(), aws_.soon()).value();
  EXPECT_TRUE(put(*bucket).ok());
  EXPECT_EQ(done(), "theirs puts; ") << "and needs no s3:PutObjectAcl";
  EXPECT_NE(policy_of("theirs").find("acme-logs%2Flogs%2F%2A"), std::string::npos);
  EXPECT_EQ(policy_of("theirs").find("central"), std::string::npos) << policy_of("theirs");
  EXPECT_EQ(policy_of("theirs").find("PutObjectAcl"), std::string::npos);
}

TEST_F(RolesTest, DoesNotAskARefusingBucketAgainForAWhile) {
  lets_us_copy_ = false;
  const auto bucket = destinations_.bucket(row(), aws_.soon()).value();
  for (int object = 0; object < 3; ++object) {
    EXPECT_EQ(copy(*bucket).error().fault, Fault::Denied);
    EXPECT_TRUE(put(*bucket).ok());
  }
  EXPECT_EQ(done(), "central copies with an ACL; theirs puts; theirs puts; theirs puts; ");
}

TEST_F(RolesTest, NothingIsCopiedForARoleThatDoesNotLetUsIn) {
  is_locked_out_ = true;
  const auto bucket = destinations_.bucket(row(), aws_.soon()).value();
  EXPECT_EQ(copy(*bucket).error().fault, Fault::Denied);
  EXPECT_EQ(put(*bucket).error().fault, Fault::Denied);
  EXPECT_EQ(done(), "");
}

TEST_F(RolesTest, WritesWithANarrowedRoleOnceTheBucketHasItsToken) {
  TenantConfiguration roleless = row();
  roleless.log_distribution_role_arn.clear();
  roleless.bucket_token = "a-token-of-acme-0001";
  const auto bucket = destinations_.bucket(roleless, aws_.soon()).value();
  const auto refused = put(*bucket);
  ASSERT_FALSE(refused.ok());
  EXPECT_EQ(refused.error().fault, Fault::Denied);
  EXPECT_NE(refused.error().what.find("s3://acme-logs/logs/headgate-owner/acme"), std::string::npos)
      << refused.error().what;
  EXPECT_EQ(refused.error().what.find(roleless.bucket_token), std::string::npos);
  EXPECT_EQ(done(), "central reads; ");
  EXPECT_NE(policy_of("central").find("acme-logs%2Flogs%2F%2A"), std::string::npos) << policy_of("central");

  token_ = "another-token-of-acme";
  roleless.enabled = false;  // a changed configuration, so that nothing is remembered
  EXPECT_EQ(put(*destinations_.bucket(roleless, aws_.soon()).value()).error().fault, Fault::Denied);
  token_ = " a-token-of-acme-0001\n";
  roleless.enabled = true;
  const auto proven = destinations_.bucket(roleless, aws_.soon()).value();
  static_cast<void>(done());
  EXPECT_TRUE(put(*proven).ok());
  EXPECT_TRUE(copy(*proven).ok());
  EXPECT_EQ(done(), "central reads; central puts with an ACL; central copies with an ACL; ");
  EXPECT_EQ(taken_.find("theirs"), std::string::npos);
}

TEST_F(RolesTest, ABucketWithoutARoleNeedsNarrowableCredentials) {
  RoleChain roles(
      {aws_.deps().clock, aws_.deps().random, aws_.deps().http, aws_.deps().credentials},
      {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = server_.url(), .urls = {}}).value()});
  AwsDestinations destinations({aws_.deps().clock, aws_.deps().random, aws_.deps().http, roles},
                               {.endpoints = {.url = server_.url(), .urls = {}}});
  TenantConfiguration roleless = row();
  roleless.log_distribution_role_arn.clear();
  const auto opened = destinations.bucket(roleless, aws_.soon());
  ASSERT_FALSE(opened.ok());
  EXPECT_EQ(opened.error().fault, Fault::Invalid);
  EXPECT_NE(opened.error().what.find("aws.role_arn"), std::string::npos);
}

TEST_F(AwsDestinationsTest, EncryptsEveryKindOfPutAsTheTenantSays) {
  Mutex mutex;
  std::vector<std::string> made;  // guarded: requests that make an object
  ScriptedServer s3([&](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.find("Action=AssumeRole") != std::string::npos) return answer.json(200, kSession);
    if (request.starts_with("HEAD")) return answer.json(404, "");
    if (request.starts_with("PUT") && request.find("partNumber=") == std::string::npos) {
      const MutexLock lock(mutex);
      made.push_back(request);
    }
    if (request.find("?uploads=") != std::string::npos) {
      const MutexLock lock(mutex);
      made.push_back(request);
      return answer.json(
          200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    }
    if (request.find("x-amz-copy-source") != std::string::npos)
      return answer.json(200, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>");
    if (request.starts_with("POST"))
      return answer.json(200,
                         "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
    answer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  fakes::AwsFixture aws(s3.url());
  RoleChain roles({aws.deps().clock, aws.deps().random, aws.deps().http, aws.deps().credentials},
                  {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = s3.url(), .urls = {}}).value()});
  AwsDestinations destinations(
      {aws.deps().clock, aws.deps().random, aws.deps().http, roles},
      {.endpoints = {.url = s3.url(), .urls = {}}, .central_buckets = {BucketName("central")}});
  const std::string key = "arn:aws:kms:us-east-1:222222222222:key/1";
  for (const auto& [sse, key_id] : std::vector<std::pair<std::string, std::string>>{
           {"", ""}, {"none", ""}, {"AES256", ""}, {"aws:kms", ""}, {"aws:kms", key}}) {
    TenantConfiguration row = configuration("s3");
    row.sse = sse;
    row.kms_key_id = key_id;
    made.clear();
    const auto bucket = destinations.bucket(row, aws.soon()).value();
    EXPECT_TRUE(put_object(*bucket, ObjectKey("a/b"), "text", {}, aws.soon()).ok());
    EXPECT_TRUE(
        put_object(*bucket, ObjectKey("a/b"), std::string((8U << 20U) + 10, 'x'), {}, aws.soon()).ok());
    EXPECT_TRUE(bucket
                    ->copy({.bucket = BucketName("central"), .key = ObjectKey("c/f.json.gz")},
                           ObjectKey("acme/f.json.gz"), {}, aws.soon())
                    .ok());
    ASSERT_EQ(made.size(), 3U) << sse;
    const bool is_said = sse == "AES256" || sse == "aws:kms";
    for (const std::string& request : made) {
      const std::string header = "x-amz-server-side-encryption: ";
      EXPECT_EQ(request.find(header) != std::string::npos, is_said) << request.substr(0, 1000);
      EXPECT_EQ(request.find(header + sse + "\r\n") != std::string::npos, is_said);
      EXPECT_EQ(request.find("x-amz-server-side-encryption-aws-kms-key-id: " + key) != std::string::npos,
                !key_id.empty());
    }
  }
}

TEST_F(AwsDestinationsTest, WhatIsWrongWithUsParksNoTenantsDelivery) {
  std::string refusal;
  ScriptedServer aws_of_tenant([&](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.find("Action=AssumeRole") != std::string::npos) return answer.json(200, kSession);
    answer.json(403, refusal);
  });
  fakes::AwsFixture aws(aws_of_tenant.url());
  RoleChain roles(
      {aws.deps().clock, aws.deps().random, aws.deps().http, aws.deps().credentials},
      {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = aws_of_tenant.url(), .urls = {}}).value()});
  AwsDestinations destinations({aws.deps().clock, aws.deps().random, aws.deps().http, roles},
                               {.endpoints = {.url = aws_of_tenant.url(), .urls = {}}});
  const auto fault_of = [&](const std::string& code) {
    refusal = R"({"__type":")" + code + R"("})";
    const auto sink = destinations.log_sink(configuration("cloudwatch"), aws.soon()).value();
    const auto put = sink->put_events(LogGroup("/acme/logs"), LogStream("pod"),
                                      std::vector<LogEvent>{{1, "text"}}, aws.soon());
    return put.error().fault;
  };
  EXPECT_EQ(fault_of("UnrecognizedClientException"), Fault::Retry);
  EXPECT_EQ(fault_of("InvalidSignatureException"), Fault::Retry);
  EXPECT_EQ(fault_of("AccessDeniedException"), Fault::Denied);
  refusal = "<Error><Code>SignatureDoesNotMatch</Code></Error>";
  const auto bucket = destinations.bucket(configuration("s3"), aws.soon()).value();
  EXPECT_EQ(put_object(*bucket, ObjectKey("a/b"), "text", {}, aws.soon()).error().fault, Fault::Retry);
  refusal = "<Error><Code>AccessDenied</Code></Error>";
  EXPECT_EQ(put_object(*bucket, ObjectKey("a/b"), "text", {}, aws.soon()).error().fault, Fault::Denied);
}

TEST_F(AwsDestinationsTest, APartOfALargeObjectIsTriedAgainByItself) {
  int parts = 0;
  ScriptedServer s3([&](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.find("Action=AssumeRole") != std::string::npos) return answer.json(200, kSession);
    if (request.find("?uploads=") != std::string::npos)
      return answer.json(
          200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    if (request.find("partNumber=") != std::string::npos && ++parts == 1)
      return answer.json(503, "<Error><Code>SlowDown</Code></Error>");
    if (request.find("uploadId=") != std::string::npos && request.starts_with("POST"))
      return answer.json(200,
                         "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>");
    answer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  fakes::AwsFixture aws(s3.url());
  RoleChain roles({aws.deps().clock, aws.deps().random, aws.deps().http, aws.deps().credentials},
                  {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = s3.url(), .urls = {}}).value()});
  AwsDestinations destinations({aws.deps().clock, aws.deps().random, aws.deps().http, roles},
                               {.endpoints = {.url = s3.url(), .urls = {}}});
  const auto bucket = destinations.bucket(configuration("s3"), aws.soon()).value();
  const std::string large((8U << 20U) + 10, 'x');
  EXPECT_TRUE(put_object(*bucket, ObjectKey("a/b"), large, {}, aws.soon()).ok());
  EXPECT_EQ(parts, 3);  // two parts, and one of them again
}

}  // namespace
}  // namespace headgate::aws
