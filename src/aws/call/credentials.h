// Whose name requests are signed with, and where that comes from.
#pragma once

#include <optional>
#include <string>

#include "base/deadline.h"
#include "base/result.h"
#include "model/time/timestamp.h"

namespace headgate::aws {

// Never logged, never part of an error's words.
struct Credentials {
  std::string access_key_id;  // empty: nobody's; the request goes unsigned, which few operations of STS take
  std::string secret_access_key;
  std::string session_token;            // empty: long-term
  std::optional<Timestamp> expires_at;  // none: they do not
};

// Any thread. Implementations cache until shortly before expiry and ask once however many threads wait (one
// flight).
class CredentialsSource {
 public:
  virtual ~CredentialsSource() = default;
  // Denied: whoever gives them refuses us, or there are none to find. Retry: it cannot be asked now.
  virtual Result<Credentials> get(Deadline deadline) = 0;
  // These were refused as expired or unknown: the next get() asks anew, unless it has others already.
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
