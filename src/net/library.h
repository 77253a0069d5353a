// Initializes the HTTP library once for the whole process.
// Tests: src/net/http_client_test.cc
#pragma once

#include "base/result.h"

namespace headgate::net {

// Create one in main() before any thread starts, and destroy it after the last client. Clients require it, so
// that none can be created without.
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
  bool is_ours_ = true;  // whether the destructor must clean up
};

}  // namespace headgate::net
