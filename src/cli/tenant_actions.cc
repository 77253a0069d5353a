#include "cli/tenant_actions.h"

#include <algorithm>
#include <map>
#include <ostream>
#include <utility>

#include "base/json_text.h"
#include "cli/command.h"
#include "cli/tenant_document.h"
#include "tenants/completion.h"
#include "tenants/former_tenant.h"

namespace headgate::cli {

namespace {

constexpr std::size_t kPageRows = 100;
constexpr std::chrono::seconds kStoreTimeout{60};  // of one call

std::string name_of_row(const TenantConfiguration& row) {
  return row_name(row.tenant, row.type);
}

// A role is only assumed with an external id, so a row that names one has it.
bool needs_external_id(const TenantConfiguration& row) {
  return row.external_id.empty() && !row.log_distribution_role_arn.empty();
}

// Rows of any tenants, in any order.
void complete_by_tenant(std::vector<StoredConfiguration>& rows, const tenants::Rules& rules) {
  std::map<TenantId, std::vector<StoredConfiguration*>> by_tenant;
  for (StoredConfiguration& row : rows) by_tenant[row.configuration.tenant].push_back(&row);
  for (const auto& [tenant, places] : by_tenant) {
    std::vector<StoredConfiguration> of_one;
    for (const StoredConfiguration* place : places) of_one.push_back(*place);
    tenants::complete_rows(of_one, rules);
    for (std::size_t at = 0; at < places.size(); ++at) *places[at] = std::move(of_one[at]);
  }
}

Error explain(Error error, const std::string& row) {
  if (error.fault == Fault::Denied) error.what += "; read it again (headgate tenant get) and repeat";
  return std::move(error).in(row);
}

}  // namespace

Deadline TenantActions::soon() const {
  return Deadline::after(deps_.clock.steady(), kStoreTimeout);
}

int TenantActions::fail(const Error& error) {
  deps_.complaints << error.what << '\n';
  return kExitFailure;
}

int TenantActions::complain(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) deps_.complaints << problem << '\n';
  return kExitUsage;
}

Result<std::vector<StoredConfiguration>> TenantActions::all_rows() {
  std::vector<StoredConfiguration> rows;
  std::string from;
  for (;;) {
    ConfigurationPage page = TRY(deps_.store.list(from, kPageRows, soon()));
    for (StoredConfiguration& row : page.rows) rows.push_back(std::move(row));
    if (page.next.empty()) return rows;
    if (page.next == from) return Error{Fault::Retry, "the tenant store returns the same page repeatedly"};
    from = std::move(page.next);
  }
}

Result<std::vector<StoredConfiguration>> TenantActions::rows_of(const TenantId& tenant,
                                                                const DestinationName& type) {
  if (!type.empty()) return std::vector<StoredConfiguration>{TRY(deps_.store.get(tenant, type, soon()))};
  std::vector<StoredConfiguration> rows = TRY(deps_.store.of_tenant(tenant, soon()));
  std::erase_if(rows, [](const StoredConfiguration& row) { return tenants::is_left_row(row.configuration); });
  if (rows.empty()) return Error{Fault::NotFound, row_name(tenant, DestinationName()) + ": no such tenant"};
  return rows;
}

int TenantActions::show(const std::vector<StoredConfiguration>& rows, TenantFormat format) {
  std::vector<StoredConfiguration> shown = rows;
  std::erase_if(shown,
                [](const StoredConfiguration& row) { return tenants::is_left_row(row.configuration); });
  deps_.output << tenant_text(shown, format, deps_.clock.now());
  int status = 0;
  for (const StoredConfiguration& row : rows) {
    if (row.undecodable.empty()) continue;
    deps_.complaints << name_of_row(row.configuration) << ": cannot be read: " << row.undecodable << '\n';
    status = kExitFailure;
  }
  return status;
}

int TenantActions::list(TenantFormat format) {
  const auto rows = all_rows();
  return rows.ok() ? show(*rows, format) : fail(rows.error());
}

int TenantActions::get(const TenantId& tenant, const DestinationName& type, TenantFormat format) {
  const auto rows = rows_of(tenant, type);
  return rows.ok() ? show(*rows, format) : fail(rows.error());
}

