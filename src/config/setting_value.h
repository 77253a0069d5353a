// Settings' values as text: 5m, 64MiB, true. Pure.
#pragma once

#include <string>
#include <string_view>
#include <variant>

#include "base/result.h"
#include "config/setting.h"

namespace headgate::config {

// A value as it was written: plain text, or what only a file can hold.
using RawValue = std::variant<std::string, Strings, StringLists>;

// A whole number and ms, s, m, h or d. No fraction, no sum of several.
Result<Milliseconds> parse_duration(std::string_view text);
// A whole number and B, KiB, MiB, GiB, TiB (powers of 1024) or kB, MB, GB, TB (of 1000); none means bytes.
Result<std::uint64_t> parse_bytes(std::string_view text);
// The largest unit that gives a whole number; reads back equal.
std::string duration_text(Milliseconds duration);
std::string bytes_text(std::uint64_t bytes);

// Fault::Invalid says what is wrong and what would be right; the words hold the value unless it is a secret.
// Text stands for a list by its commas, and for groups by YAML.
Result<SettingValue> parse_setting(const Setting& setting, const RawValue& raw);

// As one writes it in YAML on one line; a secret is ***.
std::string yaml_text(const Setting& setting, const SettingValue& value);

}  // namespace headgate::config
