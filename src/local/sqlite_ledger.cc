#include "local/sqlite_ledger.h"

#include <algorithm>
#include <utility>

#include "local/state_schema.h"

namespace headgate::local {
namespace {

// A row of the table deliveries, as claim() needs it.
struct Row {
  DeliveryEntry entry;
  std::string owner;  // empty if there is no lease
  Timestamp leased_until;
};

Result<DeliveryState> state_named(std::string_view name) {
  for (const DeliveryState state : {DeliveryState::Pending, DeliveryState::Delivered, DeliveryState::Filtered,
                                    DeliveryState::Parked, DeliveryState::Lost}) {
    if (name == name_of(state)) return state;
  }
  return Error{Fault::Invalid, "state: unknown"};
}

std::string words_for(const DeliveryId& id) {
  return "tenant " + id.tenant.str() + ": " + id.destination.str() + ": " + id.key.str();
}

Error lease_lost(const DeliveryId& id) {
  return Error{Fault::Denied, words_for(id) + ": the lease belongs to another worker"};
}

Result<Row> row_of(SqliteSession& session, const DeliveryId& id) {
  SqliteStatement found = TRY(
      session.query("SELECT state, next_batch, reason, updated_at, owner, leased_until, plan, batch_outcome,"
                    " parked_since, releases, etag, open_claims FROM deliveries"
                    " WHERE bucket = ?1 AND key = ?2 AND tenant = ?3 AND destination = ?4",
                    id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view()));
  Row row;
  if (!TRY(found.step())) return Error{Fault::NotFound, words_for(id)};
  row.entry.state = TRY(state_named(found.text(0)));
  row.entry.progress = {.next_batch = static_cast<std::uint64_t>(found.integer(1)),
                        .plan = BatchPlan(found.text(6)),
                        .batch_outcome = std::string(found.text(7))};
  row.entry.reason = found.text(2);
  row.entry.updated_at = Timestamp{found.integer(3)};
  row.owner = found.text(4);
  row.leased_until = Timestamp{found.integer(5)};
  row.entry.parked_since = Timestamp{found.integer(8)};
  row.entry.releases = static_cast<std::uint32_t>(found.integer(9));
  row.entry.etag = found.text(10);
  row.entry.open_claims = static_cast<std::uint32_t>(found.integer(11));
  return row;
}

Result<Claim> claim_row(SqliteSession& session, const DeliveryId& id, const LeaseOwner& owner, Timestamp now,
                        Timestamp until) {
  TRY(
      session.run("INSERT INTO deliveries (bucket, key, tenant, destination, state, next_batch, reason,"
                  " updated_at, owner, leased_until) VALUES (?1, ?2, ?3, ?4, 'pending', 0, '', ?5, '', 0)"
                  " ON CONFLICT DO NOTHING",
                  id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), now.nanoseconds));
  Row row = TRY(row_of(session, id));
  const bool is_free = row.owner.empty() || row.owner == owner.view() || row.leased_until <= now;
  if (row.entry.state != DeliveryState::Pending || !is_free) {
    return Claim{.is_ours = false, .entry = std::move(row.entry), .leased_until = row.leased_until};
  }
  TRY(
      session.run("UPDATE deliveries SET owner = ?5, leased_until = ?6, open_claims = open_claims + 1"
                  " WHERE bucket = ?1 AND key = ?2 AND tenant = ?3 AND destination = ?4",
                  id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), owner.view(),
                  until.nanoseconds));
  return Claim{.is_ours = true, .entry = std::move(row.entry), .leased_until = until};
}

// Removes more than one row with each settlement, so that the table cannot grow for ever.
Result<> forget_some(SqliteSession& session, Timestamp before) {
  TRY(session.run(
      "DELETE FROM deliveries WHERE (bucket, key, tenant, destination) IN"
      " (SELECT bucket, key, tenant, destination FROM deliveries"
      " WHERE state IN ('delivered', 'filtered') AND updated_at < ?1 ORDER BY updated_at LIMIT 4)",
      before.nanoseconds));
  TRY(
      session.run("DELETE FROM deliveries WHERE (bucket, key, tenant, destination) IN"
                  " (SELECT bucket, key, tenant, destination FROM deliveries"
                  " WHERE state = 'lost' AND updated_at < ?1 ORDER BY updated_at LIMIT 4)",
                  before.nanoseconds));
  return {};
}

}  // namespace

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::string& file) {
  return open(file, Options{});
}

