#include "process/outcome.h"

#include <algorithm>

#include "base/check.h"

namespace headgate::process {

Verdict verdict_on(const Error& error) {
  if (error.blame == Blame::Us) return Verdict::TryLater;  // no tenant waits for a release because of us
  switch (error.fault) {  // no default: a new Fault must not compile until it is decided here
    case Fault::Retry:
    case Fault::Stopped:
      return Verdict::TryLater;
    case Fault::Denied:    // only the tenant can let us in again
    case Fault::NotFound:  // the bucket or the group they named is not there
    case Fault::Invalid:   // it will fail the same way every time
      return Verdict::Park;
  }
  CHECK(false);
}

// A parked delivery is settled as far as the message goes: the ledger has it.
Verdict worse(Verdict left, Verdict right) {
  return left == Verdict::TryLater || right == Verdict::TryLater ? Verdict::TryLater : Verdict::Done;
}

std::string_view name_of(Verdict verdict) {
  switch (verdict) {
    case Verdict::Done:
      return "done";
    case Verdict::TryLater:
      return "try-later";
    case Verdict::Park:
      return "park";
  }
  CHECK(false);
}

Health health_of(const Error& error) {
  return error.fault == Fault::Retry && error.blame == Blame::Tenant ? Health::Bad : Health::Unknown;
}

Tally& Tally::operator+=(const Tally& other) {
  delivered += other.delivered;
  filtered += other.filtered;
  parked += other.parked;
  lost += other.lost;
  later += other.later;
  refused += other.refused;
  disabled += other.disabled;
  delivered_before += other.delivered_before;
  filtered_before += other.filtered_before;
  parked_before += other.parked_before;
  lost_before += other.lost_before;
  return *this;
}

Tally tally_of(DeliveryState state) {
  switch (state) {
    case DeliveryState::Pending:
      return {.later = 1};
    case DeliveryState::Delivered:
      return {.delivered = 1};
    case DeliveryState::Filtered:
      return {.filtered = 1};
    case DeliveryState::Parked:
      return {.parked = 1};
    case DeliveryState::Lost:
      return {.lost = 1};
  }
  CHECK(false);
}

Tally tally_before(DeliveryState state) {
  switch (state) {
    case DeliveryState::Pending:
      return {.later = 1};
    case DeliveryState::Delivered:
      return {.delivered_before = 1};
    case DeliveryState::Filtered:
      return {.filtered_before = 1};
    case DeliveryState::Parked:
      return {.parked_before = 1};
    case DeliveryState::Lost:
      return {.lost_before = 1};
  }
  CHECK(false);
}

Outcome both(const Outcome& left, const Outcome& right) {
  const auto is_later = [](const Outcome& one) { return one.verdict == Verdict::TryLater; };
  Outcome outcome{.verdict = worse(left.verdict, right.verdict),
                  .health = std::max(left.health, right.health),
                  .is_interrupted = left.is_interrupted || right.is_interrupted,
                  .needs_alone = left.needs_alone || right.needs_alone,
                  .tally = left.tally};
  outcome.tally += right.tally;
  if (is_later(left) && is_later(right)) {
    outcome.not_before = std::min(left.not_before, right.not_before);
  } else if (is_later(left) || is_later(right)) {
    outcome.not_before = is_later(left) ? left.not_before : right.not_before;
  }
  return outcome;
}

}  // namespace headgate::process
