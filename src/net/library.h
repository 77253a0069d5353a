// The HTTP library, made ready once for the whole process.
#pragma once

#include "base/result.h"

namespace headgate::net {

// Make one in main() before any thread starts, and let it go after the last client. Clients ask for it so
// that none can be made without.
// SIGPIPE is ignored from then on.
class Library {
 public:
  static Result<Library> open();
  Library(Library&& other) noexcept;
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;
  Library& operator=(Library&&) = delete;
  ~Library();

 private:
  Library() = default;
  bool is_ours_ = true;  // to clean up
};

}  // namespace headgate::net
