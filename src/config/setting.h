// One thing that an operator can set. The table settings() is the only list of all: the file's keys, the
// environment variables, the flags, their documentation and their checks come from it.
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "config/config.h"

namespace headgate::config {

// Bits for the subcommands that use a setting; each of them gets a flag for it.
enum CommandSet : unsigned {
  kLocal = 1U << 0,
  kCollect = 1U << 1,
  kProcess = 1U << 2,
  kApi = 1U << 3,
  kTenant = 1U << 4,
  kReplay = 1U << 5,  // dlq and replay
  kEveryCommand = (1U << 6) - 1,
};

enum class SettingKind { Text, Integer, Boolean, Duration, Bytes, List, Groups, Choice };
std::string_view name_of(SettingKind kind);  // for people: "duration", "list of texts" ...

// A setting's value. Which member holds it follows from the kind; the others are empty.
struct SettingValue {
  std::string text;         // Text, Choice
  std::int64_t number = 0;  // Integer, Boolean (0 or 1), Duration (milliseconds), Bytes
  Strings list;
  StringLists groups;

  friend bool operator==(const SettingValue&, const SettingValue&) = default;
};

struct Choice {
  std::string_view name;
  int value;  // of the enumerator
};

// What the table says about a setting besides its member.
struct Description {
  std::string_view key;            // collect.batch.age_max
  std::string_view standard = {};  // the default as it would be written; ${other.key} is that setting's value
  std::string_view doc = {};       // one line
  unsigned used_by = kEveryCommand;
  // Bounds of integers, bytes, and milliseconds of durations.
  std::int64_t least = 0;
  std::int64_t most = std::numeric_limits<std::int64_t>::max();
  // What is wrong with a value of the right kind.
  std::optional<std::string> (*complaint)(const SettingValue& value) = nullptr;
  bool is_secret = false;  // never shown
};

struct Setting {
  Description about;
  SettingKind kind = SettingKind::Text;
  std::span<const Choice> choices = {};
  void (*assign)(Config& config, const SettingValue& value) = nullptr;  // the value is of `kind` and checked

  std::string environment_name() const;  // HEADGATE_COLLECT_BATCH_AGE_MAX
  std::string flag() const;              // --collect.batch.age-max
};

using Settings = std::span<const Setting>;

// All settings, section by section. A setting follows those that its default names.
Settings settings();

}  // namespace headgate::config
