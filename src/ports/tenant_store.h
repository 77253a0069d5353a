// Tenants' configurations: DynamoDB, a SQLite file in local mode, SimTenants in simulations.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "model/tenant_configuration.h"

namespace headgate {

// A row as stored. A row that does not decode keeps its tenant and type and says why: it must not hide its
// neighbours.
struct StoredConfiguration {
  TenantConfiguration configuration;
  std::string undecodable;  // empty = fine
};

struct ConfigurationPage {
  std::vector<StoredConfiguration> rows;  // by tenant, then type
  std::string next;                       // token of the next page; empty = last
};

// Any thread.
class TenantStore {
 public:
  virtual ~TenantStore() = default;
  // All rows of a tenant, by type; empty when it has none.
  virtual Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) = 0;
  // NotFound when there is no such row.
  virtual Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                          Deadline deadline) = 0;
  virtual Result<ConfigurationPage> list(const std::string& from, std::size_t count_max,
                                         Deadline deadline) = 0;
  // Stores it as version `configuration.version` + 1 if the stored version is `configuration.version` (0 =
  // there is none), and gives the new version. Otherwise Fault::Denied: someone else changed it, read it
  // again.
  virtual Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) = 0;
  // NotFound when there is no such row.
  virtual Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) = 0;
};

}  // namespace headgate
