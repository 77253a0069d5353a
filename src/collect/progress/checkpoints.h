// Up to which position the lines of each log file are in the store: they are never read again. It is one
// small file, which is replaced as a whole (written, synced, renamed, directory synced), so that a power loss
// leaves the old one or the new one.
// Tests: tests/sim/tailing_test.cc, tests/sim/restarting_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/progress/batch_manifest.h"
#include "collect/progress/position.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it.
// Files are known by device, inode and first bytes, never by name. When an inode is used again, the entry of
// the file that had it is kept: that file may still have to be read as an archive with another inode.
class Checkpoints {
 public:
  static constexpr std::size_t kFileBytesMax = 256U << 20U;
  // How many entries of files that have no name any more are kept for each directory: the most recent ones.
  static constexpr std::size_t kVanishedMax = 8;
  // A file that is renamed while its directory is listed can be missing from the list. It counts as vanished
  // when it was missing so many times in a row.
  static constexpr std::uint32_t kAbsencesMin = 3;

  // Reads <directory>/checkpoints. No such file is a fresh start. A damaged file is Fault::Invalid, and an
  // operator decides: without it, every line would be sent again.
  static Result<Checkpoints> open(Disk& disk, std::string directory);
  // There was no file, and none was stored since: nothing was ever collected into this directory.
  bool is_fresh() const { return is_fresh_; }

  // A batch was sealed: find() knows its positions from now on, but store() does not write them. When the
  // agent starts again, it learns them from the spool.
  void note_sealed(const BatchManifest& batch);
  // The object of that batch is stored: the next store() writes its positions, unless a later batch's were
  // written.
  void confirm(const BatchManifest& batch);
  // Lines of the file before that position are never read, though no batch holds them. `sequence` is above
  // those of all batches with lines of the file, or 0 when there is none.
  void pass_over(const CoveredFile& file, std::uint64_t sequence);
  // Whether a batch had lines of a file in that directory, as far as entries are kept.
  bool has_collected(std::string_view directory) const;

  // The entry of the file at `path` that begins with `first_bytes`. nullptr when there is none, or when the
  // entry is of another file that had the inode before.
  const CoveredFile* find(std::string_view path, FileId id, std::string_view first_bytes) const;
  // Finds the entry by the first bytes alone, within the file's directory: the file was gzipped or copied, or
  // its device got another number when the machine was restarted. Only files of the same run of the container
  // count, because each run may write the same lines.
  const CoveredFile* find_content(std::string_view path, std::string_view first_bytes) const;

  // Finds the entry of a file that lost some of its known first bytes in a power loss, and was perhaps
  // written to since: the latest entry whose `begin` it has.
  const CoveredFile* find_begun(std::string_view path, FileId id, std::string_view first_bytes) const;

  // The latest entry of a file that was at `path`; nullptr when there is none.
  const CoveredFile* find_last_at(std::string_view path) const;

  // Whether an entry says that so many bytes of the file with that inode are in batches. The entry may be of
  // a file that had the inode before.
  bool may_hold(std::string_view path, FileId id, std::uint64_t bytes) const;

  // What a complete scan found. Forgets the entries of directories that are gone, and the oldest entries of
  // files that vanished. A file is present if one has the entry's device and inode, or its first bytes: an
  // archive is known by the entry of the file that was gzipped.
  struct Present {
    std::set<FileId> files = {};
    // How each file of a directory begins. Empty when not all of them could be opened: all entries of the
    // directory are then kept.
    using Beginnings = std::optional<std::vector<std::string_view>>;
    std::map<std::string, Beginnings, std::less<>> directories = {};
    // Directories that could not be listed: nothing is known of what is in and below them.
    std::vector<std::string> hidden = {};
  };
  void forget_absent(const Present& present);
  std::uint64_t highest_sequence() const;
  std::size_t size() const;

  // Writes the file if anything changed since the last call, or if there is no file.
  Result<> store();

 private:
  struct Entry {
    std::uint64_t sequence = 0;  // of the batch it came from
    CoveredFile file;
    std::uint32_t absences = 0;
  };
  using Entries = std::map<std::string, std::vector<Entry>, std::less<>>;  // by directory

  Checkpoints(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}
  Result<> read(std::string_view text);
  static bool take(Entries& entries, std::uint64_t sequence, const CoveredFile& file);
  static bool forget_absent(Entries& entries, const Present& present);
  template <typename Predicate>
  bool has_entry(std::string_view directory, Predicate is_meant) const;
  template <typename Predicate>
  const CoveredFile* best(std::string_view path, std::string_view first_bytes, Predicate is_candidate) const;

  Disk* disk_;
  std::string directory_;
  Entries confirmed_;
  Entries sealed_;  // ahead of confirmed_
  bool is_changed_ = false;
  bool is_fresh_ = false;
};

}  // namespace headgate::collect
