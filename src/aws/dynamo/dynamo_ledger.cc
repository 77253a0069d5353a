#include "aws/dynamo/dynamo_ledger.h"

#include <algorithm>
#include <utility>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_value.h"
#include "aws/dynamo/ledger_row.h"
#include "base/utf8.h"

namespace headgate::aws {
namespace {

using Written = DynamoTable::Written;

constexpr std::size_t kPagesMax = 100'000;  // pages of 1 MB
constexpr std::size_t kPageRowsMin = 200;

// The row in the answer, whether or not it was written; none if the row does not exist.
Result<std::optional<LedgerRow>> row_in(const Written& written) {
  if (!written.item) return std::optional<LedgerRow>();
  return std::optional(TRY(read_ledger_row(*written.item)));
}

Error lease_lost(const DeliveryId& id) {
  return Error{Fault::Denied, "tenant " + id.tenant.str() + ": " + id.destination.str() + ": " +
                                  id.key.str() + ": the lease belongs to another worker"};
}

bool is_held(const LedgerRow& row, const LeaseOwner& owner) {
  return row.entry.state == DeliveryState::Pending && row.owner == owner.view();
}

std::string_view cut(std::string_view reason) {
  return reason.substr(0, whole_characters(reason, DynamoLedger::kReasonBytesMax));
}

bool is_older(const Ledger::ParkedDelivery& left, const Ledger::ParkedDelivery& right) {
  if (left.entry.updated_at != right.entry.updated_at) return left.entry.updated_at < right.entry.updated_at;
  return left.id < right.id;
}

void take(const DynamoTable::Page& page, const Ledger::Listing& listing,
          std::vector<Ledger::ParkedDelivery>& all) {
  for (const DocumentValue& item : page.items) {
    auto id = delivery_of(item);
    Result<LedgerRow> row = read_ledger_row(item);
    // not a row of ours, or in the other state
    if (!id || !row.ok() || row->entry.state != listing.state) continue;
    if (!listing.destination.empty() && id->destination != listing.destination) continue;
    all.push_back({.id = *std::move(id), .entry = std::move(row->entry)});
  }
}

constexpr std::string_view kHeld = "#state = :pending AND #owner = :owner";

}  // namespace

Result<std::unique_ptr<DynamoLedger>> DynamoLedger::open(const ServiceClient::Deps& deps,
                                                         DynamoLedgerSettings settings) {
  const std::chrono::hours ttl = settings.ttl;
  std::unique_ptr<DynamoTable> table = TRY_IN("ledger", DynamoTable::open(deps, std::move(settings.table)));
  return std::unique_ptr<DynamoLedger>(new DynamoLedger(std::move(table), ttl));
}

DynamoLedger::DynamoLedger(std::unique_ptr<DynamoTable> table, std::chrono::hours ttl)
    : table_(std::move(table)), ttl_(ttl) {}

Result<Claim> DynamoLedger::claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now,
                                  Timestamp until, Deadline deadline) {
  if (owner.empty()) return Error{Fault::Invalid, "ledger: the lease owner is empty"};
  const Written written =
      TRY_IN("ledger",
             table_->write(
                 {.key = ledger_key(id),
                  .update = "SET #state = :pending, #owner = :owner, #leased_until = :until, "
                            "#updated_at = if_not_exists(#updated_at, :now), "
                            "#next_batch = if_not_exists(#next_batch, :zero), "
                            "#open_claims = if_not_exists(#open_claims, :zero) + :one",
                  .condition = "attribute_not_exists(#object) OR (#state = :pending AND "
                               "(attribute_not_exists(#owner) OR #owner = :owner OR #leased_until <= :now))",
                  .values = JsonObject()
                                .raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
                                .raw(":owner", text_attribute(owner.view()))
                                .raw(":until", number_attribute(until.nanoseconds))
                                .raw(":now", number_attribute(now.nanoseconds))
                                .raw(":zero", number_attribute(0))
                                .raw(":one", number_attribute(1))
                                .take()},
                 deadline));
  std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  if (!row) return Error{Fault::Retry, "ledger: the row was deleted while it was claimed"};
  if (written.was_written) {
    // One of the open claims is ours, or two if the answer to the first try was lost.
    const std::uint32_t ours = written.may_be_repeated ? 2 : 1;
    row->entry.open_claims -= std::min(row->entry.open_claims, ours);
  }
  return Claim{
      .is_ours = written.was_written, .entry = std::move(row->entry), .leased_until = row->leased_until};
}