Result<std::unique_ptr<SqliteLedger>> SqliteLedger::open(const std::string& file, Options options) {
  std::unique_ptr<SqliteDatabase> database =
      TRY_IN("ledger", SqliteDatabase::open(file, {.migrations = kStateMigrations}));
  return std::unique_ptr<SqliteLedger>(new SqliteLedger(std::move(database), options));
}

SqliteLedger::SqliteLedger(std::unique_ptr<SqliteDatabase> database, Options options)
    : database_(std::move(database)), options_(options) {}

Result<Claim> SqliteLedger::claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now,
                                  Timestamp until, Deadline deadline) {
  if (owner.empty()) return Error{Fault::Invalid, "ledger: the lease owner is empty"};
  // A message often comes again after its object was settled. A read is then enough.
  const Result<Row> seen =
      database_->read([&](SqliteSession& session) { return row_of(session, id); }, deadline);
  if (!seen.ok() && seen.error().fault != Fault::NotFound) return Error(seen.error()).in("ledger");
  if (seen.ok() && seen->entry.state != DeliveryState::Pending) {
    return Claim{.is_ours = false, .entry = seen->entry, .leased_until = seen->leased_until};
  }
  return TRY_IN(
      "ledger",
      database_->write([&](SqliteSession& session) { return claim_row(session, id, owner, now, until); },
                       deadline));
}

Result<> SqliteLedger::advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress,
                               Timestamp now, Timestamp until, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET next_batch = CASE WHEN plan = ?9 THEN max(next_batch, ?6) ELSE ?6 END,"
        " batch_outcome = CASE WHEN plan = ?9 AND next_batch > ?6 THEN batch_outcome ELSE ?10 END,"
        " plan = ?9, updated_at = ?7, leased_until = ?8, open_claims = 1"
        " WHERE bucket = ?1 AND key = ?2 AND tenant = ?3 AND destination = ?4 AND owner = ?5"
        " AND state = 'pending'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), owner.view(),
        static_cast<std::int64_t>(progress.next_batch), now.nanoseconds, until.nanoseconds,
        progress.plan.view(), progress.batch_outcome);
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  return changed == 0 ? Result<>(lease_lost(id)) : Result<>();
}

Result<> SqliteLedger::settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state,
                              std::string_view reason, Timestamp now, Deadline deadline) {
  if (state == DeliveryState::Pending)
    return Error{Fault::Invalid, "ledger: settle: pending is not a final state"};
  const auto write = [&](SqliteSession& session) -> Result<std::uint64_t> {
    TRY(forget_some(session, now - options_.ttl));
    return session.run(
        "UPDATE deliveries SET state = ?6, reason = ?7, updated_at = ?8, owner = '', leased_until = 0,"
        " open_claims = 0,"
        " etag = CASE ?9 WHEN '' THEN etag ELSE ?9 END,"
        " parked_since = CASE WHEN ?6 = 'parked' AND parked_since = 0 THEN ?8 ELSE parked_since END WHERE "
        "bucket = ?1 AND key = ?2 AND tenant = ?3 AND destination = ?4"
        " AND owner = ?5 AND state = 'pending'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), owner.view(),
        name_of(state), reason, now.nanoseconds, id.etag);
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  return changed == 0 ? Result<>(lease_lost(id)) : Result<>();
}

Result<> SqliteLedger::release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET owner = '', leased_until = 0, open_claims = 0 WHERE bucket = ?1 AND key = ?2"
        " AND tenant = ?3 AND destination = ?4 AND owner = ?5 AND state = 'pending'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), owner.view());
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  return changed == 0 ? Result<>(lease_lost(id)) : Result<>();
}

