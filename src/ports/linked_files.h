// Finds files beside the target of a link. Docker's log file is reached through a link. Docker renames that
// file and writes a new one under its name, which nobody sees who looks at the link alone.
// Tests: src/local/pod_log_disk_test.cc
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "ports/disk.h"

namespace headgate {

struct FileBeside {
  std::string name;
  FileStat stat;
  std::unique_ptr<ReadableFile> file;
};

// Thread-safe.
class LinkedFiles {
 public:
  static constexpr std::size_t kFilesMax = 64;
  virtual ~LinkedFiles() = default;
  // Files in the directory of the target of `path` whose names begin with the target's name and a dot. At
  // most kFilesMax. Files that we may not open are left out.
  virtual Result<std::vector<FileBeside>> beside_target(const std::string& path) = 0;
};

}  // namespace headgate
