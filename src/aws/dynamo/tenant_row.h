// Reads and writes rows of the tenants' table: a configuration as attributes, ours or the predecessor's
// (docs/contributing/formats/tenant-configuration.md).
// Tests: src/aws/dynamo/dynamo_value_test.cc
#pragma once

#include <string>
#include <string_view>

#include "aws/call/json_call.h"
#include "model/text/document.h"
#include "ports/tenant_store.h"

namespace headgate::aws {

// The key {"tenant_id":...,"type":...}.
std::string tenant_key(const TenantId& tenant, const DestinationName& type);

// Ignores attributes that are not ours, since others keep their own there. `desired_logs` may be a list or a
// set, and its empty texts are dropped. Booleans may be texts (true, False) or 0 and 1, and `ttl` a text of
// digits.
StoredConfiguration read_tenant_row(const DocumentValue& item);

// Sets every field that the configuration has and removes our other fields. Attributes of others stay.
struct TenantRowUpdate {
  std::string update;
  JsonObject values;  // the values of all :names in `update`
};
TenantRowUpdate tenant_row_update(const TenantConfiguration& configuration);

}  // namespace headgate::aws
