// Keeps credentials until shortly before they expire, and renews them.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>

#include "aws/call/credentials.h"
#include "aws/credentials/credentials_origin.h"
#include "base/mutex.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::aws {

// Thread-safe. However many threads need credentials, one of them asks the origin. Threads that hold valid
// credentials go on with those; the others wait for the answer. If renewing fails, the old credentials are
// used while they are valid. No background thread renews, because Lambda freezes the process between calls.
class RefreshingCredentials final : public CredentialsSource {
 public:
  struct Options {
    std::chrono::seconds renew_before{5 * 60};  // renewal starts this long before expiry, or earlier by a
                                                // random part of the same time
    std::chrono::seconds renewal_max{10};  // how long a renewal may delay a caller who has valid credentials
    std::chrono::seconds renewal_pause{60};  // pause after a failed renewal while the old credentials are
                                             // valid
    std::chrono::seconds denied_for{60};  // how long a refusal is remembered before the origin is asked again
    std::chrono::seconds forget_after{5};  // younger credentials are not forgotten, since the origin would
                                           // give none better
    std::chrono::seconds expired_valid_for{300};  // for credentials that were expired when they came: perhaps
                                                  // our clock is wrong
  };
  RefreshingCredentials(Clock& clock, Random& random, std::unique_ptr<CredentialsOrigin> origin,
                        Options options);

  Result<Credentials> get(Deadline deadline) override;
  void forget(const Credentials& refused) override;

 private:
  struct Held {
    Credentials credentials;
    Timestamp renew_at;
    Timestamp valid_until;
    bool expires = false;
    SteadyTime since;
  };
  Held held_of(Credentials credentials) const;
  bool is_valid(const Held& held) const { return !held.expires || clock_.now() < held.valid_until; }
  bool is_due(const Held& held) const { return held.expires && clock_.now() >= held.renew_at; }
  Result<Credentials> renew(Deadline deadline) REQUIRES(mutex_);
  Result<> await_flight(Deadline deadline) REQUIRES(mutex_);

  Clock& clock_;
  Random& random_;
  const std::unique_ptr<CredentialsOrigin> origin_;  // one thread at a time asks it
  const Options options_;
  Mutex mutex_;
  CondVar landed_;
  std::optional<Held> held_ GUARDED_BY(mutex_);
  bool is_flying_ GUARDED_BY(mutex_) = false;
  std::uint64_t flights_ GUARDED_BY(mutex_) = 0;        // number of requests that have been answered
  std::optional<Error> failed_ GUARDED_BY(mutex_);      // the error of the last request
  SteadyTime not_before_ GUARDED_BY(mutex_){kLongAgo};  // when the origin may be asked again after a failure
};

}  // namespace headgate::aws
