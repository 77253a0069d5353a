// Prepares a directory for a process of another user: root creates it and gives it to that user, for an agent
// that does not run as root.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "base/result.h"

namespace headgate::local {

struct Owner {
  uid_t user = 0;
  gid_t group = 0;
};

// Creates the directory and the missing ones above it, which everybody may then pass through. Gives it and
// everything in it to `owner`, who may write there from then on. Follows no link below it, and skips files
// that have another name elsewhere. A second call changes nothing.
Result<> give_directory(const std::string& path, Owner owner);

// Says in an error's words who owns a directory that we may not use, and what to do. `path` and those above
// it need not exist. `command` prepares it when root runs it.
std::string why_not_ours(const std::string& path, std::string_view command);

}  // namespace headgate::local
