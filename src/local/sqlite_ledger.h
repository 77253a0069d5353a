// The ledger of local mode in a SQLite file: the state of each delivery of an object to a destination.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "local/sqlite.h"
#include "ports/ledger.h"

namespace headgate::local {

// Thread-safe, also for any number of processes on one file. A lease that has expired still belongs to its
// owner until another takes it. That is safe because each write is one transaction. Progress never goes back.
// Settled rows are removed some time after `ttl`, a few with each settlement, so that no thread is needed for
// it. A scan skips older objects (process/scan.h).
class SqliteLedger : public Ledger {
 public:
  struct Options {
    std::chrono::hours ttl{24 * 90};
  };
  static Result<std::unique_ptr<SqliteLedger>> open(const std::string& file);  // with the default options
  static Result<std::unique_ptr<SqliteLedger>> open(const std::string& file, Options options);

  std::chrono::hours remembers_for() const override { return options_.ttl; }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline deadline) override;
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline deadline) override;
  // Fault::Invalid for Pending; use release() for that.
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline deadline) override;
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override;
  Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline deadline) override;
  Result<> reopen(const DeliveryId& id, Timestamp now, Deadline deadline) override;
  Result<> unpark(const DeliveryId& id, Timestamp now, Deadline deadline) override;
  Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason, Timestamp now,
                         Deadline deadline) override;

 private:
  SqliteLedger(std::unique_ptr<SqliteDatabase> database, Options options);

  const std::unique_ptr<SqliteDatabase> database_;
  const Options options_;
};

}  // namespace headgate::local
