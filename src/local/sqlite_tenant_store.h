// The tenants' configurations of local mode in a SQLite file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "local/sqlite.h"
#include "ports/tenant_store.h"

namespace headgate::local {

// Thread-safe, also for any number of processes on one file. A row has the configuration as JSON text
// (to_json), and its tenant, type and version as columns. If the text cannot be read, or is of another tenant
// or type than the row, the row is returned as undecodable with its version, so that a put() can replace it.
class SqliteTenantStore : public TenantStore {
 public:
  static Result<std::unique_ptr<SqliteTenantStore>> open(const std::string& file);

  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) override;
  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                  Deadline deadline) override;
  // Fault::Invalid for a token that does not come from list().
  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max, Deadline deadline) override;
  Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) override;
  Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) override;

 private:
  explicit SqliteTenantStore(std::unique_ptr<SqliteDatabase> database);

  const std::unique_ptr<SqliteDatabase> database_;
};

}  // namespace headgate::local
