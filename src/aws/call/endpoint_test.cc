#include "aws/call/endpoint.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

TEST(Endpoint, IsTheServicesOwnUnlessOneIsNamed) {
  const EndpointSettings mixed{.url = "http://localhost:4566/",
                               .urls = {{Service::S3, "https://s3.example/prefix//"}}};
  EXPECT_EQ(endpoint_of(Service::Logs, "eu-west-1", {})->url, "https://logs.eu-west-1.amazonaws.com");
  EXPECT_FALSE(endpoint_of(Service::Logs, "eu-west-1", {})->is_custom);
  EXPECT_EQ(endpoint_of(Service::Logs, "eu-west-1", mixed)->url, "http://localhost:4566");
  EXPECT_EQ(endpoint_of(Service::S3, "eu-west-1", mixed)->url, "https://s3.example/prefix");
  EXPECT_TRUE(endpoint_of(Service::S3, "eu-west-1", mixed)->is_custom);
  EXPECT_EQ(endpoint_of(Service::S3, "eu-west-1", mixed)->region, "eu-west-1");
}

TEST(Endpoint, TakesNoRegionThatWouldChangeTheHost) {
  for (const char* region :
       {"", "eu", "eu-west", "eu-west-1.evil.example", "EU-WEST-1", "eu--1", "eu-west-1/", "aws-global",
        "a-b-c-d-1", "eu-west-", "-west-1", "abcdefghijklmnop-abcdefghijklmnop-1"}) {
    const Result<Endpoint> endpoint = endpoint_of(Service::Sts, region, {});
    ASSERT_FALSE(endpoint.ok()) << region;
    EXPECT_EQ(endpoint.error().fault, Fault::Invalid);
  }
}

TEST(Endpoint, TakesNoUrlThatIsNone) {
  for (const char* url : {"localhost:4566", "ftp://h", "http://", "https:///x", "http://u:p@h",
                          "http://h?x=1", "http://h/#f", "http://h h", "http://h\n"}) {
    EXPECT_FALSE(endpoint_of(Service::Sts, "eu-west-1",
                             {.use_fips = false, .use_dual_stack = false, .url = url, .urls = {}})
                     .ok())
        << url;
  }
}

TEST(Endpoint, RefusesFipsAndDualStackWithAnEndpointOfOnesOwn) {
  EXPECT_FALSE(
      endpoint_of(Service::Sts, "eu-west-1", {.use_fips = true, .url = "http://h", .urls = {}}).ok());
  EXPECT_FALSE(
      endpoint_of(Service::Sts, "eu-west-1", {.use_dual_stack = true, .url = "http://h", .urls = {}}).ok());
}

TEST(Partition, FollowsFromTheRegion) {
  const std::pair<const char*, const char*> rows[] = {{"eu-west-1", "aws"},
                                                      {"us-east-1", "aws"},
                                                      {"cn-north-1", "aws-cn"},
                                                      {"us-gov-west-1", "aws-us-gov"},
                                                      {"eusc-de-east-1", "aws-eusc"},
                                                      {"us-iso-east-1", "aws-iso"},
                                                      {"us-isob-east-1", "aws-iso-b"},
                                                      {"eu-isoe-west-1", "aws-iso-e"},
                                                      {"us-isof-south-1", "aws-iso-f"}};
  for (const auto& [region, partition] : rows) EXPECT_EQ(partition_of(region), partition) << region;
}

}  // namespace
}  // namespace headgate::aws
