// What lies beside a log file that is reached through a link: a link shows one file, and its runtime (Docker)
// renames that file and writes another one under its name, out of sight of who looks at the link.
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

// Any thread.
class LinkedFiles {
 public:
  static constexpr std::size_t kFilesMax = 64;
  virtual ~LinkedFiles() = default;
  // The files in the directory of the file that `path` leads to whose names begin with its name and a dot, at
  // most kFilesMax; those that may not be opened are left out.
  virtual Result<std::vector<FileBeside>> beside_target(const std::string& path) = 0;
};

}  // namespace headgate
