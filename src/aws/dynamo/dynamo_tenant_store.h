// Tenants' configurations in DynamoDB, with the hash key `tenant_id`, the range key `type`, and one attribute
// per field. The table is the predecessor's, unchanged.
// Tests: src/aws/dynamo/dynamo_ledger_test.cc, tests/peers/dynamo_peer_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/dynamo/dynamo_table.h"
#include "ports/tenant_store.h"

namespace headgate::aws {

// Thread-safe, and safe for any number of processes. A row without `version` was written by the predecessor
// and has version 0; a put() with version 0 replaces its fields. Unknown attributes stay as they are. If the
// answer to a put() was lost and the client tried again, the result may be Fault::Denied although this put()
// has written: read the row again.
class DynamoTenantStore final : public TenantStore {
 public:
  static constexpr std::size_t kPageMax = 1'000;
  static constexpr std::size_t kRowsMax = 1'000;  // rows of a tenant; more are Fault::Invalid

  // The dependencies must outlive the store.
  static Result<std::unique_ptr<DynamoTenantStore>> open(const ServiceClient::Deps& deps,
                                                         DynamoSettings settings);

  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) override;
  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                  Deadline deadline) override;
  // Fault::Invalid for a token that does not come from list(). Tenants come in the table's order.
  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max, Deadline deadline) override;
  Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) override;
  Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) override;

 private:
  explicit DynamoTenantStore(std::unique_ptr<DynamoTable> table);

  const std::unique_ptr<DynamoTable> table_;
};

}  // namespace headgate::aws
