// Delivers again what was stored in a span of time, for one tenant: after the tenant lost it, or for a
// destination that came later.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "base/result.h"
#include "deliver/gate.h"
#include "model/names.h"
#include "model/object_key.h"
#include "model/timestamp.h"
#include "ports/clock.h"
#include "ports/ledger.h"
#include "ports/object_store.h"
#include "ports/tenant_store.h"
#include "process/processor.h"

namespace headgate::process {

// A ledger in which nothing of that name has been delivered yet: what the first delivery settled stays as it
// is, and a replay that was broken off goes on where it was when it is run again under its name.
class ReplayLedger final : public Ledger {
 public:
  // `name` is not empty. The ledger outlives this.
  ReplayLedger(Ledger& ledger, std::string name) : ledger_(ledger), suffix_("@" + std::move(name)) {}

  std::chrono::hours remembers_for() const override { return ledger_.remembers_for(); }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now,
                      Timestamp until) override {
    return ledger_.claim(renamed(id), owner, now, until);
  }
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, std::uint64_t next_batch, Timestamp now,
                   Timestamp until) override {
    return ledger_.advance(renamed(id), owner, next_batch, now, until);
  }
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now) override {
    return ledger_.settle(renamed(id), owner, state, reason, now);
  }
  Result<> release(const DeliveryId& id, const LeaseOwner& owner) override {
    return ledger_.release(renamed(id), owner);
  }
  Result<std::vector<ParkedDelivery>> parked(const TenantId& tenant, std::size_t count_max) override {
    return ledger_.parked(tenant, count_max);
  }
  Result<> unpark(const DeliveryId& id, Timestamp now) override { return ledger_.unpark(renamed(id), now); }

 private:
  DeliveryId renamed(DeliveryId id) const {
    id.destination = DestinationName(id.destination.str() + suffix_);
    return id;
  }
  Ledger& ledger_;
  const std::string suffix_;
};

// A tenant's rows, as if it had only that destination. Nothing is written.
class OneDestination final : public TenantStore {
 public:
  // Empty: all of them. The store outlives this.
  OneDestination(TenantStore& store, DestinationName only) : store_(store), only_(std::move(only)) {}

  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant) override;
  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type) override {
    return store_.get(tenant, type);
  }
  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max) override {
    return store_.list(from, count_max);
  }
  Result<std::uint64_t> put(const TenantConfiguration&) override;
  Result<> remove(const TenantId&, const DestinationName&) override;

 private:
  TenantStore& store_;
  const DestinationName only_;
};

struct RangeReplayCounts {
  std::uint64_t found = 0;  // objects of the tenant in that span
  std::uint64_t done = 0;
  std::uint64_t not_done = 0;  // something may work later: run it again under the same name
  ObjectKey last;              // the last key looked at
};

// One thread, that of the processor. Memory: one page of keys.
class RangeReplay {
 public:
  struct Options {
    TenantId tenant;
    Timestamp from;  // when an object was stored: its lines are up to a batch's age older
    Timestamp to;    // not included
    std::string prefix;
    ObjectKey after;
  };
  // Of each object found, before it is delivered; false leaves it alone.
  using Look = std::function<bool(const ObjectCreated& object)>;
  RangeReplay(Clock& clock, ObjectStore& central, Processor& processor, KeyTemplate key_template)
      : clock_(clock), central_(central), processor_(processor), key_template_(std::move(key_template)) {}

  // To the end, or until `limits` are over. The error is the store's; what was done stays done.
  Result<RangeReplayCounts> run(const Options& options, const deliver::Limits& limits, const Look& look);

 private:
  Clock& clock_;
  ObjectStore& central_;
  Processor& processor_;
  const KeyTemplate key_template_;
};

}  // namespace headgate::process
