#include "local/sqlite_tenant_store.h"

#include <algorithm>
#include <utility>

#include "base/number.h"
#include "local/state_schema.h"

namespace headgate::local {
namespace {

constexpr std::size_t kPageMax = 1000;

// Columns: tenant, type, version, document.
StoredConfiguration decode(const SqliteStatement& row) {
  StoredConfiguration stored;
  const TenantId tenant(row.text(0));
  const DestinationName type(row.text(1));
  Result<std::vector<ReadConfiguration>> read = read_tenant_configurations(row.text(3));
  if (!read.ok()) {
    stored.undecodable = std::move(read).error().what;
  } else if (read->size() != 1) {
    stored.undecodable = "not one configuration";
  } else if (!read->front().problems.empty()) {
    stored.undecodable = in_words(read->front().problems);
  } else if (read->front().configuration.tenant != tenant || read->front().configuration.type != type) {
    stored.undecodable = "tenant_id, type: not those of its row";
  } else {
    stored.configuration = std::move(read->front().configuration);
  }
  stored.configuration.tenant = tenant;
  stored.configuration.type = type;
  stored.configuration.version = static_cast<std::uint64_t>(row.integer(2));
  return stored;
}

// Where a page ended: <bytes of the tenant>:<tenant><type>.
std::string token_of(const TenantConfiguration& last) {
  return std::to_string(last.tenant.view().size()) + ':' + last.tenant.str() + last.type.str();
}

struct Position {
  std::string tenant;
  std::string type;
};
Result<Position> position_of(std::string_view token) {
  if (token.empty()) return Position{};
  const auto tenant_bytes = take_leading_number<std::size_t>(token);
  if (!tenant_bytes || !token.starts_with(':') || *tenant_bytes > token.size() - 1) {
    return Error{Fault::Invalid, "page token: not one that list() has returned"};
  }
  token.remove_prefix(1);
  return Position{std::string(token.substr(0, *tenant_bytes)), std::string(token.substr(*tenant_bytes))};
}

Error not_there(const TenantId& tenant, const DestinationName& type) {
  return Error{Fault::NotFound, "tenant " + tenant.str() + ": " + type.str() + ": no such configuration"};
}

Result<std::vector<StoredConfiguration>> decode_all(SqliteStatement rows) {
  std::vector<StoredConfiguration> all;
  while (TRY(rows.step())) all.push_back(decode(rows));
  return all;
}

}  // namespace

Result<std::unique_ptr<SqliteTenantStore>> SqliteTenantStore::open(const std::string& file) {
  std::unique_ptr<SqliteDatabase> database =
      TRY_IN("tenants", SqliteDatabase::open(file, {.migrations = kStateMigrations}));
  return std::unique_ptr<SqliteTenantStore>(new SqliteTenantStore(std::move(database)));
}

SqliteTenantStore::SqliteTenantStore(std::unique_ptr<SqliteDatabase> database)
    : database_(std::move(database)) {}

Result<std::vector<StoredConfiguration>> SqliteTenantStore::of_tenant(const TenantId& tenant,
                                                                      Deadline deadline) {
  const auto look = [&](SqliteSession& session) -> Result<std::vector<StoredConfiguration>> {
    return decode_all(
        TRY(session.query("SELECT tenant, type, version, document FROM tenant_configurations"
                          " WHERE tenant = ?1 ORDER BY type",
                          tenant.view())));
  };
  return TRY_IN("tenants", database_->read(look, deadline));
}

Result<StoredConfiguration> SqliteTenantStore::get(const TenantId& tenant, const DestinationName& type,
                                                   Deadline deadline) {
  const auto look = [&](SqliteSession& session) -> Result<StoredConfiguration> {
    SqliteStatement row =
        TRY(session.query("SELECT tenant, type, version, document FROM tenant_configurations"
                          " WHERE tenant = ?1 AND type = ?2",
                          tenant.view(), type.view()));
    if (!TRY(row.step())) return not_there(tenant, type);
    return decode(row);
  };
  return TRY_IN("tenants", database_->read(look, deadline));
}

Result<ConfigurationPage> SqliteTenantStore::list(const std::string& from, std::size_t count_max,
                                                  Deadline deadline) {
  const Position position = TRY_IN("tenants", position_of(from));
  const std::size_t wanted = std::clamp<std::size_t>(count_max, 1, kPageMax);
  const auto look = [&](SqliteSession& session) -> Result<std::vector<StoredConfiguration>> {
    return decode_all(
        TRY(session.query("SELECT tenant, type, version, document FROM tenant_configurations"
                          " WHERE (tenant, type) > (?1, ?2) ORDER BY tenant, type LIMIT ?3",
                          position.tenant, position.type, static_cast<std::int64_t>(wanted + 1))));
  };
  ConfigurationPage page{.rows = TRY_IN("tenants", database_->read(look, deadline)), .next = {}};
  if (page.rows.size() > wanted) {
    page.rows.resize(wanted);
    page.next = token_of(page.rows.back().configuration);
  }
  return page;
}

Result<std::uint64_t> SqliteTenantStore::put(const TenantConfiguration& configuration, Deadline deadline) {
  const auto store = [&](SqliteSession& session) -> Result<std::uint64_t> {
    std::uint64_t version = 0;
    {
      SqliteStatement row =
          TRY(session.query("SELECT version FROM tenant_configurations WHERE tenant = ?1 AND type = ?2",
                            configuration.tenant.view(), configuration.type.view()));
      if (TRY(row.step())) version = static_cast<std::uint64_t>(row.integer(0));
    }
    if (version != configuration.version) {
      return Error{Fault::Denied, "tenant " + configuration.tenant.str() + ": " + configuration.type.str() +
                                      ": is at version " + std::to_string(version) +
                                      ", someone else changed it"};
    }
    TenantConfiguration next = configuration;
    ++next.version;
    TRY(session.run(
        "INSERT INTO tenant_configurations (tenant, type, version, document)"
        " VALUES (?1, ?2, ?3, ?4) ON CONFLICT (tenant, type)"
        " DO UPDATE SET version = excluded.version, document = excluded.document",
        next.tenant.view(), next.type.view(), static_cast<std::int64_t>(next.version), to_json(next)));
    return next.version;
  };
  return TRY_IN("tenants", database_->write(store, deadline));
}

Result<> SqliteTenantStore::remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) {
  const std::uint64_t removed = TRY_IN(
      "tenants", database_->write(
                     [&](SqliteSession& session) {
                       return session.run("DELETE FROM tenant_configurations WHERE tenant = ?1 AND type = ?2",
                                          tenant.view(), type.view());
                     },
                     deadline));
  if (removed == 0) return not_there(tenant, type);
  return {};
}

}  // namespace headgate::local
