// What will never be read again: per log file, the position up to which its lines are in the store. One small
// file, replaced whole (written, synced, renamed, directory synced), so that power loss leaves the old one or
// the new one.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/batch/batch_manifest.h"
#include "collect/position.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it.
// Files are known by what they are (device, inode, first bytes), never by name. An inode that is used again
// does not wipe out what is known of the file that had it: that may be waiting under another inode, gzipped.
class Checkpoints {
 public:
  static constexpr std::size_t kFileBytesMax = 256U << 20U;
  // Of files that are no longer there under any name, kept for each directory: the most recent.
  static constexpr std::size_t kVanishedMax = 8;
  // A file that is renamed while its directory is listed can be missing from the list: it has vanished when
  // it was missing so many times in a row.
  static constexpr std::uint32_t kAbsencesMin = 3;

  // Reads <directory>/checkpoints; none is a fresh start. A damaged one is Fault::Invalid: an operator
  // decides, for going on without it would send everything again.
  static Result<Checkpoints> open(Disk& disk, std::string directory);
  // There was none, and none was stored: nothing was ever collected into this directory.
  bool is_fresh() const { return is_fresh_; }

  // A batch was sealed: find() knows its positions from now on, store() does not write them. What the spool
  // holds is taken from the spool when the agent starts again.
  void note_sealed(const BatchManifest& batch);
  // Its object is stored: its positions are written by the next store(), where no later batch's were.
  void confirm(const BatchManifest& batch);
  // The file is not to be read before that position, though no batch holds it. `sequence` is above those of
  // all batches that hold lines of it, or 0 when none does.
  void pass_over(const CoveredFile& file, std::uint64_t sequence);
  // Whether lines of a file in that directory were in a batch, as far as entries are kept.
  bool has_collected(std::string_view directory) const;

  // The entry of the file at `path` that begins with `first_bytes`; nullptr when there is none, or it is of
  // another file that had the inode before.
  const CoveredFile* find(std::string_view path, FileId id, std::string_view first_bytes) const;
  // The same by what it says alone, within its directory: the file was compressed or copied, or its device
  // has another number since the machine was started anew. Not that of another restart, which may say the
  // same again.
  const CoveredFile* find_content(std::string_view path, std::string_view first_bytes) const;

  // The same of a file that was cut short of the first bytes that are known of it, and perhaps written on:
  // the latest entry whose `begin` it has.
  const CoveredFile* find_begun(std::string_view path, FileId id, std::string_view first_bytes) const;

  // The latest entry of a file that was at `path`; nullptr when there is none.
  const CoveredFile* find_last_at(std::string_view path) const;

  // Whether an entry says that so many bytes of the file with that inode were taken; it may be of one that
  // had the inode before.
  bool may_hold(std::string_view path, FileId id, std::uint64_t bytes) const;

  // What a whole scan found. Entries of directories that are gone go, and so do the oldest of files that
  // vanished. A file is there that has an entry's device and inode, or what the entry's file said: an archive
  // is known by the entry of the file that was compressed.
  struct Present {
    std::set<FileId> files = {};
    // How each of a directory's files begins. Nothing where not all of them were looked into: none of its
    // entries goes.
    using Beginnings = std::optional<std::vector<std::string_view>>;
    std::map<std::string, Beginnings, std::less<>> directories = {};
    // Those, and what is below them, could not be listed: nothing is known of them.
    std::vector<std::string> hidden = {};
  };
  void forget_absent(const Present& present);
  std::uint64_t highest_sequence() const;
  std::size_t size() const;

  // Writes if anything changed since the last time, or there is none.
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
