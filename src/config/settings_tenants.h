// Settings of tenants' configurations.
#pragma once

#include <vector>

#include "config/setting.h"

namespace headgate::config {

void add_tenant_settings(std::vector<Setting>& table);

}  // namespace headgate::config
