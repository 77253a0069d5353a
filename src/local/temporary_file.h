// A file that is being written and has no name yet that anyone looks at.
#pragma once

#include <string>

#include "base/file_descriptor.h"
#include "base/result.h"
#include "ports/random.h"

namespace headgate::local {

// Removed when it goes, unless its name was taken away by then (renamed). One thread. It holds a flock on
// itself, by which sweep_temporaries() knows that somebody still writes it.
class TemporaryFile {
 public:
  // In a directory that is there.
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
  // Fails when there is something at `to`, also if that came this instant.
  Result<> link_to(const std::string& to);

 private:
  TemporaryFile(std::string path, FileDescriptor file);

  std::string path_;  // empty once it has another name
  FileDescriptor file_;
};

// Removes what killed processes left in a directory of temporary files.
Result<> sweep_temporaries(const std::string& directory);

}  // namespace headgate::local
