// A provider that issues new credentials at each request: a metadata service, STS or a program.
#pragma once

#include <cstdint>
#include <stop_token>
#include <string_view>

#include "aws/call/credentials.h"
#include "base/deadline.h"
#include "base/result.h"
#include "net/http_pool.h"
#include "ports/clock.h"
#include "ports/disk.h"
#include "ports/random.h"

namespace headgate::aws {

// Not thread-safe: one call at a time. RefreshingCredentials makes a CredentialsSource of it.
class CredentialsOrigin {
 public:
  virtual ~CredentialsOrigin() = default;
  virtual std::string_view name() const = 0;  // for log lines and errors
  // Fault::Denied: the provider refuses us. Fault::Retry: the provider cannot be reached now.
  virtual Result<Credentials> fetch(Deadline deadline) = 0;
};

// What origins of credentials need. All of it must outlive them.
struct CredentialsDeps {
  Clock& clock;
  Random& random;
  net::HttpPool& http;
  Disk& disk;
  std::stop_token stop = {};       // when stopped, every wait ends with Fault::Stopped
  std::uint32_t attempts_max = 3;  // for a call to STS
};

}  // namespace headgate::aws
