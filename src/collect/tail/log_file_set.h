// The log files of one container: which there are, how they follow each other, and what was lost. It knows
// the files by their content through renames, compression, copies and truncation; container_tail.h reads
// them.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "collect/progress/checkpoints.h"
#include "collect/tail/gzip_content.h"
#include "collect/tail/link_rotations.h"
#include "collect/tail/pod_log_directory.h"
#include "collect/tail/record_assembler.h"
#include "collect/tail/tailed_file.h"
#include "collect/tail/unopened_files.h"
#include "ports/disk.h"
#include "ports/linked_files.h"

namespace headgate::collect {

// The collect thread owns it. Memory: an entry for each file that is read, and a few words for each that is
// not opened yet.
class LogFileSet {
 public:
  // All outlive it. `assembler` knows which lines that were read are in no batch yet. Without `links`,
  // nothing is known of files beside those behind links.
  LogFileSet(Disk& disk, Decompressors& decompressors, const RecordAssembler& assembler, LinkedFiles* links)
      : disk_(disk), decompressors_(decompressors), assembler_(assembler), links_(links) {}

  // What a listing of the container's directory shows. `checkpoints` are asked about files not seen before.
  // At most `opened_max` files are opened; the rest wait, and the result is stale.
  struct ScanResult {
    std::vector<Error> unreadable;  // single files; the others are taken
    bool is_stale = false;          // files moved meanwhile, or one cannot be opened now: list again soon
  };
  ScanResult see(const SeenContainer& seen, const Checkpoints& checkpoints,
                 std::size_t opened_max = SIZE_MAX);
  // The directory is gone.
  void see_nothing();
  // Runs of the container with lower numbers have ended: their files get no more lines.
  void note_runs_ended(std::uint32_t runs) { runs_ended_ = runs; }

  // The files, oldest first. A truncated file and the one that follows it are two.
  std::size_t size() const { return files_.size(); }
  TailedFile& operator[](std::size_t index) { return files_[index]; }
  const TailedFile& operator[](std::size_t index) const { return files_[index]; }
  auto begin() { return files_.begin(); }
  auto end() { return files_.end(); }
  auto begin() const { return files_.begin(); }
  auto end() const { return files_.end(); }
  // The runtime may still write to it. A deleted file counts too, as long as there is no later one, its
  // directory is there and its run has not ended.
  bool is_written(std::size_t index) const;
  // An older file could not be opened yet. Records can continue from it into this one, which has to wait.
  bool must_wait(std::size_t index) const { return missing_ && is_older(*missing_, files_[index].name()); }
  // The last file of run `restart` or earlier (without it: of all), if nothing more is written to it; else
  // nullptr. Later runs may have files in which nothing was found yet.
  const TailedFile* end_of_run(std::optional<std::uint32_t> restart) const;
  // The number of the oldest file's run. There is one.
  std::uint32_t first_run() const { return files_.front().name().restart; }
  // The file at `index` was truncated: it is split into what it held, at `index`, and what it holds now,
  // after.
  void split_truncated(std::size_t index);
  // Closes files that are read and wholly in sealed batches, and forgets those that are gone.
  void drop_done();

  // No file is left, and the last listing could open all there were.
  bool is_done() const { return files_.empty() && !is_stale_; }
  bool is_stale() const { return is_stale_; }
  // There is something to read, as far as the last listing and the last read tell.
  bool has_unread() const;
  // The newest file was deleted, and the container may still write to it, which no event tells.
  bool is_polled() const;
  // Bytes that were not read, as of the last listing.
  std::uint64_t unread_bytes() const;
  // How each file begins; nothing when the last listing had a file that could not be opened.
  std::optional<std::vector<std::string_view>> beginnings() const;

  // How many files are open.
  std::size_t open_files() const;
  // Closes files that are wholly in sealed batches. Reading opens them again; what is written to one that is
  // deleted meanwhile is lost.
  void close_spent();
  // Open files that were deleted: they take space on the disk until they are closed.
  struct Deleted {
    std::uint64_t bytes = 0;
    std::int64_t oldest_ns = INT64_MAX;  // the earliest of the times when each was last written
  };
  Deleted deleted() const;
  // Closes the deleted file that was written longest ago. Its unread lines are lost, and counted as far as
  // they can be. `buffer` is scratch space.
  struct Released {
    std::uint64_t bytes = 0;
    std::uint64_t lines = 0;
  };
  Released release_oldest_deleted(std::span<char> buffer);

  // Each counts since its last call.
  // Files that were truncated and written anew.
  std::uint64_t take_truncations() { return std::exchange(truncations_, 0); }
  // Files deleted before all bytes that we knew of were read.
  std::uint64_t take_files_lost() { return std::exchange(files_lost_, 0); }
  // The same when the directory is gone: also the files that were never opened.
  std::uint64_t take_all_lost() { return take_files_lost() + unopened_.end(); }
  // Files that may have been written and rotated behind a link without being seen.
  LostBehindLink take_lost_behind_links() { return std::exchange(lost_behind_links_, {}); }

 private:
  // Opens files not seen before. Returns those that were not opened.
  std::vector<const SeenFile*> see_unknown(const std::vector<const SeenFile*>& unknown,
                                           const Checkpoints& checkpoints, std::size_t opened_max,
                                           ScanResult& result);
  void count_unopened(const SeenContainer& seen, std::vector<const SeenFile*> unopened,
                      const Checkpoints& checkpoints);
  Result<> adopt(TailedFile opened, const SeenFile& listed, const Checkpoints& checkpoints,
                 ScanResult& result);
  Result<bool> is_known_content(TailedFile& opened, const SeenFile& listed, const Checkpoints& checkpoints);
  Result<Relation> relation_to(std::size_t index, const TailedFile& opened, const SeenFile& listed);
  void note_behind_link(const TailedFile& opened, const Checkpoints& checkpoints, ScanResult& result);

  Disk& disk_;
  Decompressors& decompressors_;
  const RecordAssembler& assembler_;
  LinkedFiles* const links_;
  std::vector<TailedFile> files_;  // oldest first
  std::uint64_t next_number_ = 1;
  bool is_directory_there_ = false;
  std::uint32_t runs_ended_ = 0;
  bool is_stale_ = false;               // there may be later files than are known
  bool are_all_known_ = false;          // of those that were listed
  std::optional<LogFileName> missing_;  // could not be opened now: later files wait for it
  std::uint64_t unopened_bytes_ = 0;
  UnopenedFiles unopened_;
  std::uint64_t truncations_ = 0;
  std::uint64_t files_lost_ = 0;
  LostBehindLink lost_behind_links_;
};

}  // namespace headgate::collect
