#include "cli/tenant_actions.h"

#include <algorithm>
#include <ostream>
#include <utility>

#include "cli/command.h"
#include "cli/tenant_document.h"

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

Error explain(Error error, const std::string& row) {
  if (error.fault == Fault::Denied) error.what += "; read it again (headgate tenant get) and repeat";
  return std::move(error).in(row);
}

}  // namespace

Deadline TenantActions::soon() const {
  return Deadline::after(world_.clock.steady(), kStoreTimeout);
}

int TenantActions::fail(const Error& error) {
  world_.complaints << error.what << '\n';
  return kExitFailure;
}

int TenantActions::complain(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) world_.complaints << problem << '\n';
  return kExitUsage;
}

Result<std::vector<StoredConfiguration>> TenantActions::all_rows() {
  std::vector<StoredConfiguration> rows;
  std::string from;
  for (;;) {
    ConfigurationPage page = TRY(world_.store.list(from, kPageRows, soon()));
    for (StoredConfiguration& row : page.rows) rows.push_back(std::move(row));
    if (page.next.empty()) return rows;
    if (page.next == from) return Error{Fault::Retry, "the tenant store gives the same page again and again"};
    from = std::move(page.next);
  }
}

Result<std::vector<StoredConfiguration>> TenantActions::rows_of(const TenantId& tenant,
                                                                const DestinationName& type) {
  if (!type.empty()) return std::vector<StoredConfiguration>{TRY(world_.store.get(tenant, type, soon()))};
  std::vector<StoredConfiguration> rows = TRY(world_.store.of_tenant(tenant, soon()));
  if (rows.empty()) return Error{Fault::NotFound, row_name(tenant, DestinationName()) + ": no such tenant"};
  return rows;
}

int TenantActions::show(const std::vector<StoredConfiguration>& rows, TenantFormat format) {
  world_.output << tenant_text(rows, format, world_.clock.now());
  int status = 0;
  for (const StoredConfiguration& row : rows) {
    if (row.undecodable.empty()) continue;
    world_.complaints << name_of_row(row.configuration) << ": cannot be read: " << row.undecodable << '\n';
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
  const std::string now = to_rfc3339(world_.clock.now());
  row.created_at = now;
  row.updated_at = now;
  Result<StoredConfiguration> stored = world_.store.get(row.tenant, row.type, soon());
  if (!stored.ok() && stored.error().fault != Fault::NotFound) return std::move(stored).error();
  if (stored.ok()) {
    const TenantConfiguration& before = stored->configuration;
    if (row.version == 0) row.version = before.version;
    if (!before.created_at.empty()) row.created_at = before.created_at;
    if (row.external_id.empty()) row.external_id = before.external_id;
  }
  if (needs_external_id(row)) row.external_id = world_.random.uuid();
  return {};
}

int TenantActions::put(const std::string& document, const std::string& name) {
  const auto read = read_tenant_document(document, name, world_.rules,
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
    const Result<std::uint64_t> version = world_.store.put(row, soon());
    if (!version.ok()) {
      fail(explain(version.error(), name_of_row(row)));
      if (rows.size() > 1) world_.complaints << stored << " of " << rows.size() << " rows are stored\n";
      return kExitFailure;
    }
    ++stored;
    world_.output << name_of_row(row) << ": stored as version " << *version;
    if (!row.external_id.empty()) world_.output << ", external_id " << row.external_id;
    world_.output << '\n';
  }
  return 0;
}

Result<TenantConfiguration> TenantActions::readable_row(const TenantId& tenant, const DestinationName& type) {
  StoredConfiguration stored = TRY(world_.store.get(tenant, type, soon()));
  if (!stored.undecodable.empty())
    return Error{Fault::Invalid, row_name(tenant, type) + ": cannot be read (" + stored.undecodable +
                                     "): put it anew or delete it"};
  return std::move(stored.configuration);
}

int TenantActions::store_changed(TenantConfiguration row, std::string_view done) {
  row.updated_at = to_rfc3339(world_.clock.now());
  const Result<std::uint64_t> version = world_.store.put(row, soon());
  if (!version.ok()) return fail(explain(version.error(), name_of_row(row)));
  world_.output << name_of_row(row) << ": " << done << ", version " << *version << '\n';
  return 0;
}

int TenantActions::enable(const TenantId& tenant, const DestinationName& type) {
  Result<TenantConfiguration> row = readable_row(tenant, type);
  if (!row.ok()) return fail(row.error());
  std::vector<std::string> problems;
  for (const FieldProblem& problem : tenants::validate(*row, world_.rules))
    problems.push_back(in_words(*row, problem));
  const Result<std::vector<std::string>> shared = problems_with_others({*row});
  if (!shared.ok()) return fail(shared.error());
  problems.insert(problems.end(), shared->begin(), shared->end());
  if (!problems.empty()) return complain(problems);
  if (row->enabled) {
    world_.output << name_of_row(*row) << ": is enabled already\n";
    return 0;
  }
  row->enabled = true;
  return store_changed(std::move(row).value(), "enabled");
}

int TenantActions::disable(const TenantId& tenant, const DestinationName& type) {
  Result<TenantConfiguration> row = readable_row(tenant, type);
  if (!row.ok()) return fail(row.error());
  if (!row->enabled) {
    world_.output << name_of_row(*row) << ": is disabled already\n";
    return 0;
  }
  row->enabled = false;
  return store_changed(std::move(row).value(), "disabled");
}

int TenantActions::remove(const TenantId& tenant, const DestinationName& type) {
  const std::string name = row_name(tenant, type);
  Result<> removed = world_.store.remove(tenant, type, soon());
  if (!removed.ok()) return fail(std::move(removed).error().in(name));
  world_.output << name << ": deleted\n";
  return 0;
}

int TenantActions::validate_document(const std::string& document, const std::string& name) {
  const auto complete_as_put_would = [this](TenantConfiguration& row) -> Result<> {
    if (needs_external_id(row)) row.external_id = world_.random.uuid();
    return {};
  };
  const auto read = read_tenant_document(document, name, world_.rules, complete_as_put_would);
  if (!read.ok()) return fail(read.error());
  if (!read->problems.empty()) return complain(read->problems);
  world_.output << read->rows.size() << " valid\n";
  return 0;
}

int TenantActions::validate_stored(const TenantId& tenant) {
  const auto rows = tenant.empty() ? all_rows() : rows_of(tenant, DestinationName());
  if (!rows.ok()) return fail(rows.error());
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
      for (const FieldProblem& problem : tenants::validate(row.configuration, world_.rules))
        problems.push_back(in_words(row.configuration, problem));
      if (const auto shared = tenants::shared_external_id(row.configuration, others))
        problems.push_back(in_words(row.configuration, *shared));
      if (const auto shared = tenants::shared_bucket_keys(row.configuration, others))
        problems.push_back(in_words(row.configuration, *shared));
    }
    wrong += problems.size() > before ? 1 : 0;
  }
  world_.output << rows->size() - wrong << " valid, " << wrong << " not\n";
  return problems.empty() ? 0 : complain(problems);
}

}  // namespace headgate::cli
