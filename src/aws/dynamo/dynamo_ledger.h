// The ledger in DynamoDB: what became of each object at each destination
// (docs/contributing/formats/ledger-table.md).
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "aws/dynamo/dynamo_table.h"
#include "ports/ledger.h"

namespace headgate::aws {

struct DynamoLedgerSettings {
  DynamoSettings table;
  std::chrono::hours ttl{24 * 90};  // of settled rows: remembers_for()
};

// Any thread, any number of processes. Each write is one conditional UpdateItem on one row: whoever claims
// first has it. A lease that has expired but that nobody else took is still its owner's. Progress never goes
// back. A write that happened although its answer was lost is a success when it is tried again; only
// release() may then say Denied.
class DynamoLedger final : public Ledger {
 public:
  static constexpr std::string_view kParkedIndex = "parked";
  static constexpr std::size_t kParkedMax = 10'000;      // of one list()
  static constexpr std::size_t kReasonBytesMax = 2'048;  // the rest is cut off

  // The dependencies outlive it.
  static Result<std::unique_ptr<DynamoLedger>> open(const ServiceClient::Deps& deps,
                                                    DynamoLedgerSettings settings);

  std::chrono::hours remembers_for() const override { return ttl_; }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline deadline) override;
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline deadline) override;
  // Invalid for Pending, which is release().
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline deadline) override;
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  // From an index that may be a moment behind. Of all tenants: reads all that is parked or lost, and keeps
  // `count_max`.
  Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline deadline) override;
  Result<> reopen(const DeliveryId& id, Timestamp now, Deadline deadline) override;
  Result<> unpark(const DeliveryId& id, Timestamp now, Deadline deadline) override;
  Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason, Timestamp now,
                         Deadline deadline) override;

 private:
  DynamoLedger(std::unique_ptr<DynamoTable> table, std::chrono::hours ttl);
  Result<std::vector<ParkedDelivery>> list_of_all(const Listing& listing, Deadline deadline);

  const std::unique_ptr<DynamoTable> table_;
  const std::chrono::hours ttl_;
};

}  // namespace headgate::aws
