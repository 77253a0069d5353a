// Settings of tenants' configurations.
#pragma once

#include <vector>

#include "cli/setting.h"

namespace headgate::cli {

void add_tenant_settings(std::vector<Setting>& table);

}  // namespace headgate::cli
