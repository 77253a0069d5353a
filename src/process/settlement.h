// Writes into the ledger what becomes of deliveries.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/repeated_log.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "process/verdict.h"

namespace headgate::process {

enum class Hold : std::uint8_t {
  Ours,
  Settled,    // there is nothing left to do
  Elsewhere,  // another worker is at it
  Unknown,    // the ledger cannot be asked
};
struct Claimed {
  Hold hold = Hold::Unknown;
  Progress progress = {};                        // as far as another try came
  std::string etag = {};                         // of what was settled, where that is known
  Timestamp since = {};                          // the first try, or the last batch that was confirmed
  DeliveryState state = DeliveryState::Pending;  // of Settled: as what
  std::uint32_t releases = 0;                    // how often it was released after it had been parked
  Timestamp parked_since = {};                   // and since when it had been
};

// One thread: `owner` is that thread's name in the ledger.
class Settlement {
 public:
  // `said` outlives it: a ledger that cannot be reached is one line an hour, not one a delivery.
  Settlement(Clock& clock, Ledger& ledger, LeaseOwner owner, std::chrono::milliseconds lease,
             RepeatedLog& said)
      : clock_(clock), ledger_(ledger), owner_(std::move(owner)), lease_(lease), said_(said) {}

  Claimed claim(const DeliveryId& id, Deadline deadline);
  // The settled delivery is of another content than id.etag: claims it for that one.
  Claimed claim_again(const DeliveryId& id, Deadline deadline);
  // Of a claimed delivery. TryLater: the ledger cannot be written.
  Verdict settle(const DeliveryId& id, DeliveryState state, std::string_view reason, Deadline deadline);
  // Of one that was decided without being tried.
  struct Settled {
    Verdict verdict = Verdict::Done;
    bool was_before = false;                       // and then as `state`
    DeliveryState state = DeliveryState::Pending;  // of what is settled now
  };
  Settled settle_unclaimed(const DeliveryId& id, DeliveryState state, std::string_view reason,
                           Deadline deadline);
  // If the lease cannot be given back it runs out.
  void release(const DeliveryId& id, Deadline deadline);

 private:
  void say_not_written(const Error& error);

  Clock& clock_;
  Ledger& ledger_;
  const LeaseOwner owner_;
  const std::chrono::milliseconds lease_;
  RepeatedLog& said_;
};

}  // namespace headgate::process