Result<> DynamoLedger::advance(const DeliveryId& id, const LeaseOwner& owner, const Progress& progress,
                               Timestamp now, Timestamp until, Deadline deadline) {
  const auto values = [&] {
    JsonObject made;
    made.raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
        .raw(":owner", text_attribute(owner.view()))
        .raw(":now", number_attribute(now.nanoseconds))
        .raw(":one", number_attribute(1))
        .raw(":until", number_attribute(until.nanoseconds));
    return made;
  };
  // A row without a plan differs from every plan, because we do not know what its number counted.
  const std::string forward = std::string(kHeld) + " AND (#next_batch <= :next OR #plan <> :plan)";
  JsonObject moved = values();
  moved.raw(":next", number_attribute(static_cast<std::int64_t>(progress.next_batch)))
      .raw(":plan", text_attribute(progress.plan.view()));
  std::string update =
      "SET #next_batch = :next, #plan = :plan, #updated_at = :now, #leased_until = :until, #open_claims = "
      ":one";
  if (progress.batch_outcome.empty()) {
    update += " REMOVE #batch_outcome";
  } else {
    update += ", #batch_outcome = :outcome";
    moved.raw(":outcome", text_attribute(progress.batch_outcome));
  }
  Written written = TRY_IN(
      "ledger",
      table_->write({.key = ledger_key(id), .update = update, .condition = forward, .values = moved.take()},
                    deadline));
  if (written.was_written) return {};
  const std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  if (!row || !is_held(*row, owner)) return lease_lost(id);
  // The row is further than this progress, so only the lease is extended.
  written = TRY_IN("ledger", table_->write({.key = ledger_key(id),
                                            .update = "SET #updated_at = :now, #leased_until = :until, "
                                                      "#open_claims = :one",
                                            .condition = kHeld,
                                            .values = values().take()},
                                           deadline));
  return written.was_written ? Result<>() : Result<>(lease_lost(id));
}

Result<> DynamoLedger::settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state,
                              std::string_view reason, Timestamp now, Deadline deadline) {
  if (state == DeliveryState::Pending)
    return Error{Fault::Invalid, "ledger: settle: pending is not a final state"};
  const bool is_parked = state == DeliveryState::Parked;
  const bool is_listed = is_parked || state == DeliveryState::Lost;
  reason = cut(reason);
  JsonObject values;
  values.raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
      .raw(":owner", text_attribute(owner.view()))
      .raw(":state", text_attribute(name_of(state)))
      .raw(":reason", text_attribute(reason))
      .raw(":now", number_attribute(now.nanoseconds));
  std::string update = "SET #state = :state, #reason = :reason, #updated_at = :now";
  if (is_listed) {
    update += ", #parked_tenant = :tenant, #parked_at = :now";
    values.raw(":tenant", text_attribute(id.tenant.view()));
  }
  if (is_parked) {
    update += ", #parked_since = if_not_exists(#parked_since, :now)";
  } else {
    update += ", #expires_at = :expires";
    values.raw(":expires", number_attribute(now.seconds() + std::chrono::seconds(ttl_).count()));
  }
  if (!id.etag.empty()) {
    update += ", #etag = :etag";
    values.raw(":etag", text_attribute(id.etag));
  }
  update += " REMOVE #owner, #leased_until, #open_claims";
  const Written written = TRY_IN(
      "ledger",
      table_->write({.key = ledger_key(id), .update = update, .condition = kHeld, .values = values.take()},
                    deadline));
  if (written.was_written) return {};
  const std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  const bool was_ours = row && row->entry.state == state && row->entry.updated_at == now &&
                        row->owner.empty() && row->entry.reason == reason;
  return was_ours ? Result<>() : Result<>(lease_lost(id));
}

