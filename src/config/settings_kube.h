// The settings of the Kubernetes API and of what it says is to be collected.
// Tests: src/config/config_load_test.cc
#pragma once

#include <vector>

#include "config/setting.h"

namespace headgate::config {

void add_kube_settings(std::vector<Setting>& table);

}  // namespace headgate::config