// What a row takes over from the one that it replaces, and what it gets when it is new.
Result<> TenantActions::complete(TenantConfiguration& row) {
  const std::string now = to_rfc3339(deps_.clock.now());
  row.created_at = now;
  row.updated_at = now;
  tenants::complete_account(row);
  Result<StoredConfiguration> stored = completed_row(row.tenant, row.type);
  if (!stored.ok() && stored.error().fault != Fault::NotFound) return std::move(stored).error();
  if (stored.ok()) {
    const TenantConfiguration& before = stored->configuration;
    if (row.version == 0) row.version = before.version;
    if (!before.created_at.empty()) row.created_at = before.created_at;
    if (row.external_id.empty()) {
      row.external_id = before.external_id;
      row.external_id_is_central_account |= before.external_id_is_central_account;
    }
    if (stored->undecodable.empty()) stored_.insert_or_assign({row.tenant, row.type}, before);
  }
  if (needs_external_id(row)) row.external_id = TRY(external_id_of_role(row));
  if (!row.external_id_is_central_account)
    external_ids_[{row.tenant, row.log_distribution_role_arn}] = row.external_id;
  return {};
}

// One role has one trust policy, and that asks for one external id: the rows of a tenant that name the same
// role share it. A random one when none of them has any yet.
Result<std::string> TenantActions::external_id_of_role(const TenantConfiguration& row) {
  std::string& id = external_ids_[{row.tenant, row.log_distribution_role_arn}];
  if (!id.empty()) return id;
  for (const StoredConfiguration& stored : TRY(deps_.store.of_tenant(row.tenant, soon()))) {
    const TenantConfiguration& other = stored.configuration;
    const bool is_ours = !other.external_id.empty() && !other.external_id_is_central_account;
    if (is_ours && other.log_distribution_role_arn == row.log_distribution_role_arn) id = other.external_id;
  }
  if (id.empty()) id = deps_.random.uuid();
  return id;
}

Result<StoredConfiguration> TenantActions::completed_row(const TenantId& tenant,
                                                         const DestinationName& type) {
  StoredConfiguration one = TRY(deps_.store.get(tenant, type, soon()));
  if (!tenants::is_predecessors(one.configuration, deps_.rules)) return one;
  // What it leaves out may be in another row of its tenant.
  std::vector<StoredConfiguration> rows = TRY(deps_.store.of_tenant(tenant, soon()));
  tenants::complete_rows(rows, deps_.rules);
  for (StoredConfiguration& row : rows) {
    if (row.configuration.type == type) return std::move(row);
  }
  return one;  // it was deleted meanwhile
}

// A document is written for us: it says all that a row of the predecessor leaves out.
tenants::Rules TenantActions::rules_of_documents() const {
  tenants::Rules rules = deps_.rules;
  rules.predecessor_rows = false;
  return rules;
}

bool TenantActions::is_unchanged(const TenantConfiguration& row) const {
  const auto found = stored_.find({row.tenant, row.type});
  if (found == stored_.end() || found->second.version == 0) return false;
  TenantConfiguration before = found->second;
  before.updated_at = row.updated_at;
  before.created_at = row.created_at;
  return before == row;
}

std::string TenantActions::why_nothing_is_delivered(const TenantConfiguration& row) const {
  std::string why;
  if (!row.enabled)
    why += ", disabled: nothing is delivered until `headgate tenant enable " + name_of_row(row) + "`";
  if (row.ttl && *row.ttl <= deps_.clock.now().seconds())
    why +=
        ", expired: its ttl was " + to_rfc3339(Timestamp::from_seconds(*row.ttl)) + ", nothing is delivered";
  return why;
}

void TenantActions::warn_of_names(const TenantConfiguration& row) {
  if (tenants::wants_all(row)) return;
  for (const std::string& name : row.desired_logs) {
    if (const auto why = tenants::why_nothing_matches(name, deps_.groups))
      deps_.complaints << "warning: " << name_of_row(row) << ": desired_logs: " << json_text(name) << ' '
                       << *why << '\n';
  }
}

int TenantActions::put(const std::string& document, const std::string& name) {
  const auto read = read_tenant_document(document, name, rules_of_documents(),
                                         [this](TenantConfiguration& row) { return complete(row); });
  if (!read.ok()) return fail(read.error());
  if (!read->problems.empty()) return complain(read->problems);
  const Result<std::vector<std::string>> shared = problems_with_others(read->rows);
  if (!shared.ok()) return fail(shared.error());
  if (!shared->empty()) return complain(*shared);
  return store_all(read->rows);
}

