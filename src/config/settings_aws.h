// The settings of what is in AWS.
// Tests: src/config/config_load_test.cc
#pragma once

#include <vector>

#include "config/setting.h"

namespace headgate::config {

void add_s3_store_settings(std::vector<Setting>& table);
void add_aws_settings(std::vector<Setting>& table);

}  // namespace headgate::config
