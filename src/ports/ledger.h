// The state of each delivery of an object to a destination: in DynamoDB, in a SQLite file in local mode, in
// SimLedger in simulations. Every delivery reaches a known final state. A crash repeats at most the one batch
// that was being delivered.
// Tests: tests/conformance/ledger.h
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate {

struct DeliveryId {
  BucketName bucket;
  ObjectKey key;
  TenantId tenant;
  DestinationName destination;
  // The content of the object that is meant, if known. It is not part of a row's key: an object that is
  // overwritten under its key keeps its row.
  std::string etag = {};

  friend bool operator==(const DeliveryId& left, const DeliveryId& right) {
    return (left <=> right) == std::strong_ordering::equal;
  }
  friend std::strong_ordering operator<=>(const DeliveryId& left, const DeliveryId& right) {
    return std::tie(left.bucket, left.key, left.tenant, left.destination) <=>
           std::tie(right.bucket, right.key, right.tenant, right.destination);
  }
};

enum class DeliveryState : std::uint8_t {
  Pending,    // not settled: being delivered, or waiting for another try
  Delivered,  //
  Filtered,   // the tenant does not want it
  Parked,     // waits for what `reason` says; released automatically or by a command
  Lost,  // cannot be delivered, since its object does not exist any more: `reason` says since when it waited,
         // and for what
};
std::string_view name_of(DeliveryState state);

// How far a delivery is. A number of batches means something only with the plan that cut the batches, and
// with their destination.
struct Progress {
  std::uint64_t next_batch = 0;  // number of batches that the destination has confirmed so far
  BatchPlan plan = {};           // empty if not known, in rows that were written before there were plans
  // The result so far for the events of batch `next_batch` (deliver/batch_outcome.h); empty if none of them
  // was accepted.
  std::string batch_outcome = {};
  friend bool operator==(const Progress&, const Progress&) = default;
};

struct DeliveryEntry {
  DeliveryState state = DeliveryState::Pending;
  Progress progress = {};
  std::string reason;
  // For a pending delivery: the time of its first claim, of the last confirmed batch, or of its unpark(),
  // whichever is latest. Later claims and release() do not change it, so that it tells how long deliveries
  // have been tried in vain.
  Timestamp updated_at;
  std::string etag = {};   // of the content that was settled; empty if not known
  Timestamp parked_since;  // when it was first parked; 0 if it never was, or if an older version parked it
  std::uint32_t releases = 0;  // number of releases since then
  // Number of claims since the last progress that nobody ended by settle(), release() or withdraw(). Each was
  // by a worker that died, or whose lease expired. The entry in a Claim of our own does not count that claim.
  std::uint32_t open_claims = 0;
};

struct Claim {
  bool is_ours = false;  // false if the delivery is settled (see its state), or another worker holds the
                         // lease
  DeliveryEntry entry;
  Timestamp leased_until;  // the end of the lease, ours or the other worker's
};

// Thread-safe. Writes require the lease: after it was lost they are Fault::Denied and change nothing.
class Ledger {
 public:
  // Longer than any queue keeps a message, and than any timestamp's range: for ever.
  static constexpr std::chrono::hours kForEver{24 * 36'500};

  virtual ~Ledger() = default;
  // How long a settled delivery is remembered. Parked and pending deliveries are never forgotten. A program
  // that looks at objects older than this time would deliver them again.
  virtual std::chrono::hours remembers_for() const { return kForEver; }
  // Takes the lease of a Pending delivery if it is free, expired at `now`, or already ours. Creates the
  // delivery if it does not exist. Adds one open claim.
  virtual Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                              Deadline deadline) = 0;
  // Records that `next_batch` batches are confirmed, and extends the lease. Progress under the same plan
  // never goes back. Progress under another plan replaces what was recorded. Only our own claim stays open.
  virtual Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress,
                           Timestamp now, Timestamp until, Deadline deadline) = 0;
  // Ends the delivery. The lease is given back, and no claim is open. Stores id.etag, if it is known.
  virtual Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state,
                          std::string_view reason, Timestamp now, Deadline deadline) = 0;
  // Gives the lease back without settling, after a complete try. Progress is kept, and no claim is open.
  virtual Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) = 0;
  // Gives the lease back after an incomplete try. Removes our own claim; other open claims stay.
  virtual Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) = 0;

  struct ParkedDelivery {
    DeliveryId id;
    DeliveryEntry entry;
  };
  // The object was overwritten: a settled delivery whose content is known and differs from id.etag becomes
  // Pending. Its progress is kept but does not count, since it belongs to another plan. Fault::NotFound if
  // there is no such delivery.
  virtual Result<> reopen(const DeliveryId& id, Timestamp now, Deadline deadline) = 0;
  struct Listing {
    DeliveryState state = DeliveryState::Parked;  // or Lost
    TenantId tenant = {};                         // if empty, of all tenants
    DestinationName destination = {};             // if empty, to all destinations
    std::size_t count_max = 0;
  };
  // Parked or lost deliveries, ordered by the time at which they became so, earliest first.
  virtual Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline deadline) = 0;
  Result<std::vector<ParkedDelivery>> parked(const TenantId& tenant, std::size_t count_max,
                                             Deadline deadline) {
    return list({.tenant = tenant, .count_max = count_max}, deadline);
  }
  // Parked -> Pending. Progress is kept, and the number of releases grows by one. Fault::NotFound if it is
  // not parked.
  virtual Result<> unpark(const DeliveryId& id, Timestamp now, Deadline deadline) = 0;
  // Parked -> Filtered or Lost, in one step. Fault::NotFound if it is not parked.
  virtual Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                 Timestamp now, Deadline deadline) = 0;
};

}  // namespace headgate
