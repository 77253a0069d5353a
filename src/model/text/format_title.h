// The first line of a file of ours names its format and the format's version: `headgate-batch 1`.
#pragma once

#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace headgate {

// The version that `title` says of the format `name`, from 1 to `newest`. Of a newer one: Denied, with words
// for who went back to an older headgate; such a file is whole, and must be left as it is. Invalid: no such
// title.
Result<std::uint32_t> version_in_title(std::string_view title, std::string_view name, std::uint32_t newest);

// The error of a file whose format is `version`.
Error newer_format(std::string_view name, std::string_view version, std::uint32_t newest);

}  // namespace headgate
