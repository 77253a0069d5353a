// Copies as a service makes them: in one request, in parts where it says that one is too much, and into
// buckets whose owner wants them encrypted; boto3 reads what came of it.
#include <gtest/gtest.h>

#include <atomic>

#include "aws/tenant/aws_destinations.h"
#include "fakes/scripted_server.h"
#include "peers/aws_peers.h"
#include "peers/boto3_client.h"
#include "peers/forward.h"
#include "peers/s3_boto3.h"

namespace headgate::peers {
namespace {

// Between us and a server: as S3 at 5 GiB, it refuses to copy an object at once. All else goes through.
class SmallCopiesRefused {
 public:
  explicit SmallCopiesRefused(const PeerProcess& server) : port_(server.port()) {}
  std::string url() const { return way_.url(); }
  int refused() const { return refused_; }
  int parts() const { return parts_; }

 private:
  void pass(const std::string& request, fakes::ScriptedServer::Answer& wire) {
    const std::string head = request.substr(0, request.find("\r\n\r\n"));
    if (head.find("x-amz-copy-source: ") != std::string::npos) {
      if (head.find("partNumber=") == std::string::npos) {
        ++refused_;
        const std::string body =
            "<Error><Code>InvalidRequest</Code><Message>The specified copy source is larger than the maximum "
            "allowable size for a copy source: 5368709120</Message></Error>";
        return wire.write("HTTP/1.1 400 x\r\nConnection: close\r\nContent-Length: " +
                          std::to_string(body.size()) + "\r\n\r\n" + body);
      }
      ++parts_;
    }
    wire.write(forward(port_, request));
  }
  const int port_;
  std::atomic<int> refused_ = 0;
  std::atomic<int> parts_ = 0;
  fakes::ScriptedServer way_{
      [this](const std::string& request, fakes::ScriptedServer::Answer& wire) { pass(request, wire); }};
};

class S3Copy : public testing::Test {
 protected:
  // Objects of 6 MiB under odd names, in parts of the least size: two each.
  void copy_in_parts(const PeerProcess& server) {
    ASSERT_NE(server.port(), 0);
    const SmallCopiesRefused way(server);
    S3Client client(way.url());
    const std::string from = client.new_bucket();
    const std::string to = client.new_bucket();
    aws::S3Settings settings = client.settings(to);
    settings.copied_part_bytes = aws::S3Settings::kPartBytesMin;
    const auto source = client.store(from);
    const auto store = client.store(settings);
    Sizes sizes;
    for (const char* name : {"prod/ns/app/pod-1/1.json.gz", "a b+c/100%/\xc3\xa9t\xc3\xa9"}) {
      const std::string key = name;
      sizes[key] = true;
      const PutOptions others{.content_type = "text/plain", .metadata = {{"node", "the provider's"}}};
      ASSERT_TRUE(put_object(*source, ObjectKey(key), body_of(key, true), others, client.soon()).ok());
      const Result<PutOutcome> copied =
          store->copy({BucketName(from), ObjectKey(key)}, ObjectKey(key), properties(key), client.soon());
      ASSERT_TRUE(copied.ok()) << copied.error().what;
      EXPECT_EQ(*copied, PutOutcome::Stored);
      EXPECT_EQ(
          store->copy({BucketName(from), ObjectKey(key)}, ObjectKey(key), properties(key), client.soon())
              .value(),
          PutOutcome::AlreadyThere);
    }
    EXPECT_EQ(way.refused(), 2);
    EXPECT_EQ(way.parts(), 4);
    // Bytes and headers, those of the options and none of the source's; and no upload is left.
    EXPECT_TRUE(boto3_.agrees("check", url_of(server), to, sizes));
  }
  Boto3Bucket boto3_;
};

TEST_F(S3Copy, OfWhatIsTooLargeForOneGoesInPartsOnMoto) {
  copy_in_parts(PeerProcess(moto_command()));
}

TEST_F(S3Copy, OfWhatIsTooLargeForOneGoesInPartsOnS3Proxy) {
  copy_in_parts(PeerProcess(s3proxy_command()));
}

// A tenant's bucket in moto, reached as deliveries reach it.
class TenantsBucket : public testing::Test {
 protected:
  static constexpr const char* kAccount = "123456789012";
  TenantConfiguration configuration(const std::string& sse, const std::string& key) {
    TenantConfiguration row;
    row.tenant = TenantId("acme");
    row.type = DestinationName(sse.empty() ? "s3" : "s3#" + sse.substr(0, 3));
    row.enabled = true;
    row.target_region = "us-east-1";
    row.account_id = kAccount;
    row.log_distribution_role_arn = "arn:aws:iam::123456789012:role/logs";
    row.external_id = "ext-1";
    row.bucket_name = name_;
    row.sse = sse;
    row.kms_key_id = key;
    return row;
  }
  aws::AwsDestinations::Settings destination_settings() const {
    aws::AwsDestinations::Settings settings;
    settings.endpoints = endpoints_;
    settings.central_buckets = {BucketName(central_)};
    settings.central_owner = kAccount;
    return settings;
  }
  // Each way that an object comes there: at once, in parts, as a copy.
  void deliver(ObjectStore& store, const std::string& prefix) {
    const PutOptions options{.content_type = "application/x-ndjson"};
    for (const std::size_t bytes : {std::size_t{10}, std::size_t{9} << 20U}) {
      const ObjectKey key(prefix + (bytes > 10 ? "/parts" : "/once"));
      const auto put = put_object(store, key, std::string(bytes, 'x'), options, aws_.soon());
      ASSERT_TRUE(put.ok()) << put.error().what;
    }
    const auto copied =
        store.copy({BucketName(central_), ObjectKey("o")}, ObjectKey(prefix + "/copy"), options, aws_.soon());
    ASSERT_TRUE(copied.ok()) << copied.error().what;
  }
  std::string seen(const std::string& key, const char* member) {
    const auto head =
        boto3_.call("s3", "head_object", R"({"Bucket":")" + name_ + R"(","Key":")" + key + "\"}");
    std::string_view value;
    return head[member].get(value) == simdjson::SUCCESS ? std::string(value) : std::string();
  }
  void SetUp() override {
    boto3_.call("s3", "create_bucket", R"({"Bucket":")" + name_ + "\"}");
    boto3_.call("s3", "create_bucket", R"({"Bucket":")" + central_ + "\"}");
    boto3_.call("s3", "put_object", R"({"Bucket":")" + central_ + R"(","Key":"o","Body":"hello"})");
  }

  fakes::AwsFixture aws_{moto_url()};
  Boto3Client boto3_{moto_url()};
  const std::string name_ = aws_.new_name();
  const std::string central_ = aws_.new_name();
  aws::EndpointSettings endpoints_{.url = moto_url(), .urls = {}};
  aws::RoleChain roles_{{aws_.deps().clock, aws_.deps().random, aws_.deps().http, aws_.deps().credentials},
                        {.sts = aws::endpoint_of(aws::Service::Sts, "us-east-1", endpoints_).value()}};
  aws::AwsDestinations destinations_{{aws_.deps().clock, aws_.deps().random, aws_.deps().http, roles_},
                                     destination_settings()};
};

TEST_F(TenantsBucket, HoldsEveryObjectEncryptedAsTheTenantSays) {
  const std::string key_arn = "arn:aws:kms:us-east-1:123456789012:key/0b1c2d3e-0000-1111-2222-333344445555";
  struct Row {
    const char* sse;
    std::string key;
    const char* prefix;
  };
  for (const Row& row : {Row{"aws:kms", key_arn, "kms"}, Row{"AES256", "", "s3"}}) {
    const auto store = destinations_.bucket(configuration(row.sse, row.key), aws_.soon());
    ASSERT_TRUE(store.ok()) << store.error().what;
    deliver(**store, row.prefix);
    for (const char* name : {"/once", "/parts", "/copy"}) {
      const std::string key = row.prefix + std::string(name);
      EXPECT_EQ(seen(key, "ServerSideEncryption"), row.sse) << key;
      EXPECT_EQ(seen(key, "SSEKMSKeyId"), row.key) << key;
    }
  }
}

}  // namespace
}  // namespace headgate::peers