namespace {

// Checks a write that gives the lease back.
Result<> confirm_given_back(const Written& written, const DeliveryId& id) {
  if (written.was_written) return {};
  const std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  const bool was_ours =
      written.may_be_repeated && row && row->entry.state == DeliveryState::Pending && row->owner.empty();
  return was_ours ? Result<>() : Result<>(lease_lost(id));
}

}  // namespace

Result<> DynamoLedger::release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) {
  const Written written = TRY_IN(
      "ledger", table_->write({.key = ledger_key(id),
                               .update = "REMOVE #owner, #leased_until, #open_claims",
                               .condition = kHeld,
                               .values = JsonObject()
                                             .raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
                                             .raw(":owner", text_attribute(owner.view()))
                                             .take()},
                              deadline));
  return confirm_given_back(written, id);
}

Result<> DynamoLedger::withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) {
  const Written written = TRY_IN(
      "ledger", table_->write({.key = ledger_key(id),
                               .update = "SET #open_claims = if_not_exists(#open_claims, :one) - :one "
                                         "REMOVE #owner, #leased_until",
                               .condition = kHeld,
                               .values = JsonObject()
                                             .raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
                                             .raw(":owner", text_attribute(owner.view()))
                                             .raw(":one", number_attribute(1))
                                             .take()},
                              deadline));
  return confirm_given_back(written, id);
}

Result<std::vector<Ledger::ParkedDelivery>> DynamoLedger::list(const Listing& listing, Deadline deadline) {
  if (listing.state != DeliveryState::Parked && listing.state != DeliveryState::Lost)
    return Error{Fault::Invalid, "ledger: only parked and lost deliveries can be listed"};
  const std::size_t wanted = std::min(listing.count_max, kParkedMax);
  if (listing.tenant.empty()) return TRY_IN("ledger", list_of_all(listing, deadline));
  DynamoTable::Read read{.index = kParkedIndex,
                         .condition = "#parked_tenant = :tenant",
                         .values = JsonObject().raw(":tenant", text_attribute(listing.tenant.view())).take()};
  std::vector<ParkedDelivery> all;
  for (std::size_t pages = 0; pages < kPagesMax && all.size() < wanted; ++pages) {
    // Rows of the other state are in between. A minimum keeps us from one call for each row that we want.
    read.count_max = std::max(wanted - all.size(), kPageRowsMin);
    DynamoTable::Page page = TRY_IN("ledger", table_->read(read, deadline));
    take(page, listing, all);
    if (page.next.empty()) break;
    read.from = std::move(page.next);
  }
  all.resize(std::min(all.size(), wanted));
  return all;
}

Result<std::vector<Ledger::ParkedDelivery>> DynamoLedger::list_of_all(const Listing& listing,
                                                                      Deadline deadline) {
  DynamoTable::Read read{.index = kParkedIndex};
  std::vector<ParkedDelivery> all;
  for (std::size_t pages = 0; pages < kPagesMax; ++pages) {
    DynamoTable::Page page = TRY(table_->read(read, deadline));
    take(page, listing, all);
    std::sort(all.begin(), all.end(), is_older);
    all.resize(std::min({all.size(), listing.count_max, kParkedMax}));
    if (page.next.empty()) break;
    read.from = std::move(page.next);
  }
  return all;
}

