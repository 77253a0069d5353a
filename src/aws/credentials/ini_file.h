// Parses the config and credentials files that AWS's tools share.
// https://docs.aws.amazon.com/sdkref/latest/guide/file-format.html
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::aws {

using IniSection = std::map<std::string, std::string, std::less<>>;
using IniFile = std::map<std::string, IniSection, std::less<>>;

constexpr std::size_t kIniBytesMax = 1U << 20U;
constexpr std::size_t kIniLinesMax = 50'000;

// A file has lines `[section]` and `name = value`. A line that begins with # or ; is a comment. If a name
// occurs twice, the last value counts. Indented lines below `name =` are its parts: "s3.addressing_style".
// Indented lines below a value continue it. Names are made lower case. Anything else is Fault::Invalid, with
// the number of the line but none of its text.
Result<IniFile> parse_ini(std::string_view text);

}  // namespace headgate::aws
