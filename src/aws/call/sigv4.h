// AWS's signature, version 4, in headers.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <array>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "model/time/timestamp.h"
#include "net/http_message.h"

namespace headgate::aws {

// Stands where the body's hash would: S3 takes it over TLS. Nothing but TLS and a checksum then guards the
// body.
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

std::string sha256_hex(std::string_view bytes);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;
// a=1&b=, encoded and sorted: what is signed and what is sent.
std::string canonical_query(const QueryParameters& parameters);

// What is signed besides the headers.
struct Signable {
  std::string_view method;
  std::string_view path;     // as it goes over the wire
  std::string_view query;    // canonical_query()
  std::string_view payload;  // sha256_hex() of the body, or kUnsignedPayload
};

// Any thread. Keeps the key that was derived last: it lives a day.
class Signer {
 public:
  struct Scope {
    std::string region;
    std::string service;  // signing_name()
  };
  explicit Signer(Scope scope) : scope_(std::move(scope)) {}

  // Adds X-Amz-Date, X-Amz-Security-Token if there is one, X-Amz-Content-Sha256 for S3, and Authorization.
  // All that `headers` holds is signed; Host must be in it, none of the four above may be.
  void sign(const Signable& what, const Credentials& credentials, Timestamp at, net::HttpHeaders& headers);

 private:
  using Key = std::array<unsigned char, 32>;
  Key key_of(const std::string& secret, std::string_view day);

  const Scope scope_;
  std::mutex mutex_;  // guards the three below
  std::string secret_;
  std::string day_;
  Key key_{};
};

}  // namespace headgate::aws
