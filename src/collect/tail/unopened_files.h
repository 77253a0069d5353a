// A container's log files that were listed and could not be opened yet: one that is gone before it ever was
// is known to be lost, and nothing else would tell.
// Tests: tests/sim/odd_files_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "collect/tail/pod_log_directory.h"

namespace headgate::collect {

// The collect thread owns it. Pure. As many entries as the directory has files.
class UnopenedFiles {
 public:
  // `listed` is all that there is now, `unopened` those of them that hold something and are not opened.
  // Returns how many are gone since: not there under any name, twice in a row (a file that is renamed while
  // its directory is listed can be missing once), nor in a new archive, as far as names can tell.
  std::uint64_t see(const std::vector<SeenFile>& listed, const std::vector<const SeenFile*>& unopened);
  // The directory is gone, and all of them with it. How many that is.
  std::uint64_t end() { return std::exchange(files_, {}).size(); }

 private:
  struct File {
    FileId id;
    std::uint32_t restart = 0;
    std::string newest_archive;  // of its restart, when the file was last there; empty: none
    bool is_missed = false;
  };
  std::vector<File> files_;
};

}  // namespace headgate::collect
