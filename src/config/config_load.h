// The effective configuration: flag over environment variable over file over default.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "config/setting_value.h"

namespace headgate::config {

using Environment = std::map<std::string, std::string>;

// The process's environment variables. Reads `environ`; nobody else does.
Environment process_environment();

// What a command line says about the configuration.
struct ConfigArguments {
  std::string file;  // --config; empty = HEADGATE_CONFIG, and if that is empty too no file
  std::map<std::string, std::string> flags;  // by key
};

enum class OriginKind { Default, File, Variable, Flag };

struct Origin {
  OriginKind kind = OriginKind::Default;
  std::string where = "default";  // "headgate.yaml:12", "HEADGATE_LOG_LEVEL", "--log.level"
};

struct EffectiveSetting {
  const Setting* setting = nullptr;
  SettingValue value;
  Origin origin;
};

struct LoadedConfig {
  Config config;                            // meaningful when there are no problems
  std::vector<EffectiveSetting> effective;  // every setting, in the table's order
  std::vector<std::string> problems;        // a line each: where, which key, what is wrong
  std::vector<std::string> warnings;        // a line each

  bool ok() const { return problems.empty(); }
};

// Finds all problems, also in values that another overrides. Reads only the file.
LoadedConfig load_config(const ConfigArguments& arguments, const Environment& environment,
                         Settings table = settings());

}  // namespace headgate::config
