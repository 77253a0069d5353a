// Someone who gives credentials anew each time: a metadata service, STS, a program.
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

// One call at a time. RefreshingCredentials makes a CredentialsSource of it.
class CredentialsOrigin {
 public:
  virtual ~CredentialsOrigin() = default;
  virtual std::string_view name() const = 0;  // for the log
  // Denied: it refuses us. Retry: it cannot be asked now.
  virtual Result<Credentials> fetch(Deadline deadline) = 0;
};

// What those who fetch credentials need; it outlives them.
struct CredentialsDeps {
  Clock& clock;
  Random& random;
  net::HttpPool& http;
  Disk& disk;
  std::stop_token stop = {};       // ends their waits with Fault::Stopped
  std::uint32_t attempts_max = 3;  // of a call to STS
};

}  // namespace headgate::aws
