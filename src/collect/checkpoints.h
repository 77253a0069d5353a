// What will never be read again: per log file, the position up to which its lines are in the store. One small
// file, replaced whole (written, synced, renamed, directory synced), so that power loss leaves the old one or
// the new one.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "collect/batch_manifest.h"
#include "collect/position.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it.
class Checkpoints {
 public:
  static constexpr std::size_t kFileBytesMax = 256U << 20U;

  // Reads <directory>/checkpoints; none is a fresh start. A damaged one is Fault::Invalid: an operator
  // decides, for going on without it would send everything again.
  static Result<Checkpoints> open(Disk& disk, std::string directory);

  // A batch was sealed: find() knows its positions from now on, store() does not write them. What the spool
  // holds is taken from the spool when the agent starts again.
  void note_sealed(const BatchManifest& batch);
  // Its object is stored: its positions are written by the next store(), where no later batch's were.
  void confirm(const BatchManifest& batch);
  // The entry for a file that begins with `first_bytes`; nullptr when there is none or it is of another file
  // that had the inode before.
  const CoveredFile* find(FileId id, std::string_view first_bytes) const;
  // Drops the entries of files for which `is_gone`.
  template <typename Predicate>
  void forget_if(Predicate is_gone) {
    const auto gone = [&](const auto& entry) { return is_gone(entry.first); };
    is_changed_ = std::erase_if(confirmed_, gone) > 0 || is_changed_;
    std::erase_if(sealed_, gone);
  }
  std::uint64_t highest_sequence() const;

  // Writes if anything changed since the last time.
  Result<> store();

 private:
  struct Entry {
    std::uint64_t sequence = 0;  // of the batch it came from
    CoveredFile file;
  };
  Checkpoints(Disk& disk, std::string directory) : disk_(&disk), directory_(std::move(directory)) {}
  Result<> read(std::string_view text);

  Disk* disk_;
  std::string directory_;
  using Entries = std::map<FileId, Entry>;
  static bool take(Entries& entries, const BatchManifest& batch);
  std::map<FileId, Entry> confirmed_;
  std::map<FileId, Entry> sealed_;  // ahead of confirmed_
  bool is_changed_ = false;
};

}  // namespace headgate::collect
