// Writes into the ledger what becomes of deliveries.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "base/mutex.h"
#include "base/repeated_log.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "process/outcome.h"

namespace headgate::process {

// Whether this process works on other deliveries at the same time.
enum class Isolation : std::uint8_t { Shared, Alone };

// A delivery is parked after so many workers in a row died while they delivered it.
constexpr std::uint32_t kDeathsMax = 3;
// How the reason of such a delivery begins.
constexpr const char* kWorkersDied = "workers died while they delivered this";

enum class Hold : std::uint8_t {
  Ours,
  NeedsAlone,  // not claimed: a worker died while it delivered this, so claim it again with Isolation::Alone
  Settled,     // there is nothing left to do
  Elsewhere,   // another worker is at it
  Unknown,     // the ledger cannot be asked
};
struct Claimed {
  Hold hold = Hold::Unknown;
  Progress progress = {};                        // as far as another try came
  std::string etag = {};                         // of what was settled, where that is known
  Timestamp since = {};                          // the first try, or the last batch that was confirmed
  DeliveryState state = DeliveryState::Pending;  // of Settled: as what
  std::uint32_t releases = 0;                    // how often it was released after it had been parked
  Timestamp parked_since = {};                   // and since when it had been
  std::uint32_t deaths = 0;                      // of workers that delivered it, since its last progress
};

// One thread, `owner` is its name in the ledger; what was claimed may be settled or released on several.
class Settlement {
 public:
  // `said` outlives it: a ledger that cannot be reached is one line an hour, not one a delivery.
  Settlement(Clock& clock, Ledger& ledger, LeaseOwner owner, std::chrono::milliseconds lease,
             RepeatedLog& said)
      : clock_(clock), ledger_(ledger), owner_(std::move(owner)), lease_(lease), said_(said) {}

  // First gives back the leases that the ledger did not take back when that was due: otherwise an outage of
  // the ledger would look like the death of this worker.
  Claimed claim(const DeliveryId& id, Isolation isolation, Deadline deadline);
  // The settled delivery is of another content than id.etag: claims it for that one.
  Claimed claim_again(const DeliveryId& id, Isolation isolation, Deadline deadline);
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
  // After a try that came to its end. If the ledger does not take the lease back, the next claim() repeats
  // this; without one the lease runs out.
  void release(const DeliveryId& id, Deadline deadline);
  // The same for a delivery that was not tried to an end: the deaths counted so far stay.
  void withdraw(const DeliveryId& id, Deadline deadline);

 private:
  void say_not_written(const Error& error);
  enum class Tried : std::uint8_t { No, Yes };
  struct Owed {
    DeliveryId id;
    Tried tried = Tried::No;
  };
  void give_back(const Owed& one, Deadline deadline);
  Result<> try_to_give_back(const Owed& one, Deadline deadline);
  void give_back_later(const Owed& one);
  void give_back_what_is_owed(Deadline deadline);

  Clock& clock_;
  Ledger& ledger_;
  const LeaseOwner owner_;
  const std::chrono::milliseconds lease_;
  RepeatedLog& said_;
  static constexpr std::size_t kOwedMax = 1'000;  // beyond it leases run out
  Mutex mutex_;                                   // the deliveries of one object end on threads of their own
  std::vector<Owed> owed_ GUARDED_BY(mutex_);
};

// The outcome of a delivery that was decided without being tried.
Outcome outcome_of(const Settlement::Settled& settled);

}  // namespace headgate::process
