// The shared config and credentials files.
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

// [section], name = value; a line that begins with # or ; says nothing. Of equal names the last counts. Lines
// that are indented below `name =` are its parts: "s3.addressing_style"; below a value they are more of it.
// Names are in lower case. Invalid, with the line's number and none of its words, for anything else.
Result<IniFile> parse_ini(std::string_view text);

}  // namespace headgate::aws
