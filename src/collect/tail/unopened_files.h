// A container's log files that were listed and could not be opened yet. If such a file is deleted, its lines
// are lost, and nothing else would notice.
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
  // `listed` are all files that exist now, `unopened` those of them that are not empty and not opened.
  // Returns how many are gone since the last call: twice in a row they were listed under no name, and no new
  // archive was listed. Once is not enough: a file that is renamed while its directory is listed can be
  // missing from the list.
  std::uint64_t see(const std::vector<SeenFile>& listed, const std::vector<const SeenFile*>& unopened);
  // The directory is gone with all of them. Returns how many they were.
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
