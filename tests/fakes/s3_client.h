// Our S3 client, for tests that bring the server.
#pragma once

#include <string>

#include "aws/s3/s3_store.h"
#include "base/check.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "net/http_pool.h"
#include "net/library.h"

namespace headgate::fakes {

inline constexpr const char* kAccessKey = "AKIDEXAMPLE";
inline constexpr const char* kSecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

// Clients of an S3 at `url`. Any thread.
class S3Client {
 public:
  // `ca_file` as AWS_CA_BUNDLE has it.
  explicit S3Client(std::string url, std::string secret_key = kSecretKey, std::string ca_file = {})
      : http_(library_, clock_, {.client = {.ca_file = std::move(ca_file), .is_http1_only = true}}),
        credentials_(aws::Credentials{
            .access_key_id = kAccessKey, .secret_access_key = std::move(secret_key), .session_token = {}}) {
    endpoints_.url = std::move(url);
  }
  aws::ServiceClient::Deps deps() { return {clock_, random_, http_, credentials_}; }
  aws::S3Settings settings(const std::string& bucket) const {
    aws::S3Settings settings{.bucket = BucketName(bucket), .region = "us-east-1", .endpoints = endpoints_};
    settings.client.backoff_first = std::chrono::milliseconds{1};
    settings.client.backoff_longest = std::chrono::milliseconds{20};
    return settings;
  }
  std::unique_ptr<aws::S3Store> store(const std::string& bucket) { return store(settings(bucket)); }
  std::unique_ptr<aws::S3Store> store(aws::S3Settings settings) {
    return aws::S3Store::open(deps(), std::move(settings)).value();
  }
  Result<> create(const std::string& bucket) {
    const auto opened = aws::S3Bucket::open(deps(), settings(bucket)).value();
    Result<aws::Answer> answer = opened->call_ok(opened->request("CreateBucket", "PUT", ObjectKey()), soon());
    if (!answer.ok()) return std::move(answer).error();
    return {};
  }
  // A bucket that no other test has.
  std::string new_bucket() {
    std::string bucket = "b" + std::to_string(random_.next());
    const Result<> created = create(bucket);
    CHECK(created.ok());
    return bucket;
  }
  Deadline soon() const { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Clock& clock() { return clock_; }

 private:
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  net::HttpPool http_;
  aws::FixedCredentials credentials_;
  aws::EndpointSettings endpoints_;
};

}  // namespace headgate::fakes
