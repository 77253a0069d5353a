// Settings of tenants' configurations.
// Tests: src/config/config_load_test.cc
#pragma once

#include <vector>

#include "config/setting.h"

namespace headgate::config {

void add_tenant_settings(std::vector<Setting>& table);

}  // namespace headgate::config
