#include "process/settlement.h"

#include "base/log.h"

namespace headgate::process {

Claimed Settlement::claim(const DeliveryId& id, Deadline deadline) {
  const Timestamp now = clock_.now();
  const Result<Claim> claim = ledger_.claim(id, owner_, now, now + lease_, deadline);
  if (!claim.ok()) {
    log::warn("the ledger cannot be asked; tried again later", {{"what", claim.error().what}});
    return {.hold = Hold::Unknown};
  }
  if (claim->is_ours)
    return {
        .hold = Hold::Ours, .progress = claim->entry.progress, .etag = {}, .since = claim->entry.updated_at};
  return {.hold = claim->entry.state == DeliveryState::Pending ? Hold::Elsewhere : Hold::Settled,
          .progress = {},
          .etag = claim->entry.etag};
}

Claimed Settlement::claim_again(const DeliveryId& id, Deadline deadline) {
  const Result<> reopened = ledger_.reopen(id, clock_.now(), deadline);
  // NotFound: someone else was faster.
  if (reopened.ok() || reopened.error().fault == Fault::NotFound) return claim(id, deadline);
  log::warn("the ledger cannot be written; tried again later", {{"what", reopened.error().what}});
  return {.hold = Hold::Unknown};
}

Verdict Settlement::settle(const DeliveryId& id, DeliveryState state, std::string_view reason,
                           Deadline deadline) {
  const Result<> settled = ledger_.settle(id, owner_, state, reason, clock_.now(), deadline);
  if (settled.ok()) return Verdict::Done;
  log::warn("the ledger cannot be written; tried again later", {{"what", settled.error().what}});
  return Verdict::TryLater;
}

Verdict Settlement::settle_unclaimed(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                     Deadline deadline) {
  switch (claim(id, deadline).hold) {
    case Hold::Ours:
      return settle(id, state, reason, deadline);
    case Hold::Settled:
      return Verdict::Done;
    case Hold::Elsewhere:
    case Hold::Unknown:
      return Verdict::TryLater;
  }
  CHECK(false);
}

void Settlement::release(const DeliveryId& id, Deadline deadline) {
  (void)ledger_.release(id, owner_, deadline);
}

}  // namespace headgate::process
