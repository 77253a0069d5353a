#include "aws/aws_destinations.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>

#include "aws/session_policy.h"
#include "fakes/aws_world.h"
#include "fakes/scripted_server.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedServer;

// An AWS that gives sessions and has no time for anything else.
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
  // Requests but those to STS.
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
  fakes::AwsWorld aws_{server_.url()};
  RoleChain roles_{
      {aws_.world().clock, aws_.world().random, aws_.world().http, aws_.world().credentials},
      {.sts =
           endpoint_of(Service::Sts, "us-east-1", {.url = server_.url() + "/of-sts", .urls = {}}).value()}};
  AwsDestinations destinations_{
      {aws_.world().clock, aws_.world().random, aws_.world().http, roles_},
      {.endpoints = {.url = server_.url(), .urls = {}}, .central_buckets = {BucketName("central")}}};
};

TEST_F(AwsDestinationsTest, ALogGroupIsAskedOnceACallSinceWhoeverDeliversTriesAgain) {
  const auto sink = destinations_.log_sink(configuration("cloudwatch"), aws_.soon()).value();
  const auto put = sink->put_events(LogGroup("/acme/logs"), LogStream("pod"),
                                    std::vector<LogEvent>{{1, "text"}}, aws_.soon());
  ASSERT_FALSE(put.ok());
  EXPECT_EQ(put.error().fault, Fault::Retry);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(AwsDestinationsTest, ABucketIsAskedOnceACallSinceWhoeverDeliversTriesAgain) {
  const auto bucket = destinations_.bucket(configuration("s3"), aws_.soon()).value();
  const auto copied =
      bucket->copy({.bucket = BucketName("central"), .key = ObjectKey("c/acme/web/pod/f.json.gz")},
                   ObjectKey("acme/web/pod/f.json.gz"), {}, aws_.soon());
  ASSERT_FALSE(copied.ok());
  EXPECT_EQ(copied.error().fault, Fault::Retry);
  EXPECT_EQ(calls(), 1U);
}

TEST_F(AwsDestinationsTest, S3CopiesFromEachCentralBucketThatTheSessionMayReadAndIsNotAskedForOthers) {
  std::mutex mutex;
  std::string policies;  // guarded, as is what follows
  std::string copied;
  ScriptedServer s3([&](const std::string& request, ScriptedServer::Answer& answer) {
    const std::lock_guard lock(mutex);
    if (request.find("Action=AssumeRole") != std::string::npos) {
      policies += request;
      return answer.json(200, kSession);
    }
    if (request.starts_with("HEAD")) return answer.json(404, "");
    const std::string header = "x-amz-copy-source: ";
    const std::size_t from = request.find(header);
    if (from != std::string::npos)
      copied += request.substr(from + header.size(), request.find("\r\n", from) - from - header.size()) + ' ';
    answer.json(200, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>");
  });
  fakes::AwsWorld aws(s3.url());
  RoleChain roles({aws.world().clock, aws.world().random, aws.world().http, aws.world().credentials},
                  {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = s3.url(), .urls = {}}).value()});
  std::vector<BucketName> ours;
  for (std::size_t i = 0; i <= kSourceBucketsMax; ++i) ours.emplace_back("central-" + std::to_string(i));
  AwsDestinations destinations({aws.world().clock, aws.world().random, aws.world().http, roles},
                               {.endpoints = {.url = s3.url(), .urls = {}}, .central_buckets = ours});
  const auto copy = [&](ObjectStore& bucket, const BucketName& from) {
    return bucket.copy({.bucket = from, .key = ObjectKey("c/f.json.gz")}, ObjectKey("acme/f.json.gz"), {},
                       aws.soon());
  };
  TenantConfiguration row = configuration("s3");
  const auto theirs = destinations.bucket(row, aws.soon()).value();
  EXPECT_TRUE(copy(*theirs, ours[0]).ok());
  EXPECT_TRUE(copy(*theirs, ours[1]).ok());
  EXPECT_EQ(copy(*theirs, ours.back()).error().fault, Fault::Denied) << "its policy has no room for it";
  EXPECT_EQ(copy(*theirs, BucketName("nobodys")).error().fault, Fault::Denied);
  EXPECT_EQ(copied, "central-0/c/f.json.gz central-1/c/f.json.gz ");
  EXPECT_NE(policies.find("central-1%2F%2A"), std::string::npos) << policies;
  EXPECT_EQ(policies.find(ours.back().str()), std::string::npos) << policies;

  row.log_distribution_role_arn.clear();  // delivered as the central role, which has no such policy
  const auto as_ours = destinations.bucket(row, aws.soon()).value();
  EXPECT_TRUE(copy(*as_ours, ours.back()).ok());
}

TEST_F(AwsDestinationsTest, ObjectsAreEncryptedAsTheTenantSaysHoweverTheyArePut) {
  std::mutex mutex;
  std::vector<std::string> made;  // guarded: requests that make an object
  ScriptedServer s3([&](const std::string& request, ScriptedServer::Answer& answer) {
    if (request.find("Action=AssumeRole") != std::string::npos) return answer.json(200, kSession);
    if (request.starts_with("HEAD")) return answer.json(404, "");
    if (request.starts_with("PUT") && request.find("partNumber=") == std::string::npos) {
      const std::lock_guard lock(mutex);
      made.push_back(request);
    }
    if (request.find("?uploads=") != std::string::npos) {
      const std::lock_guard lock(mutex);
      made.push_back(request);
      return answer.json(
          200, "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>");
    }
    if (request.find("x-amz-copy-source") != std::string::npos)
      return answer.json(200, "<CopyObjectResult><ETag>e</ETag></CopyObjectResult>");
    answer.write("HTTP/1.1 200 OK\r\nETag: \"e\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  });
  fakes::AwsWorld aws(s3.url());
  RoleChain roles({aws.world().clock, aws.world().random, aws.world().http, aws.world().credentials},
                  {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = s3.url(), .urls = {}}).value()});
  AwsDestinations destinations(
      {aws.world().clock, aws.world().random, aws.world().http, roles},
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
  fakes::AwsWorld aws(aws_of_tenant.url());
  RoleChain roles(
      {aws.world().clock, aws.world().random, aws.world().http, aws.world().credentials},
      {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = aws_of_tenant.url(), .urls = {}}).value()});
  AwsDestinations destinations({aws.world().clock, aws.world().random, aws.world().http, roles},
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
  fakes::AwsWorld aws(s3.url());
  RoleChain roles({aws.world().clock, aws.world().random, aws.world().http, aws.world().credentials},
                  {.sts = endpoint_of(Service::Sts, "us-east-1", {.url = s3.url(), .urls = {}}).value()});
  AwsDestinations destinations({aws.world().clock, aws.world().random, aws.world().http, roles},
                               {.endpoints = {.url = s3.url(), .urls = {}}});
  const auto bucket = destinations.bucket(configuration("s3"), aws.soon()).value();
  const std::string large((8U << 20U) + 10, 'x');
  EXPECT_TRUE(put_object(*bucket, ObjectKey("a/b"), large, {}, aws.soon()).ok());
  EXPECT_EQ(parts, 3);  // two, and one of them again
}

}  // namespace
}  // namespace headgate::aws
