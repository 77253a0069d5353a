// The credentials that sign requests, and the interface of whatever provides them.
// Tests: src/aws/call/service_client_test.cc
#pragma once

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "model/time/timestamp.h"

namespace headgate::aws {

// These values never appear in a log line or in the text of an error.
struct Credentials {
  std::string access_key_id;  // if empty, the request is not signed; only a few operations of STS accept that
  std::string secret_access_key;
  std::string session_token;            // empty for long-term credentials
  std::optional<Timestamp> expires_at;  // none if they never expire
};

// Thread-safe. Implementations keep credentials until shortly before they expire. However many threads wait,
// only one request for new credentials is made at a time.
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  // Fault::Denied: the provider refuses us, or no credentials are found. Fault::Retry: the provider cannot be
  // reached now.
  virtual Result<Credentials> get(Deadline deadline) = 0;
  // AWS refused these credentials as expired or unknown. Unless the source already holds other ones, the next
  // get() requests new ones.
  virtual void forget(const Credentials& refused) = 0;
};

class FixedCredentials final : public CredentialsSource {
 public:
  explicit FixedCredentials(Credentials credentials) : credentials_(std::move(credentials)) {}
  Result<Credentials> get(Deadline) override { return credentials_; }
  void forget(const Credentials&) override {}

 private:
  const Credentials credentials_;
};

}  // namespace headgate::aws
