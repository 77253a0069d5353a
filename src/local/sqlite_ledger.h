// The ledger of local mode: what became of each object at each destination, in a SQLite file.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "local/sqlite.h"
#include "ports/ledger.h"

namespace headgate::local {

// Any thread, any number of processes on one file. A lease that has expired but that nobody else took is
// still its owner's: each write is one transaction, so nobody can have delivered in between. Progress never
// goes back. Settled rows are removed some time after `ttl`, a few with each settlement: no thread ticks for
// it. A scan leaves alone what is older (process/scan.h).
class SqliteLedger : public Ledger {
 public:
  struct Options {
    std::chrono::hours ttl{24 * 90};
  };
  static Result<std::unique_ptr<SqliteLedger>> open(const std::string& file);  // with the defaults
  static Result<std::unique_ptr<SqliteLedger>> open(const std::string& file, Options options);

  std::chrono::hours remembers_for() const override { return options_.ttl; }
  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline deadline) override;
  Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress, Timestamp now,
                   Timestamp until, Deadline deadline) override;
  // Invalid for Pending, which is release().
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
