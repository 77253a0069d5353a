#include "assembly/version.h"

namespace headgate::assembly {

// src/CMakeLists.txt gives HEADGATE_* to this file and to no other.
const char* const kVersion = HEADGATE_VERSION;

namespace {

#ifdef __clang__
constexpr std::string_view kCompiler = "Clang " __clang_version__;
#else
constexpr std::string_view kCompiler = "GCC " __VERSION__;
#endif

constexpr std::string_view or_none(std::string_view text) {
  return text.empty() ? "none" : text;
}

}  // namespace

std::string version_text(std::string_view commit) {
  std::string text = std::string("headgate ") + kVersion;
  const auto add = [&](std::string_view name, std::string_view value) {
    text.append("\n").append(name).append(": ").append(or_none(value));
  };
  add("commit", commit);
  add("compiler", kCompiler);
  add("build type", HEADGATE_BUILD_TYPE);
  add("sanitizers", HEADGATE_SANITIZERS);
  add("flags", HEADGATE_FLAGS);
  return text;
}

}  // namespace headgate::assembly
