// Credentials kept until shortly before they expire.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "aws/call/credentials.h"
#include "aws/credentials/credentials_origin.h"
#include "ports/clock.h"
#include "ports/random.h"

namespace headgate::aws {

// Any thread. However many want credentials, the origin is asked once (one flight): who has valid ones goes
// on with them meanwhile, the others wait for the flight. When renewing fails, the old ones serve while they
// are valid. Nothing happens in the background: a Lambda freezes.
class RefreshingCredentials final : public CredentialsSource {
 public:
  struct Options {
    std::chrono::seconds renew_before{5 * 60};  // expiry, and up to as long before that again, by chance
    std::chrono::seconds renewal_max{10};       // how long a caller who has valid ones may be held up
    std::chrono::seconds renewal_pause{60};     // after a renewal that failed, while the old are valid
    std::chrono::seconds denied_for{60};        // a refusal is not asked for again so long
    std::chrono::seconds forget_after{5};  // those that are younger are not forgotten: asking gives no better
    std::chrono::seconds expired_valid_for{300};  // those that came expired: perhaps our clock is wrong
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
  Result<Credentials> renew(std::unique_lock<std::mutex>& lock, Deadline deadline);
  Result<> await_flight(std::unique_lock<std::mutex>& lock, Deadline deadline);

  Clock& clock_;
  Random& random_;
  const std::unique_ptr<CredentialsOrigin> origin_;  // asked by one flight at a time
  const Options options_;
  std::mutex mutex_;  // guards all below
  std::condition_variable landed_;
  std::optional<Held> held_;
  bool is_flying_ = false;
  std::uint64_t flights_ = 0;        // that have landed
  std::optional<Error> failed_;      // the last flight's
  SteadyTime not_before_{kLongAgo};  // after a failure
};

}  // namespace headgate::aws
