#include "tenants/directory.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/log.h"
#include "tenants/completion.h"
#include "tenants/former_tenant.h"

namespace headgate::tenants {

namespace {

bool is_expired(const TenantConfiguration& configuration, Timestamp now) {
  return configuration.ttl && *configuration.ttl <= now.seconds();
}

struct JudgedRow {
  TenantConfiguration configuration;
  std::vector<FieldProblem> problems;
};

// Checks the rows that matter to delivery, without disabled ones. A bad row has no effect on the others.
std::vector<JudgedRow> judge(const TenantId& tenant, std::vector<StoredConfiguration> rows,
                             const Rules& rules) {
  std::vector<JudgedRow> judged;
  complete_rows(rows, rules);
  for (StoredConfiguration& row : rows) {
    if (is_left_row(row.configuration)) continue;
    JudgedRow one{.configuration = std::move(row.configuration), .problems = {}};
    if (!row.undecodable.empty()) {
      // Nobody can tell whether it is enabled. It counts as enabled, so that its objects are parked and seen.
      one.problems.push_back({.field = "row", .what = std::move(row.undecodable)});
    } else if (one.configuration.tenant != tenant) {
      one.problems.push_back({.field = "tenant_id", .what = "is another tenant's"});
    } else if (!one.configuration.enabled) {
      continue;
    } else {
      one.problems = validate(one.configuration, rules);
    }
    judged.push_back(std::move(one));
  }
  return judged;
}

}  // namespace

struct TenantDirectory::Entry {
  bool is_known = false;
  std::optional<Timestamp> objects_since;
  std::vector<JudgedRow> rows;
};

TenantDirectory::TenantDirectory(Clock& clock, TenantStore& store, Options options)
    : clock_(clock),
      store_(store),
      options_(std::move(options)),
      invalid_(options_.metrics == nullptr
                   ? nullptr
                   : &options_.metrics->gauge("headgate_tenants_invalid_configurations",
                                              "Configurations that were read and cannot be used")) {
  CHECK(options_.tenants_max > 0);
}

Result<TenantView> TenantDirectory::of(const TenantId& tenant, Deadline deadline) {
  if (tenant.empty()) return TenantView{};
  const SteadyTime asked_at = clock_.steady();
  Rows rows = cached(tenant, asked_at);
  if (rows == nullptr) {
    std::uint64_t generation = 0;
    {
      const MutexLock lock(mutex_);
      generation = generation_;
    }
    std::vector<StoredConfiguration> stored =
        TRY_IN("tenant " + tenant.str(), store_.of_tenant(tenant, deadline));
    const bool is_known = std::any_of(stored.begin(), stored.end(), [](const StoredConfiguration& row) {
      return !is_left_row(row.configuration);
    });
    const std::optional<Timestamp> since = objects_since(stored);
    rows = std::make_shared<const Entry>(Entry{.is_known = is_known,
                                               .objects_since = since,
                                               .rows = judge(tenant, std::move(stored), options_.rules)});
    tell(tenant, *rows);
    keep(tenant, rows, asked_at, generation);
  }
  TenantView view{
      .is_known = rows->is_known, .objects_since = rows->objects_since, .active = {}, .invalid = {}};
  const Timestamp now = clock_.now();
  for (const JudgedRow& row : rows->rows) {
    if (is_expired(row.configuration, now)) continue;
    if (row.problems.empty()) {
      view.active.push_back(row.configuration);
    } else {
      view.invalid.push_back({.type = row.configuration.type, .problems = row.problems});
    }
  }
  return view;
}

void TenantDirectory::tell(const TenantId& tenant, const Entry& entry) {
  std::map<DestinationName, std::string> wrong;
  for (const JudgedRow& row : entry.rows) {
    if (!row.problems.empty()) wrong.emplace(row.configuration.type, in_words(row.problems));
  }
  const MutexLock lock(mutex_);
  const auto found = told_.find(tenant);
  if (wrong.empty() && found == told_.end()) return;
  const std::size_t told_before = found == told_.end() ? 0 : found->second.size();
  if (told_rows_ - told_before + wrong.size() > kToldMax) return;
  std::map<DestinationName, std::string> before;
  if (found != told_.end()) before = std::move(found->second);
  told_rows_ = told_rows_ - before.size() + wrong.size();
  for (const auto& [type, words] : wrong) {
    const auto known = before.find(type);
    if (known != before.end() && known->second == words) continue;
    log::warn("tenant_configuration_invalid",
              "A tenant's configuration is invalid, so its objects are parked until it is corrected. The "
              "field error names the wrong setting.",
              {{"tenant", tenant.view()}, {"destination", type.view()}, {"error", words}});
  }
  for (const auto& [type, words] : before) {
    if (wrong.contains(type)) continue;
    log::info("tenant_configuration_changed",
              "A tenant's invalid configuration was corrected, disabled or deleted. If it is valid now, its "
              "parked deliveries are released.",
              {{"tenant", tenant.view()}, {"destination", type.view()}, {"was", words}});
  }
  if (wrong.empty()) {
    told_.erase(tenant);
  } else {
    told_[tenant] = std::move(wrong);
  }
  if (invalid_ != nullptr) invalid_->set(static_cast<double>(told_rows_));
}

void TenantDirectory::forget(const TenantId& tenant) {
  const MutexLock lock(mutex_);
  ++generation_;
  const auto found = slots_.find(tenant);
  if (found == slots_.end()) return;
  recency_.erase(found->second.place);
  slots_.erase(found);
}

TenantDirectory::Rows TenantDirectory::cached(const TenantId& tenant, SteadyTime now) {
  const MutexLock lock(mutex_);
  const auto found = slots_.find(tenant);
  if (found == slots_.end() || now - found->second.read_at >= options_.age_max) return nullptr;
  recency_.splice(recency_.begin(), recency_, found->second.place);
  return found->second.rows;
}

void TenantDirectory::keep(const TenantId& tenant, Rows rows, SteadyTime read_at, std::uint64_t generation) {
  const MutexLock lock(mutex_);
  if (generation != generation_) return;
  if (const auto found = slots_.find(tenant); found != slots_.end()) {
    if (found->second.read_at > read_at) return;  // another thread asked later, so its answer is newer
    found->second.rows = std::move(rows);
    found->second.read_at = read_at;
    recency_.splice(recency_.begin(), recency_, found->second.place);
    return;
  }
  if (slots_.size() >= options_.tenants_max) {
    slots_.erase(recency_.back());
    recency_.pop_back();
  }
  recency_.push_front(tenant);
  slots_.emplace(tenant, Slot{.rows = std::move(rows), .read_at = read_at, .place = recency_.begin()});
}

}  // namespace headgate::tenants
