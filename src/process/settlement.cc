#include "process/settlement.h"

#include <algorithm>

#include "base/check.h"
#include "base/log.h"

namespace headgate::process {

Claimed Settlement::claim(const DeliveryId& id, Isolation isolation, Deadline deadline) {
  give_back_what_is_owed(deadline);
  const Timestamp now = clock_.now();
  const Result<Claim> claim = ledger_.claim(id, owner_, now, now + lease_, deadline);
  if (!claim.ok()) {
    give_back_later({.id = id});  // the claim may have been written although its answer is lost
    if (const auto times = said_.happened("ledger: asked", clock_.steady())) {
      log::warn("ledger_claim_failed",
                "A delivery could not be claimed in the ledger. It is tried again later.",
                {{"error", claim.error().what}, {"times", *times}});
    }
    return {.hold = Hold::Unknown};
  }
  const DeliveryEntry& entry = claim->entry;
  if (!claim->is_ours) {
    return {.hold = entry.state == DeliveryState::Pending ? Hold::Elsewhere : Hold::Settled,
            .etag = entry.etag,
            .state = entry.state};
  }
  if (isolation == Isolation::Shared && entry.open_claims > 0 && entry.open_claims < kDeathsMax) {
    withdraw(id, deadline);
    return {.hold = Hold::NeedsAlone, .deaths = entry.open_claims};
  }
  {
    const MutexLock lock(mutex_);
    std::erase_if(owed_, [&](const Owed& one) { return one.id == id; });
  }
  return {.hold = Hold::Ours,
          .progress = entry.progress,
          .since = entry.updated_at,
          .releases = entry.releases,
          .parked_since = entry.parked_since,
          .deaths = entry.open_claims};
}

Claimed Settlement::claim_again(const DeliveryId& id, Isolation isolation, Deadline deadline) {
  const Result<> reopened = ledger_.reopen(id, clock_.now(), deadline);
  // NotFound: someone else was faster.
  if (reopened.ok() || reopened.error().fault == Fault::NotFound) return claim(id, isolation, deadline);
  say_not_written(reopened.error());
  return {.hold = Hold::Unknown};
}

Verdict Settlement::settle(const DeliveryId& id, DeliveryState state, std::string_view reason,
                           Deadline deadline) {
  const Result<> settled = ledger_.settle(id, owner_, state, reason, clock_.now(), deadline);
  if (settled.ok()) return Verdict::Done;
  if (settled.error().fault != Fault::Denied) give_back_later({.id = id, .tried = Tried::Yes});
  say_not_written(settled.error());
  return Verdict::TryLater;
}

void Settlement::say_not_written(const Error& error) {
  if (const auto times = said_.happened("ledger: written", clock_.steady()))
    log::warn("ledger_write_failed",
              "The result of a delivery could not be written to the ledger. It is tried again later.",
              {{"error", error.what}, {"times", *times}});
}

Settlement::Settled Settlement::settle_unclaimed(const DeliveryId& id, DeliveryState state,
                                                 std::string_view reason, Deadline deadline) {
  const Claimed claimed = claim(id, Isolation::Alone, deadline);  // nothing of it is read
  switch (claimed.hold) {
    case Hold::Ours:
      return {.verdict = settle(id, state, reason, deadline), .state = state};
    case Hold::Settled:
      return {.was_before = true, .state = claimed.state};
    case Hold::NeedsAlone:
    case Hold::Elsewhere:
    case Hold::Unknown:
      return {.verdict = Verdict::TryLater};
  }
  CHECK(false);
}

void Settlement::release(const DeliveryId& id, Deadline deadline) {
  give_back({.id = id, .tried = Tried::Yes}, deadline);
}

void Settlement::withdraw(const DeliveryId& id, Deadline deadline) {
  give_back({.id = id}, deadline);
}

void Settlement::give_back(const Owed& one, Deadline deadline) {
  if (!try_to_give_back(one, deadline).ok()) give_back_later(one);
}

Result<> Settlement::try_to_give_back(const Owed& one, Deadline deadline) {
  Result<> given = one.tried == Tried::Yes ? ledger_.release(one.id, owner_, deadline)
                                           : ledger_.withdraw(one.id, owner_, deadline);
  // Denied: the lease is not ours (any more).
  return !given.ok() && given.error().fault == Fault::Denied ? Result<>() : given;
}

void Settlement::give_back_later(const Owed& one) {
  const MutexLock lock(mutex_);
  const auto known =
      std::find_if(owed_.begin(), owed_.end(), [&](const Owed& other) { return other.id == one.id; });
  if (known != owed_.end()) {
    if (one.tried == Tried::Yes) known->tried = Tried::Yes;
  } else if (owed_.size() < kOwedMax) {
    owed_.push_back(one);
  }
}

void Settlement::give_back_what_is_owed(Deadline deadline) {
  const MutexLock lock(mutex_);
  while (!owed_.empty()) {
    if (!try_to_give_back(owed_.back(), deadline).ok()) return;
    owed_.pop_back();
  }
}

Outcome outcome_of(const Settlement::Settled& settled) {
  if (settled.verdict == Verdict::TryLater) return {.verdict = Verdict::TryLater, .tally = {.later = 1}};
  return {.verdict = settled.verdict,
          .tally = settled.was_before ? tally_before(settled.state) : tally_of(settled.state)};
}

}  // namespace headgate::process
