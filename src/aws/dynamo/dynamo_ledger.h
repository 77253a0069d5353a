// The ledger in DynamoDB: the state of each delivery of an object to a destination
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
  std::chrono::hours ttl{24 * 90};  // how long settled rows are kept; see remembers_for()
};

// Thread-safe, and safe for any number of processes. Each write is one conditional UpdateItem on one row, so
// that the first to claim a delivery gets it. A lease that has expired still belongs to its owner until
// another takes it. Progress never goes back. If a write is repeated because its answer was lost, it
// succeeds. Only release() may then answer Fault::Denied.
class DynamoLedger final : public Ledger {
 public:
  static constexpr std::string_view kParkedIndex = "parked";
  static constexpr std::size_t kParkedMax = 10'000;      // limit of one list()
  static constexpr std::size_t kReasonBytesMax = 2'048;  // longer reasons are cut

  // The dependencies must outlive the ledger.
  static Result<std::unique_ptr<DynamoLedger>> open(const ServiceClient::Deps& deps,
                                                    DynamoLedgerSettings settings);

  std::chrono::hours remembers_for() const override { return ttl_; }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline deadline) override;
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline deadline) override;
  // Fault::Invalid for Pending; use release() for that.
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline deadline) override;
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  // Reads an index that may be slightly out of date. For all tenants it reads everything that is parked or
  // lost, and returns `count_max` rows.
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
