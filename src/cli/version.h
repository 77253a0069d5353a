// What this build calls itself.
#pragma once

namespace headgate::cli {

inline constexpr const char* kVersion = "0.1.0";

}  // namespace headgate::cli