namespace {

// The result of a write that makes a delivery pending again. If the write was refused, and the answer to an
// earlier try was lost, the row shows that try's effect. `why_not` ends the error.
Result<> confirm_pending_again(const Written& written, const DeliveryId& id, Timestamp now,
                               std::string_view why_not) {
  if (written.was_written) return {};
  const std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  const bool was_ours = written.may_be_repeated && row && row->entry.state == DeliveryState::Pending &&
                        row->entry.updated_at == now && row->entry.reason.empty();
  if (was_ours) return {};
  return Error{Fault::NotFound, "ledger: tenant " + id.tenant.str() + ": " + id.destination.str() + ": " +
                                    id.key.str() + ": " + std::string(why_not)};
}

}  // namespace

Result<> DynamoLedger::reopen(const DeliveryId& id, Timestamp now, Deadline deadline) {
  const Written written =
      TRY_IN("ledger",
             table_->write({.key = ledger_key(id),
                            .update = "SET #state = :pending, #reason = :none, #updated_at = :now "
                                      "REMOVE #parked_tenant, #parked_at, #expires_at",
                            .condition = "#state <> :pending AND attribute_exists(#etag) AND #etag <> :etag",
                            .values = JsonObject()
                                          .raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
                                          .raw(":none", text_attribute(""))
                                          .raw(":etag", text_attribute(id.etag))
                                          .raw(":now", number_attribute(now.nanoseconds))
                                          .take()},
                           deadline));
  return confirm_pending_again(written, id, now, "not settled for another content");
}

Result<> DynamoLedger::unpark(const DeliveryId& id, Timestamp now, Deadline deadline) {
  const Written written = TRY_IN(
      "ledger", table_->write({.key = ledger_key(id),
                               .update = "SET #state = :pending, #reason = :none, #updated_at = :now, "
                                         "#releases = if_not_exists(#releases, :zero) + :one "
                                         "REMOVE #parked_tenant, #parked_at",
                               .condition = "#state = :parked",
                               .values = JsonObject()
                                             .raw(":pending", text_attribute(name_of(DeliveryState::Pending)))
                                             .raw(":parked", text_attribute(name_of(DeliveryState::Parked)))
                                             .raw(":none", text_attribute(""))
                                             .raw(":zero", number_attribute(0))
                                             .raw(":one", number_attribute(1))
                                             .raw(":now", number_attribute(now.nanoseconds))
                                             .take()},
                              deadline));
  return confirm_pending_again(written, id, now, "not parked");
}

Result<> DynamoLedger::settle_parked(const DeliveryId& id, DeliveryState state, std::string_view reason,
                                     Timestamp now, Deadline deadline) {
  reason = cut(reason);
  const bool is_lost = state == DeliveryState::Lost;  // stays in the index, under its new time
  const std::string update =
      std::string("SET #state = :state, #reason = :reason, #updated_at = :now, #expires_at = :expires") +
      (is_lost ? ", #parked_at = :now" : " REMOVE #parked_tenant, #parked_at");
  const Written written = TRY_IN(
      "ledger",
      table_->write({.key = ledger_key(id),
                     .update = update,
                     .condition = "#state = :parked",
                     .values = JsonObject()
                                   .raw(":state", text_attribute(name_of(state)))
                                   .raw(":parked", text_attribute(name_of(DeliveryState::Parked)))
                                   .raw(":reason", text_attribute(reason))
                                   .raw(":now", number_attribute(now.nanoseconds))
                                   .raw(":expires",
                                        number_attribute(now.seconds() + std::chrono::seconds(ttl_).count()))
                                   .take()},
                    deadline));
  if (written.was_written) return {};
  const std::optional<LedgerRow> row = TRY_IN("ledger", row_in(written));
  const bool was_ours = written.may_be_repeated && row && row->entry.state == state &&
                        row->entry.updated_at == now && row->entry.reason == reason;
  if (was_ours) return {};
  return Error{Fault::NotFound, "ledger: tenant " + id.tenant.str() + ": " + id.destination.str() + ": " +
                                    id.key.str() + ": not parked"};
}

}  // namespace headgate::aws
