// What this build calls itself: its version, the commit it was built from, and how it was compiled.
#pragma once

#include <string>
#include <string_view>

namespace headgate::assembly {

extern const char* const kVersion;  // what the file VERSION says

// The commit, or "unknown"; "-dirty" follows when tracked files had changes. Only the program `headgate` has
// it (cmake/commit.cmake), so that a commit compiles and links as little as can be.
extern const char* const kCommit;

// What `headgate --version` prints. The first line is `headgate X.Y.Z`, and programs may rely on it; of the
// other lines each is a name, a colon and a value.
std::string version_text(std::string_view commit);

}  // namespace headgate::assembly
