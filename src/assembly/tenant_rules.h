// How tenants' configurations are judged.
// Tests: src/cli/tenant_command_test.cc, tests/e2e/check_test.py
#pragma once

#include "config/config.h"
#include "tenants/validate.h"

namespace headgate::assembly {

// `kind` is the backend that the command really works with: headgate local has only one.
tenants::Rules tenant_rules(const config::Config& config, config::StoreKind kind);

// tenants.groups, and those that the predecessor had built in where its rows are taken.
config::StringLists tenant_groups(const config::Config& config);

}  // namespace headgate::assembly
