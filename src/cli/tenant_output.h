// Tenant configurations for people and programs: a table, YAML or JSON. YAML and JSON of several rows can be
// put again.
// Tests: src/cli/tenant_command_test.cc
#pragma once

#include <string>
#include <vector>

#include "model/time/timestamp.h"
#include "ports/tenant_store.h"

namespace headgate::cli {

enum class TenantFormat { Table, Yaml, Json };

// Ends with a newline. Rows that do not decode are in the table only. `now` tells which are expired.
std::string tenant_text(const std::vector<StoredConfiguration>& rows, TenantFormat format, Timestamp now);

}  // namespace headgate::cli
