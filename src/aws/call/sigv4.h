// AWS Signature Version 4, in the headers of a request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "aws/call/credentials.h"
#include "base/mutex.h"
#include "model/time/timestamp.h"
#include "net/http_message.h"

namespace headgate::aws {

// Takes the place of the body's hash in the signature. S3 accepts it over TLS. Only TLS and a checksum header
// then protect the body.
constexpr std::string_view kUnsignedPayload = "UNSIGNED-PAYLOAD";

std::string sha256_hex(std::string_view bytes);

using QueryParameters = std::vector<std::pair<std::string, std::string>>;
// The query as it is both signed and sent: encoded and sorted, such as a=1&b=.
std::string canonical_query(const QueryParameters& parameters);

// The parts of a request that are signed besides the headers.
struct Signable {
  std::string_view method;
  std::string_view path;     // encoded, as it is sent
  std::string_view query;    // canonical_query()
  std::string_view payload;  // sha256_hex() of the body, or kUnsignedPayload
};

// Thread-safe. Keeps the most recently derived key, which is valid for one day.
class Signer {
 public:
  struct Scope {
    std::string region;
    std::string service;  // signing_name()
  };
  explicit Signer(Scope scope) : scope_(std::move(scope)) {}

  // Adds X-Amz-Date, X-Amz-Security-Token for temporary credentials, X-Amz-Content-Sha256 for S3, and
  // Authorization. All of `headers` is signed. It must contain Host, and none of the headers that are added.
  void sign(const Signable& what, const Credentials& credentials, Timestamp at, net::HttpHeaders& headers);

 private:
  using Key = std::array<unsigned char, 32>;
  Key key_of(const std::string& secret, std::string_view day);

  const Scope scope_;
  Mutex mutex_;
  std::string secret_ GUARDED_BY(mutex_);
  std::string day_ GUARDED_BY(mutex_);
  Key key_ GUARDED_BY(mutex_){};
};

}  // namespace headgate::aws
