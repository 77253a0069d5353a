// A file that is being written under a name that nobody else uses.
// Tests: src/local/directory_store_crash_test.cc
#pragma once

#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "ports/random.h"

namespace headgate::local {

// The destructor removes the file unless it was renamed. For one thread. The file is locked by flock, from
// which sweep_temporaries() knows that somebody still writes it.
class TemporaryFile {
 public:
  // Creates the file in a directory that must exist.
  static Result<TemporaryFile> create(const std::string& directory, Random& random);
  TemporaryFile(TemporaryFile&& other) noexcept;
  TemporaryFile& operator=(TemporaryFile&&) = delete;
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile();

  const std::string& path() const { return path_; }
  int descriptor() const { return file_.get(); }
  // Replaces `to` in one step.
  Result<> rename_to(const std::string& to);
  // Fails if `to` exists, even if it was created at this moment.
  Result<> link_to(const std::string& to);

 private:
  TemporaryFile(std::string path, FileDescriptor file);

  std::string path_;  // empty after it was renamed
  FileDescriptor file_;
};

// Removes files that killed processes left in a directory of temporary files.
Result<> sweep_temporaries(const std::string& directory);

}  // namespace headgate::local