// What is wrong with rows only beside others, stored or in the same document.
Result<std::vector<std::string>> TenantActions::problems_with_others(
    const std::vector<TenantConfiguration>& rows) {
  const auto may_collide = [](const TenantConfiguration& row) {
    return !row.external_id.empty() || !row.bucket_name.empty();
  };
  std::vector<std::string> problems;
  if (std::none_of(rows.begin(), rows.end(), may_collide)) return problems;
  std::vector<TenantConfiguration> others = rows;
  for (StoredConfiguration& stored : TRY(all_rows())) {
    const auto replaces = [&](const TenantConfiguration& row) {
      return row.tenant == stored.configuration.tenant && row.type == stored.configuration.type;
    };
    if (std::none_of(rows.begin(), rows.end(), replaces)) others.push_back(std::move(stored.configuration));
  }
  for (const TenantConfiguration& row : rows) {
    if (const auto problem = tenants::shared_external_id(row, others))
      problems.push_back(in_words(row, *problem));
    if (const auto problem = tenants::shared_bucket_keys(row, others))
      problems.push_back(in_words(row, *problem));
  }
  return problems;
}

int TenantActions::store_all(const std::vector<TenantConfiguration>& rows) {
  std::size_t stored = 0;
  for (const TenantConfiguration& row : rows) {
    warn_of_names(row);
    if (is_unchanged(row)) {
      ++stored;
      deps_.output << name_of_row(row) << ": unchanged, version " << row.version
                   << why_nothing_is_delivered(row) << '\n';
      continue;
    }
    const auto before = stored_.find({row.tenant, row.type});
    const bool is_anothers = before != stored_.end() && !before->second.account_id.empty() &&
                             !row.account_id.empty() && before->second.account_id != row.account_id;
    if (is_anothers) {
      const Result<> said = say_that_it_left(row.tenant);
      if (!said.ok()) return fail(said.error());
      deps_.complaints << "warning: " << name_of_row(row) << ": was of account " << before->second.account_id
                       << ": what is stored by now is not delivered to the new one\n";
    }
    const Result<std::uint64_t> version = deps_.store.put(row, soon());
    if (!version.ok()) {
      fail(explain(version.error(), name_of_row(row)));
      if (rows.size() > 1) deps_.complaints << stored << " of " << rows.size() << " rows are stored\n";
      return kExitFailure;
    }
    ++stored;
    deps_.output << name_of_row(row) << ": stored as version " << *version;
    if (!row.external_id.empty()) deps_.output << ", external_id " << row.external_id;
    deps_.output << why_nothing_is_delivered(row) << '\n';
  }
  return 0;
}

Result<TenantConfiguration> TenantActions::readable_row(const TenantId& tenant, const DestinationName& type) {
  StoredConfiguration stored = TRY(completed_row(tenant, type));
  if (!stored.undecodable.empty())
    return Error{Fault::Invalid, row_name(tenant, type) + ": cannot be read (" + stored.undecodable +
                                     "): put it anew or delete it"};
  return std::move(stored.configuration);
}

int TenantActions::store_changed(TenantConfiguration row, std::string_view done) {
  row.updated_at = to_rfc3339(deps_.clock.now());
  const Result<std::uint64_t> version = deps_.store.put(row, soon());
  if (!version.ok()) return fail(explain(version.error(), name_of_row(row)));
  deps_.output << name_of_row(row) << ": " << done << ", version " << *version;
  if (row.enabled) deps_.output << why_nothing_is_delivered(row);
  deps_.output << '\n';
  return 0;
}

int TenantActions::enable(const TenantId& tenant, const DestinationName& type) {
  Result<TenantConfiguration> row = readable_row(tenant, type);
  if (!row.ok()) return fail(row.error());
  std::vector<std::string> problems;
  for (const FieldProblem& problem : tenants::validate(*row, deps_.rules))
    problems.push_back(in_words(*row, problem));
  TenantConfiguration enabled = *row;
  enabled.enabled = true;
  const Result<std::vector<std::string>> shared = problems_with_others({enabled});
  if (!shared.ok()) return fail(shared.error());
  problems.insert(problems.end(), shared->begin(), shared->end());
  if (!problems.empty()) return complain(problems);
  warn_of_names(*row);
  if (row->enabled) {
    deps_.output << name_of_row(*row) << ": is already enabled" << why_nothing_is_delivered(*row) << '\n';
    return 0;
  }
  row->enabled = true;
  return store_changed(std::move(row).value(), "enabled");
}