Result<> SqliteLedger::withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET owner = '', leased_until = 0, open_claims = max(open_claims - 1, 0)"
        " WHERE bucket = ?1 AND key = ?2 AND tenant = ?3 AND destination = ?4 AND owner = ?5"
        " AND state = 'pending'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), owner.view());
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  return changed == 0 ? Result<>(lease_lost(id)) : Result<>();
}

Result<std::vector<Ledger::ParkedDelivery>> SqliteLedger::list(const Listing& listing, Deadline deadline) {
  if (listing.state != DeliveryState::Parked && listing.state != DeliveryState::Lost)
    return Error{Fault::Invalid, "ledger: only parked and lost deliveries can be listed"};
  constexpr std::size_t kMost = 1U << 30U;
  const auto limit = static_cast<std::int64_t>(std::min(listing.count_max, kMost));
  // The state is part of the SQL text, because each state has an index that a parameter would not use.
  const std::string state = std::string(name_of(listing.state));
  const auto look = [&](SqliteSession& session) -> Result<std::vector<ParkedDelivery>> {
    SqliteStatement rows =
        TRY(session.query("SELECT bucket, key, tenant, destination, next_batch, reason, updated_at, plan,"
                          " batch_outcome, parked_since, releases FROM deliveries WHERE state = '" +
                              state +
                              "' AND (?1 = '' OR tenant = ?1) AND (?2 = '' OR destination = ?2)"
                              " ORDER BY updated_at, bucket, key, tenant, destination LIMIT ?3",
                          listing.tenant.view(), listing.destination.view(), limit));
    std::vector<ParkedDelivery> all;
    while (TRY(rows.step())) {
      ParkedDelivery& one = all.emplace_back();
      one.id = {.bucket = BucketName(rows.text(0)),
                .key = ObjectKey(rows.text(1)),
                .tenant = TenantId(rows.text(2)),
                .destination = DestinationName(rows.text(3))};
      one.entry.state = listing.state;
      one.entry.progress = {.next_batch = static_cast<std::uint64_t>(rows.integer(4)),
                            .plan = BatchPlan(rows.text(7)),
                            .batch_outcome = std::string(rows.text(8))};
      one.entry.reason = rows.text(5);
      one.entry.updated_at = Timestamp{rows.integer(6)};
      one.entry.parked_since = Timestamp{rows.integer(9)};
      one.entry.releases = static_cast<std::uint32_t>(rows.integer(10));
    }
    return all;
  };
  return TRY_IN("ledger", database_->read(look, deadline));
}

Result<> SqliteLedger::reopen(const DeliveryId& id, Timestamp now, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET state = 'pending', reason = '', updated_at = ?5 WHERE bucket = ?1"
        " AND key = ?2 AND tenant = ?3 AND destination = ?4 AND state <> 'pending' AND etag <> ''"
        " AND etag <> ?6",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), now.nanoseconds, id.etag);
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  if (changed == 0) return Error{Fault::NotFound, words_for(id) + ": not settled for another content"};
  return {};
}

Result<> SqliteLedger::unpark(const DeliveryId& id, Timestamp now, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET state = 'pending', reason = '', updated_at = ?5, releases = releases + 1"
        " WHERE bucket = ?1"
        " AND key = ?2 AND tenant = ?3 AND destination = ?4 AND state = 'parked'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), now.nanoseconds);
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  if (changed == 0) return Error{Fault::NotFound, words_for(id) + ": not parked"};
  return {};
}

Result<> SqliteLedger::settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                     Timestamp now, Deadline deadline) {
  const auto write = [&](SqliteSession& session) {
    return session.run(
        "UPDATE deliveries SET state = ?5, reason = ?6, updated_at = ?7 WHERE bucket = ?1"
        " AND key = ?2 AND tenant = ?3 AND destination = ?4 AND state = 'parked'",
        id.bucket.view(), id.key.view(), id.tenant.view(), id.destination.view(), name_of(state), reason,
        now.nanoseconds);
  };
  const std::uint64_t changed = TRY_IN("ledger", database_->write(write, deadline));
  if (changed == 0) return Error{Fault::NotFound, words_for(id) + ": not parked"};
  return {};
}

}  // namespace headgate::local
