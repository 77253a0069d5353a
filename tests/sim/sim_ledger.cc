#include "sim/sim_ledger.h"

#include <algorithm>

namespace headgate::sim {

Result<Claim> SimLedger::claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                               Deadline) {
  return faults_.call<Result<Claim>>("ledger.claim", [&]() -> Result<Claim> {
    const auto [place, is_new] = rows_.try_emplace(id);
    Row& row = place->second;
    if (is_new) row.entry.updated_at = now;
    const bool is_free = row.owner.empty() || row.owner == owner || row.leased_until <= now;
    if (row.entry.state != DeliveryState::Pending || !is_free) {
      return Claim{.is_ours = false, .entry = row.entry, .leased_until = row.leased_until};
    }
    row.owner = owner;
    row.leased_until = until;
    const Claim claim{.is_ours = true, .entry = row.entry, .leased_until = until};
    ++row.entry.open_claims;
    return claim;
  });
}

SimLedger::Row* SimLedger::leased(const DeliveryId& id, const LeaseOwner& owner) {
  const auto row = rows_.find(id);
  if (row == rows_.end() || row->second.owner != owner || row->second.entry.state != DeliveryState::Pending) {
    return nullptr;
  }
  return &row->second;
}

Result<> SimLedger::advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress,
                            Timestamp now, Timestamp until, Deadline) {
  return faults_.call<Result<>>("ledger.advance", [&]() -> Result<> {
    Row* row = leased(id, owner);
    if (row == nullptr) return Error{Fault::Denied, "lease: lost"};
    const bool is_further = progress.next_batch >= row->entry.progress.next_batch;
    if (is_further || progress.plan != row->entry.progress.plan) row->entry.progress = progress;
    row->entry.updated_at = now;
    row->entry.open_claims = 1;
    row->leased_until = until;
    return {};
  });
}

Result<> SimLedger::settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state,
                           std::string_view reason, Timestamp now, Deadline) {
  return faults_.call<Result<>>("ledger.settle", [&]() -> Result<> {
    Row* row = leased(id, owner);
    if (row == nullptr) return Error{Fault::Denied, "lease: lost"};
    row->entry.state = state;
    row->entry.reason = std::string(reason);
    if (!id.etag.empty()) row->entry.etag = id.etag;
    row->entry.updated_at = now;
    if (state == DeliveryState::Parked && row->entry.parked_since == Timestamp{})
      row->entry.parked_since = now;
    row->entry.open_claims = 0;
    row->owner = LeaseOwner();
    return {};
  });
}

Result<> SimLedger::release(const DeliveryId& id, const LeaseOwner& owner, Deadline) {
  return faults_.call<Result<>>("ledger.release", [&]() -> Result<> {
    Row* row = leased(id, owner);
    if (row == nullptr) return Error{Fault::Denied, "lease: lost"};
    row->entry.open_claims = 0;
    row->owner = LeaseOwner();
    return {};
  });
}

Result<> SimLedger::withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline) {
  return faults_.call<Result<>>("ledger.withdraw", [&]() -> Result<> {
    Row* row = leased(id, owner);
    if (row == nullptr) return Error{Fault::Denied, "lease: lost"};
    if (row->entry.open_claims > 0) --row->entry.open_claims;
    row->owner = LeaseOwner();
    return {};
  });
}

Result<std::vector<Ledger::ParkedDelivery>> SimLedger::list(const Listing& listing, Deadline) {
  using Answer = Result<std::vector<ParkedDelivery>>;
  return faults_.call<Answer>("ledger.list", [&]() -> Answer {
    std::vector<ParkedDelivery> found;
    for (const auto& [id, row] : rows_) {
      if (row.entry.state != listing.state) continue;
      if (!listing.tenant.empty() && id.tenant != listing.tenant) continue;
      if (!listing.destination.empty() && id.destination != listing.destination) continue;
      found.push_back({.id = id, .entry = row.entry});
    }
    std::stable_sort(found.begin(), found.end(), [](const ParkedDelivery& left, const ParkedDelivery& right) {
      return left.entry.updated_at < right.entry.updated_at;
    });
    found.resize(std::min(found.size(), listing.count_max));
    return found;
  });
}

Result<> SimLedger::reopen(const DeliveryId& id, Timestamp now, Deadline) {
  return faults_.call<Result<>>("ledger.reopen", [&]() -> Result<> {
    const auto row = rows_.find(id);
    const bool is_settled = row != rows_.end() && row->second.entry.state != DeliveryState::Pending;
    if (!is_settled || row->second.entry.etag.empty() || row->second.entry.etag == id.etag)
      return Error{Fault::NotFound, "delivery: not settled for another content"};
    row->second.entry.state = DeliveryState::Pending;
    row->second.entry.reason.clear();
    row->second.entry.updated_at = now;
    return {};
  });
}

Result<> SimLedger::unpark(const DeliveryId& id, Timestamp now, Deadline) {
  return faults_.call<Result<>>("ledger.unpark", [&]() -> Result<> {
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.entry.state != DeliveryState::Parked) {
      return Error{Fault::NotFound, "delivery: not parked"};
    }
    row->second.entry.state = DeliveryState::Pending;
    row->second.entry.updated_at = now;
    ++row->second.entry.releases;
    return {};
  });
}

Result<> SimLedger::settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                  Timestamp now, Deadline) {
  return faults_.call<Result<>>("ledger.settle_parked", [&]() -> Result<> {
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.entry.state != DeliveryState::Parked) {
      return Error{Fault::NotFound, "delivery: not parked"};
    }
    row->second.entry.state = state;
    row->second.entry.reason = std::string(reason);
    row->second.entry.updated_at = now;
    return {};
  });
}

}  // namespace headgate::sim
