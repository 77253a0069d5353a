// What one try came to, for a whole message or for one part of it, and what that means for the message.
// verdict_on() alone decides whether a failed delivery is tried again or parked. This file is pure. Its tests
// hold what docs/contributing/guarantees-and-tests.md promises for each fault.
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/result.h"
#include "ports/ledger.h"

namespace headgate::process {

enum class Verdict : std::uint8_t {
  Done,      // nothing is left to do
  TryLater,  // the message stays in the queue, and is tried again after a wait
  Park,      // someone has to fix something first: the ledger keeps the delivery, with the reason
};

// What becomes of a delivery after a try at one destination failed with `error`.
Verdict verdict_on(const Error& error);

// The verdict on a message is TryLater while any of its objects or destinations needs another try, else Done.
Verdict worse(Verdict left, Verdict right);

std::string_view name_of(Verdict verdict);

// How the destinations that were called did. The order matters: of two parts the greater value counts.
enum class Health : std::uint8_t {
  Unknown,  // no destination was called
  Refused,  // no destination was called, because none has answered lately
  Good,     // every destination that was called succeeded
  Bad,      // a destination that was called failed
};
// The health that a failed call shows. Unknown if the fault is ours, or if the destination did answer.
Health health_of(const Error& error);

// How many deliveries ended in which way. An object has one delivery for each destination.
struct Tally {
  std::uint32_t delivered = 0;
  std::uint32_t filtered = 0;  // the destination does not want the object
  std::uint32_t parked = 0;
  std::uint32_t lost = 0;
  std::uint32_t later = 0;     // not settled yet
  std::uint32_t refused = 0;   // the object's key cannot be parsed
  std::uint32_t disabled = 0;  // the tenant has no enabled destination
  // Settled by an earlier try; this one changed nothing:
  std::uint32_t delivered_before = 0;
  std::uint32_t filtered_before = 0;
  std::uint32_t parked_before = 0;
  std::uint32_t lost_before = 0;

  Tally& operator+=(const Tally& other);
};
// The tally of one delivery that this try brought into `state`.
Tally tally_of(DeliveryState state);
// The tally of one delivery that was in `state` before this try.
Tally tally_before(DeliveryState state);

struct Outcome {
  Verdict verdict = Verdict::Done;
  std::chrono::milliseconds not_before{0};  // with TryLater: an earlier try would fail
  Health health = Health::Unknown;
  bool is_interrupted = false;  // with TryLater: nothing failed, but our time was over or we were stopped
  // With TryLater: a worker died during this delivery, so the next try must run while no other delivery does.
  bool needs_alone = false;
  Tally tally = {};
};

// The outcome of two parts of one message. It is Done only if both are; else the earlier `not_before` counts.
Outcome both(const Outcome& left, const Outcome& right);

}  // namespace headgate::process
