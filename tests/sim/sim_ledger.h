// The ledger in memory, its writes conditional on the lease as the real ones are.
#pragma once

#include <map>

#include "ports/ledger.h"
#include "sim/faults.h"

namespace headgate::sim {

class SimLedger : public Ledger {
 public:
  explicit SimLedger(Faults& faults) : faults_(faults) {}

  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline) override;
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline) override;
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline) override;
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline) override;
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline) override;
  Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline) override;
  Result<> reopen(const DeliveryId& id, Timestamp now, Deadline) override;
  Result<> unpark(const DeliveryId& id, Timestamp now, Deadline) override;
  Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason, Timestamp now,
                         Deadline) override;

  struct Row {
    DeliveryEntry entry;
    LeaseOwner owner;
    Timestamp leased_until;
  };
  const std::map<DeliveryId, Row>& rows() const { return rows_; }

 private:
  Row* leased(const DeliveryId& id, const LeaseOwner& owner);

  Faults& faults_;
  std::map<DeliveryId, Row> rows_;
};

}  // namespace headgate::sim
