// A row of the tenant table: a configuration as attributes
// (docs/contributing/formats/tenant-configuration.md), ours or the predecessor's.
#pragma once

#include <string>
#include <string_view>

#include "aws/call/json_call.h"
#include "model/text/document.h"
#include "ports/tenant_store.h"

namespace headgate::aws {

// {"tenant_id":...,"type":...}
std::string tenant_key(const TenantId& tenant, const DestinationName& type);

// Attributes that are no field of ours are passed over: others keep their own there. `desired_logs` may be a
// list or a set, and holds no empty texts. Booleans may be texts (true, False) or 0 and 1, `ttl` a text of
// digits.
StoredConfiguration read_tenant_row(const DocumentValue& item);

// Sets every field that the configuration has and removes the others; attributes of others stay.
struct TenantRowUpdate {
  std::string update;
  JsonObject values;  // of all :names in `update`
};
TenantRowUpdate tenant_row_update(const TenantConfiguration& configuration);

}  // namespace headgate::aws
