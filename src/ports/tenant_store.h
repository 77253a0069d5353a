// Stores tenants' configurations: in DynamoDB, in a SQLite file in local mode, in SimTenants in simulations.
// Tests: tests/conformance/tenant_store.h
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/deadline.h"
#include "base/result.h"
#include "model/tenant_configuration.h"

namespace headgate {

// A row as it is stored. A row that cannot be decoded still has its tenant and type, and says what is wrong,
// so that the other rows can be read.
struct StoredConfiguration {
  TenantConfiguration configuration;
  std::string undecodable;  // why the row cannot be decoded; empty if it can
};

struct ConfigurationPage {
  std::vector<StoredConfiguration> rows;  // by tenant, then type
  std::string next;                       // token of the next page; empty on the last one
};

// Thread-safe.
class TenantStore {
 public:
  virtual ~TenantStore() = default;
  // All rows of a tenant, ordered by type; empty if there are none.
  virtual Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) = 0;
  // NotFound when there is no such row.
  virtual Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                          Deadline deadline) = 0;
  virtual Result<ConfigurationPage> list(const std::string& from, std::size_t count_max,
                                         Deadline deadline) = 0;
  // Stores the row as version `configuration.version` + 1, and returns that version, if the stored version is
  // `configuration.version` (0: no row). Otherwise Fault::Denied: somebody else has changed the row, so read
  // it again.
  virtual Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) = 0;
  // NotFound when there is no such row.
  virtual Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) = 0;
};

}  // namespace headgate
