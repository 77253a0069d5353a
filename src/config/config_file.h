// The configuration file: YAML, with a section for each part of a key before a dot. Unknown keys are errors
// with their lines, and all errors are reported at once.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "config/setting_value.h"

namespace headgate::config {

constexpr std::size_t kConfigFileBytesMax = 1'048'576;

struct FileValue {
  const Setting* setting = nullptr;
  RawValue raw;
  int line = 0;  // 1-based
};

struct FileComplaint {
  int line = 0;  // 1-based; 0 = the file as a whole
  std::string what;
};

struct ConfigFile {
  std::vector<FileValue> values;
  std::vector<FileComplaint> complaints;  // not YAML, unknown and repeated keys, sections and values mistaken
};

// Pure. Checks the form of values (text, list, mapping), but not their contents.
ConfigFile read_config_text(std::string_view text, Settings table);
// NotFound, Denied and so on if the file cannot be read; Invalid if it is too large.
Result<std::string> read_config_bytes(const std::string& path);

// Groups in YAML's short form: {infra: [etcd, dns]}.
Result<StringLists> read_groups(std::string_view text);

}  // namespace headgate::config
