// The configuration for people: the effective one, and the reference of all settings. Pure.
// Tests: src/config/config_load_test.cc
#pragma once

#include <string>

#include "config/config_load.h"

namespace headgate::config {

// YAML that can be used as a file, with the origin of every value as a comment. Secrets are ***.
std::string effective_yaml(const LoadedConfig& loaded);

// docs/configuration.md: every key with its kind, default, meaning and who uses it.
std::string reference_markdown(Settings table = settings());

}  // namespace headgate::config
