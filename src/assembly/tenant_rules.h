// The rules that tenants' configurations must meet.
// Tests: src/cli/tenant_command_test.cc, tests/e2e/check_test.py
#pragma once

#include "config/config.h"
#include "tenants/validate.h"

namespace headgate::assembly {

// `kind` is the backend that the command uses; headgate local always uses the directory.
tenants::Rules tenant_rules(const config::Config& config, config::StoreKind kind);

// tenants.groups, with the predecessor's built-in groups if tenants.predecessor_rows is set.
config::StringLists tenant_groups(const config::Config& config);

}  // namespace headgate::assembly
