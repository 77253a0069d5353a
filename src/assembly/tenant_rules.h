// How tenants' configurations are judged.
#pragma once

#include "config/config.h"
#include "tenants/validate.h"

namespace headgate::cli {

// `kind` is the world that the command really works in: headgate local has only one.
tenants::Rules tenant_rules(const Config& config, StoreKind kind);

// tenants.groups, and those that the predecessor had built in where its rows are taken.
StringLists tenant_groups(const Config& config);

}  // namespace headgate::cli
