// Tenants' configurations in DynamoDB: hash `tenant_id`, range `type`, an attribute a field. The
// predecessor's table, as it is.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "aws/dynamo/dynamo_table.h"
#include "ports/tenant_store.h"

namespace headgate::aws {

// Any thread, any number of processes. A row without `version`, which the predecessor wrote, is at version 0:
// a put() at 0 replaces its fields. Attributes that are none of ours stay as they are. When the answer to a
// put() was lost and the client tried again, it may say Denied although it was this one that wrote: read it
// again.
class DynamoTenantStore final : public TenantStore {
 public:
  static constexpr std::size_t kPageMax = 1'000;
  static constexpr std::size_t kRowsMax = 1'000;  // of a tenant; more are Invalid

  // The dependencies outlive it.
  static Result<std::unique_ptr<DynamoTenantStore>> open(const ServiceClient::Deps& deps,
                                                         DynamoSettings settings);

  Result<std::vector<StoredConfiguration>> of_tenant(const TenantId& tenant, Deadline deadline) override;
  Result<StoredConfiguration> get(const TenantId& tenant, const DestinationName& type,
                                  Deadline deadline) override;
  // A token that no list() gave is Invalid. Tenants come in the table's order.
  Result<ConfigurationPage> list(const std::string& from, std::size_t count_max, Deadline deadline) override;
  Result<std::uint64_t> put(const TenantConfiguration& configuration, Deadline deadline) override;
  Result<> remove(const TenantId& tenant, const DestinationName& type, Deadline deadline) override;

 private:
  explicit DynamoTenantStore(std::unique_ptr<DynamoTable> table);

  const std::unique_ptr<DynamoTable> table_;
};

}  // namespace headgate::aws
