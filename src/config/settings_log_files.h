// The settings of how the pods' log files are opened, held and read.
// Tests: src/config/config_load_test.cc
#pragma once

#include <vector>

#include "config/setting.h"

namespace headgate::config {

void add_log_file_settings(std::vector<Setting>& table);

}  // namespace headgate::config
