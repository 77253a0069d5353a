// What an AWS client is made of, for tests that bring the server.
#pragma once

#include <chrono>
#include <string>
#include <utility>

#include "aws/call/service_client.h"
#include "fakes/shifted_clock.h"
#include "local/system_random.h"
#include "net/http_pool.h"
#include "net/library.h"

namespace headgate::fakes {

// Any thread. Real time, which clock().advance() moves on; retries hardly wait.
class AwsFixture {
 public:
  static constexpr const char* kAccessKey = "AKIDEXAMPLE";
  static constexpr const char* kSecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

  explicit AwsFixture(std::string url) : AwsFixture(std::move(url), kAccessKey, kSecretKey) {}
  AwsFixture(std::string url, std::string access_key, std::string secret_key)
      : credentials_(aws::Credentials{.access_key_id = std::move(access_key),
                                      .secret_access_key = std::move(secret_key),
                                      .session_token = {},
                                      .expires_at = {}}) {
    endpoints_.url = std::move(url);
  }
  aws::ServiceClient::Deps deps() { return {clock_, random_, http_, credentials_}; }
  // Settings of any client: region, endpoint and options set.
  template <typename Settings>
  Settings settings() const {
    Settings made;
    made.region = "us-east-1";
    made.endpoints = endpoints_;
    made.client.backoff_first = std::chrono::milliseconds{1};
    made.client.backoff_longest = std::chrono::milliseconds{20};
    return made;
  }
  Deadline soon() const { return Deadline::after(clock_.steady(), std::chrono::seconds{60}); }
  Deadline passed() const { return Deadline{clock_.steady()}; }
  ShiftedClock& clock() { return clock_; }
  // A name that no other test has.
  std::string new_name() { return "n" + std::to_string(random_.next()); }

 private:
  net::Library library_ = net::Library::open().value();
  ShiftedClock clock_;
  local::SystemRandom random_;
  net::HttpPool http_{library_, clock_, {}};
  aws::FixedCredentials credentials_;
  aws::EndpointSettings endpoints_;
};

}  // namespace headgate::fakes
