// What became of each object at each destination: DynamoDB, a SQLite file in local mode, SimLedger in
// simulations. Every object ends in a known state per destination; a crash repeats at most the one batch in
// flight.
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
  // Which content of the object is meant, where that is known. Not part of what a row is found by: an object
  // that is written over under its key keeps its row.
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
  Parked,     // waits for something: `reason` says what for; released by itself or by a command
  Lost,       // was to be delivered, and its object is gone: `reason` says since when it waited, and for what
};
std::string_view name_of(DeliveryState state);

// How far a delivery is. A number of batches says nothing without what the batches were cut by, and where
// they went.
struct Progress {
  std::uint64_t next_batch = 0;  // the first batch the destination has not confirmed
  BatchPlan plan = {};           // empty: not known, in rows written before there were plans
  // What became of the events of batch `next_batch` so far (deliver/batch_outcome.h); empty: none of them was
  // accepted.
  std::string batch_outcome = {};
  friend bool operator==(const Progress&, const Progress&) = default;
};

struct DeliveryEntry {
  DeliveryState state = DeliveryState::Pending;
  Progress progress = {};
  std::string reason;
  // Of a pending one: its first claim, or since then the last batch that was confirmed, or its unpark().
  // Claims that follow and release() leave it: it says for how long it has been tried in vain.
  Timestamp updated_at;
  std::string etag = {};       // of the content that was settled; empty: not known
  Timestamp parked_since;      // when it was parked first; 0: it never was, or an older version parked it
  std::uint32_t releases = 0;  // how often it was released since
  // Claims of a pending delivery that nobody ended by settle(), release() or withdraw() since its last
  // progress. Each was a worker's that died, or whose lease ran out. The entry in a Claim that is ours does
  // not count that claim.
  std::uint32_t open_claims = 0;
};

struct Claim {
  bool is_ours = false;  // false: settled already (see the state), or another worker holds the lease
  DeliveryEntry entry;
  Timestamp leased_until;  // of whoever holds it
};

// Any thread. Writes are conditional on the lease: after it was lost they are Fault::Denied and change
// nothing.
class Ledger {
 public:
  // Longer than any queue holds a message, and than any timestamp's range: for ever.
  static constexpr std::chrono::hours kForEver{24 * 36'500};

  virtual ~Ledger() = default;
  // How long a settled delivery is remembered. What is parked or pending is never forgotten. Whoever looks at
  // objects older than that would deliver them again.
  virtual std::chrono::hours remembers_for() const { return kForEver; }
  // Takes the lease of a Pending delivery (made if it is not there) when it is free, expired at `now`, or
  // ours already. Adds one open claim.
  virtual Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                              Deadline deadline) = 0;
  // Batches before `next_batch` are confirmed; extends the lease. Progress by one plan never goes back; by
  // another plan than the row's it takes the place of what was there. Only our own claim stays open.
  virtual Result<> advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress,
                           Timestamp now, Timestamp until, Deadline deadline) = 0;
  // The end of it; the lease goes, and no claim is open. Keeps id.etag, if it is known.
  virtual Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state,
                          std::string_view reason, Timestamp now, Deadline deadline) = 0;
  // Gives the lease back unsettled, after a try that came to its end: progress stays, and no claim is open.
  virtual Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) = 0;
  // Gives the lease back without a whole try: removes our own claim, and the other open claims stay.
  virtual Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) = 0;

  struct ParkedDelivery {
    DeliveryId id;
    DeliveryEntry entry;
  };
  // The object was written over: a settled delivery whose content is known and is not id.etag becomes
  // Pending. Its progress is kept, and counts nothing: it is of another plan. NotFound when it is no such
  // delivery.
  virtual Result<> reopen(const DeliveryId& id, Timestamp now, Deadline deadline) = 0;
  struct Listing {
    DeliveryState state = DeliveryState::Parked;  // or Lost
    TenantId tenant = {};                         // empty: of all tenants
    DestinationName destination = {};             // empty: to all destinations
    std::size_t count_max = 0;
  };
  // Parked or lost deliveries, the one that has been so for longest first.
  virtual Result<std::vector<ParkedDelivery>> list(const Listing& listing, Deadline deadline) = 0;
  Result<std::vector<ParkedDelivery>> parked(const TenantId& tenant, std::size_t count_max,
                                             Deadline deadline) {
    return list({.tenant = tenant, .count_max = count_max}, deadline);
  }
  // Parked -> Pending, progress kept, one release more. NotFound when it is not parked.
  virtual Result<> unpark(const DeliveryId& id, Timestamp now, Deadline deadline) = 0;
  // Parked -> Filtered or Lost, in one step. NotFound when it is not parked.
  virtual Result<> settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                 Timestamp now, Deadline deadline) = 0;
};

}  // namespace headgate