int TenantActions::disable(const TenantId& tenant, const DestinationName& type) {
  Result<TenantConfiguration> row = readable_row(tenant, type);
  if (!row.ok()) return fail(row.error());
  if (!row->enabled) {
    deps_.output << name_of_row(*row) << ": is already disabled\n";
    return 0;
  }
  row->enabled = false;
  return store_changed(std::move(row).value(), "disabled");
}

Result<> TenantActions::say_that_it_left(const TenantId& tenant) {
  TenantConfiguration left = tenants::left_row(tenant, deps_.clock.now());
  const Result<StoredConfiguration> before = deps_.store.get(tenant, left.type, soon());
  if (!before.ok() && before.error().fault != Fault::NotFound) return before.error();
  if (before.ok()) left.version = before->configuration.version;
  TRY(deps_.store.put(left, soon()));
  return {};
}

int TenantActions::remove(const TenantId& tenant, const DestinationName& type) {
  const std::string name = row_name(tenant, type);
  const Result<std::vector<StoredConfiguration>> rows = deps_.store.of_tenant(tenant, soon());
  if (!rows.ok()) return fail(rows.error());
  const auto is_this = [&](const StoredConfiguration& row) { return row.configuration.type == type; };
  const auto is_other = [&](const StoredConfiguration& row) {
    return !is_this(row) && !tenants::is_left_row(row.configuration);
  };
  const bool is_there = std::any_of(rows->begin(), rows->end(), is_this) && type.view() != tenants::kLeftType;
  const bool is_last = is_there && std::none_of(rows->begin(), rows->end(), is_other);
  if (is_last) {
    const Result<> said = say_that_it_left(tenant);
    if (!said.ok()) return fail(said.error());
  }
  Result<> removed = deps_.store.remove(tenant, type, soon());
  if (!removed.ok()) return fail(std::move(removed).error().in(name));
  deps_.output << name << ": deleted";
  if (is_last) deps_.output << "; a later tenant with this id receives nothing that is stored now";
  deps_.output << '\n';
  return 0;
}

int TenantActions::validate_document(const std::string& document, const std::string& name) {
  const auto complete_as_put_would = [this](TenantConfiguration& row) -> Result<> {
    tenants::complete_account(row);
    if (needs_external_id(row)) row.external_id = deps_.random.uuid();
    return {};
  };
  const auto read = read_tenant_document(document, name, rules_of_documents(), complete_as_put_would);
  if (!read.ok()) return fail(read.error());
  if (!read->problems.empty()) return complain(read->problems);
  for (const TenantConfiguration& row : read->rows) warn_of_names(row);
  deps_.output << read->rows.size() << " valid\n";
  return 0;
}

int TenantActions::validate_stored(const TenantId& tenant) {
  auto rows = tenant.empty() ? all_rows() : rows_of(tenant, DestinationName());
  if (!rows.ok()) return fail(rows.error());
  std::erase_if(*rows,
                [](const StoredConfiguration& row) { return tenants::is_left_row(row.configuration); });
  complete_by_tenant(*rows, deps_.rules);
  const auto all = tenant.empty() ? rows : all_rows();
  if (!all.ok()) return fail(all.error());
  std::vector<TenantConfiguration> others;
  for (const StoredConfiguration& row : *all) others.push_back(row.configuration);
  std::vector<std::string> problems;
  std::size_t wrong = 0;
  for (const StoredConfiguration& row : *rows) {
    const std::size_t before = problems.size();
    if (!row.undecodable.empty()) {
      problems.push_back(name_of_row(row.configuration) + ": cannot be read: " + row.undecodable);
    } else {
      for (const FieldProblem& problem : tenants::validate(row.configuration, deps_.rules))
        problems.push_back(in_words(row.configuration, problem));
      if (const auto shared = tenants::shared_external_id(row.configuration, others))
        problems.push_back(in_words(row.configuration, *shared));
      if (const auto shared = tenants::shared_bucket_keys(row.configuration, others))
        problems.push_back(in_words(row.configuration, *shared));
      warn_of_names(row.configuration);
    }
    wrong += problems.size() > before ? 1 : 0;
  }
  deps_.output << rows->size() - wrong << " valid, " << wrong << " not\n";
  return problems.empty() ? 0 : complain(problems);
}

}  // namespace headgate::cli
