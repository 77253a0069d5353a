#include "collect/tail/unopened_files.h"

#include <algorithm>

namespace headgate::collect {
namespace {

std::string newest_archive(const std::vector<SeenFile>& listed, std::uint32_t restart) {
  std::string newest;
  for (const SeenFile& file : listed) {
    if (file.name.is_gzip && file.name.restart == restart) newest = std::max(newest, file.name.rotated_at);
  }
  return newest;
}

}  // namespace

std::uint64_t UnopenedFiles::see(const std::vector<SeenFile>& listed,
                                 const std::vector<const SeenFile*>& unopened) {
  std::uint64_t gone = 0;
  std::vector<File> still;
  for (File& file : files_) {
    const bool is_there = std::any_of(listed.begin(), listed.end(),
                                      [&](const SeenFile& seen) { return seen.stat.id == file.id; });
    if (is_there || newest_archive(listed, file.restart) > file.newest_archive) continue;
    if (std::exchange(file.is_missed, true)) {
      ++gone;
    } else {
      still.push_back(std::move(file));
    }
  }
  files_ = std::move(still);
  for (const SeenFile* const seen : unopened) {
    files_.push_back({.id = seen->stat.id,
                      .restart = seen->name.restart,
                      .newest_archive = newest_archive(listed, seen->name.restart)});
  }
  return gone;
}

}  // namespace headgate::collect
