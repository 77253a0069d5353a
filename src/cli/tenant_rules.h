// How tenants' configurations are judged.
#pragma once

#include "cli/config.h"
#include "tenants/validate.h"

namespace headgate::cli {

// `kind` is the world that the command really works in: headgate local has only one.
tenants::Rules tenant_rules(const Config& config, StoreKind kind);

}  // namespace headgate::cli
