#include "process/settlement.h"

#include "base/log.h"

namespace headgate::process {

Claimed Settlement::claim(const DeliveryId& id, Deadline deadline) {
  const Timestamp now = clock_.now();
  const Result<Claim> claim = ledger_.claim(id, owner_, now, now + lease_, deadline);
  if (!claim.ok()) {
    if (const auto times = said_.happened("ledger: asked", clock_.steady())) {
      log::warn("the ledger cannot be asked; tried again later",
                {{"what", claim.error().what}, {"times", *times}});
    }
    return {.hold = Hold::Unknown};
  }
  const DeliveryEntry& entry = claim->entry;
  if (claim->is_ours) {
    return {.hold = Hold::Ours,
            .progress = entry.progress,
            .since = entry.updated_at,
            .releases = entry.releases,
            .parked_since = entry.parked_since};
  }
  return {.hold = entry.state == DeliveryState::Pending ? Hold::Elsewhere : Hold::Settled,
          .etag = entry.etag,
          .state = entry.state};
}

Claimed Settlement::claim_again(const DeliveryId& id, Deadline deadline) {
  const Result<> reopened = ledger_.reopen(id, clock_.now(), deadline);
  // NotFound: someone else was faster.
  if (reopened.ok() || reopened.error().fault == Fault::NotFound) return claim(id, deadline);
  say_not_written(reopened.error());
  return {.hold = Hold::Unknown};
}

Verdict Settlement::settle(const DeliveryId& id, DeliveryState state, std::string_view reason,
                           Deadline deadline) {
  const Result<> settled = ledger_.settle(id, owner_, state, reason, clock_.now(), deadline);
  if (settled.ok()) return Verdict::Done;
  say_not_written(settled.error());
  return Verdict::TryLater;
}

void Settlement::say_not_written(const Error& error) {
  if (const auto times = said_.happened("ledger: written", clock_.steady()))
    log::warn("the ledger cannot be written; tried again later", {{"what", error.what}, {"times", *times}});
}

Settlement::Settled Settlement::settle_unclaimed(const DeliveryId& id, DeliveryState state,
                                                 std::string_view reason, Deadline deadline) {
  const Claimed claimed = claim(id, deadline);
  switch (claimed.hold) {
    case Hold::Ours:
      return {.verdict = settle(id, state, reason, deadline), .state = state};
    case Hold::Settled:
      return {.was_before = true, .state = claimed.state};
    case Hold::Elsewhere:
    case Hold::Unknown:
      return {.verdict = Verdict::TryLater};
  }
  CHECK(false);
}

void Settlement::release(const DeliveryId& id, Deadline deadline) {
  (void)ledger_.release(id, owner_, deadline);
}

}  // namespace headgate::process
