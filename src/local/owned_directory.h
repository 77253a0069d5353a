// A directory that a process of another user is going to write: made and given to that user, as root does for
// an agent that is not root.
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

// Makes the directory and those above it that are missing, which anybody may then pass through, and gives it
// and everything in it to `owner`, who may write it from then on. Follows no link below it, and leaves files
// alone that have another name elsewhere. Done twice it changes nothing.
Result<> give_directory(const std::string& path, Owner owner);

// Whose a directory is that we may not use, and what to do: for the words of an error. `path` or what is
// above it need not be there. `command` prepares it when root runs it.
std::string why_not_ours(const std::string& path, std::string_view command);

}  // namespace headgate::local
