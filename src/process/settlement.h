// Writes into the ledger what becomes of deliveries.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

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
  Progress progress = {};  // as far as another try came
  std::string etag = {};   // of what was settled, where that is known
  Timestamp since = {};    // the first try, or the last batch that was confirmed
};

// One thread: `owner` is that thread's name in the ledger.
class Settlement {
 public:
  Settlement(Clock& clock, Ledger& ledger, LeaseOwner owner, std::chrono::milliseconds lease)
      : clock_(clock), ledger_(ledger), owner_(std::move(owner)), lease_(lease) {}

  Claimed claim(const DeliveryId& id, Deadline deadline);
  // The settled delivery is of another content than id.etag: claims it for that one.
  Claimed claim_again(const DeliveryId& id, Deadline deadline);
  // Of a claimed delivery. TryLater: the ledger cannot be written.
  Verdict settle(const DeliveryId& id, DeliveryState state, std::string_view reason, Deadline deadline);
  // Of one that was decided without being tried.
  Verdict settle_unclaimed(const DeliveryId& id, DeliveryState state, std::string_view reason,
                           Deadline deadline);
  // If the lease cannot be given back it runs out.
  void release(const DeliveryId& id, Deadline deadline);

 private:
  Clock& clock_;
  Ledger& ledger_;
  const LeaseOwner owner_;
  const std::chrono::milliseconds lease_;
};

}  // namespace headgate::process
