// A Ledger in memory, its writes conditional on the lease.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "base/mutex.h"
#include "ports/ledger.h"

namespace headgate::fakes {

// Any thread.
class MemoryLedger : public Ledger {
 public:
  // What it says; it forgets nothing.
  void remember_for(std::chrono::hours time) { remembered_ = time; }
  std::chrono::hours remembers_for() const override { return remembered_; }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline) override {
    if (owner.empty()) return Error{Fault::Invalid, "lease owner: empty"};
    const MutexLock lock(mutex_);
    const auto [found, is_new] = rows_.try_emplace(id);
    Row& row = found->second;
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
  }
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline) override {
    return change(id, owner, [&](Row& row) {
      const bool is_further = progress.next_batch >= row.entry.progress.next_batch;
      if (is_further || progress.plan != row.entry.progress.plan) row.entry.progress = progress;
      row.entry.updated_at = now;
      row.entry.open_claims = 1;
      row.leased_until = until;
    });
  }
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline) override {
    if (state == DeliveryState::Pending) return Error{Fault::Invalid, "pending settles nothing"};
    return change(id, owner, [&](Row& row) {
      row.entry.state = state;
      row.entry.reason = std::string(reason);
      if (!id.etag.empty()) row.entry.etag = id.etag;
      row.entry.updated_at = now;
      if (state == DeliveryState::Parked && row.entry.parked_since == Timestamp{})
        row.entry.parked_since = now;
      row.entry.open_claims = 0;
      row.owner = LeaseOwner();
      row.leased_until = {};
    });
  }
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline) override {
    return change(id, owner, [](Row& row) {
      row.entry.open_claims = 0;
      row.owner = LeaseOwner();
      row.leased_until = {};
    });
  }
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline) override {
    return change(id, owner, [](Row& row) {
      if (row.entry.open_claims > 0) --row.entry.open_claims;
      row.owner = LeaseOwner();
      row.leased_until = {};
    });
  }
  Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline) override {
    const MutexLock lock(mutex_);
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
  }
  Result<> reopen(const DeliveryId& id, Timestamp now, Deadline) override {
    const MutexLock lock(mutex_);
    const auto row = rows_.find(id);
    const bool is_settled = row != rows_.end() && row->second.entry.state != DeliveryState::Pending;
    if (!is_settled || row->second.entry.etag.empty() || row->second.entry.etag == id.etag)
      return Error{Fault::NotFound, "delivery: not settled for another content"};
    row->second.entry.state = DeliveryState::Pending;
    row->second.entry.reason.clear();
    row->second.entry.updated_at = now;
    return {};
  }
  Result<> unpark(const DeliveryId& id, Timestamp now, Deadline) override {
    const MutexLock lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.entry.state != DeliveryState::Parked) {
      return Error{Fault::NotFound, "delivery: not parked"};
    }
    row->second.entry.state = DeliveryState::Pending;
    row->second.entry.reason.clear();
    row->second.entry.updated_at = now;
    ++row->second.entry.releases;
    return {};
  }
  Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason, Timestamp now,
                         Deadline) override {
    const MutexLock lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.entry.state != DeliveryState::Parked) {
      return Error{Fault::NotFound, "delivery: not parked"};
    }
    row->second.entry.state = state;
    row->second.entry.reason = std::string(reason);
    row->second.entry.updated_at = now;
    return {};
  }

  std::map<DeliveryId, DeliveryEntry> entries() const {
    const MutexLock lock(mutex_);
    std::map<DeliveryId, DeliveryEntry> entries;
    for (const auto& [id, row] : rows_) entries[id] = row.entry;
    return entries;
  }

 private:
  struct Row {
    DeliveryEntry entry;
    LeaseOwner owner;
    Timestamp leased_until;
  };
  template <typename Act>
  Result<> change(const DeliveryId& id, const LeaseOwner& owner, Act act) {
    const MutexLock lock(mutex_);
    const auto row = rows_.find(id);
    if (row == rows_.end() || row->second.owner != owner ||
        row->second.entry.state != DeliveryState::Pending) {
      return Error{Fault::Denied, "lease: not ours"};
    }
    act(row->second);
    return {};
  }

  std::chrono::hours remembered_ = kForEver;
  mutable Mutex mutex_;
  std::map<DeliveryId, Row> rows_ GUARDED_BY(mutex_);
};

}  // namespace headgate::fakes
