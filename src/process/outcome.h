// What one try at a message, or at one part of it, came to.
#pragma once

#include <chrono>
#include <cstdint>

#include "ports/ledger.h"
#include "process/verdict.h"

namespace headgate::process {

// How the destinations did, the worst that held a thread up last. Unknown: none was called. Refused: none was
// called, because they did not answer lately. Good: some were called, and those did well; Bad: not all did.
enum class Health : std::uint8_t { Unknown, Refused, Good, Bad };
// Of a destination whose call failed so.
Health health_of(const Error& error);

// Of the deliveries of an object, one for each destination: what they came to, now or before.
struct Tally {
  std::uint32_t delivered = 0;
  std::uint32_t filtered = 0;  // the destination does not want it
  std::uint32_t parked = 0;
  std::uint32_t lost = 0;
  std::uint32_t later = 0;     // not settled
  std::uint32_t refused = 0;   // the key cannot be understood
  std::uint32_t disabled = 0;  // its tenant has nothing enabled
  // Settled before this try, which did nothing about them:
  std::uint32_t delivered_before = 0;
  std::uint32_t filtered_before = 0;
  std::uint32_t parked_before = 0;
  std::uint32_t lost_before = 0;

  Tally& operator+=(const Tally& other);
};
// One delivery that this try settled so.
Tally tally_of(DeliveryState state);
// One delivery that was settled before.
Tally tally_before(DeliveryState state);

struct Outcome {
  Verdict verdict = Verdict::Done;
  std::chrono::milliseconds not_before{0};  // of TryLater: until then it is no use
  Health health = Health::Unknown;
  bool is_left_off = false;  // of TryLater: nothing is wrong, we had to leave
  // Of TryLater: a worker died while it delivered this, so try it again while nothing else is under way.
  bool needs_alone = false;
  Tally tally = {};
};

// Of two parts of one message: not done while one of them is not; to be tried again when the first of them
// may be.
Outcome both(const Outcome& left, const Outcome& right);

}  // namespace headgate::process
