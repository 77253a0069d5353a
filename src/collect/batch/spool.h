// Where batches are written and wait for the store: <data>/spool/. A batch is written to <n>.open and becomes
// <n>.batch in one rename: the object's bytes, then its manifest. From then on its lines are safe, whatever
// happens to the log files.
// Tests: tests/sim/uploading_test.cc, tests/sim/power_loss_test.cc
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "base/byte_source.h"
#include "base/result.h"
#include "collect/progress/batch_manifest.h"
#include "ports/disk.h"

namespace headgate::collect {

// The object bytes of one batch that is being written.
class SpoolFile {
 public:
  SpoolFile(std::unique_ptr<WritableFile> file, std::string path)
      : file_(std::move(file)), path_(std::move(path)) {}
  std::uint64_t bytes() const { return bytes_; }
  std::uint32_t crc32c() const { return crc32c_; }

 private:
  friend class Spool;
  std::unique_ptr<WritableFile> file_;
  std::string path_;
  std::uint64_t bytes_ = 0;
  std::uint32_t crc32c_ = 0;
};

// A sealed batch that is open for reading: its object bytes in order. The manifest's checksum is checked at
// the end.
class SealedBatch : public ByteSource {
 public:
  SealedBatch(std::unique_ptr<ReadableFile> file, BatchManifest manifest)
      : file_(std::move(file)), manifest_(std::move(manifest)) {}
  const BatchManifest& manifest() const { return manifest_; }
  // Fault::Invalid at the end if the bytes are not those that were sealed.
  Result<std::size_t> read(std::span<char> into) override;

 private:
  std::unique_ptr<ReadableFile> file_;
  BatchManifest manifest_;
  std::uint64_t offset_ = 0;
  std::uint32_t crc32c_ = 0;
};

// Opens the batch with that sequence in a spool directory. Any thread. Fault::Invalid: it is damaged.
// NotFound: there is no such batch.
Result<SealedBatch> open_sealed_batch(Disk& disk, const std::string& directory, std::uint64_t sequence);

// The collect thread owns it.
// Order of writing, so that power loss at any point leaves a batch whole or absent: object bytes, manifest,
// sync file, rename, sync directory. No upload and no checkpoint happens before the last of these.
class Spool {
 public:
  struct Options {
    std::string directory;
    std::uint64_t bytes_max = 10ULL << 30U;      // of all batches: open, sealed and put aside
    std::uint64_t free_bytes_min = 1ULL << 30U;  // left on the file system
  };

  // Takes over what an earlier run left. Sealed batches stay. Unfinished ones are deleted: their lines are
  // still in the log files. Damaged ones are renamed to <n>.damaged, kept and counted. New batches get
  // sequences above `highest_known` (of the checkpoints), so that their positions supersede those of the
  // checkpoints.
  static Result<Spool> open(Disk& disk, Options options, std::uint64_t highest_known);

  // A sequence that no batch will have: above those of all sealed batches, and below those of later ones.
  std::uint64_t take_sequence() { return next_sequence_++; }

  // The sealed batches found at open(), ascending. Their positions supersede the checkpoints.
  std::vector<std::uint64_t> sequences() const;

  Result<SpoolFile> create();
  Result<> append(SpoolFile& file, std::string_view bytes);
  // Commits `file` as a batch. Fills in the manifest's sequence, object_bytes and object_crc32c. After an
  // error nothing is sealed: a rename that may have happened is undone before the next batch is written.
  Result<BatchManifest> seal(SpoolFile file, BatchManifest manifest);
  // Deletes an unfinished file.
  void discard(SpoolFile file);

  // Deletes a batch whose object is stored and whose positions are in the checkpoints.
  Result<> remove(std::uint64_t sequence);
  // Renames a damaged batch to <n>.damaged, or forgets one whose file is gone.
  Result<> set_aside(std::uint64_t sequence);
  // Lines of the batches that were put aside since the last call, or by open(): nobody will upload them. A
  // batch whose manifest cannot be read counts as 1 line.
  std::uint64_t take_lines_aside() { return std::exchange(lines_aside_, 0); }

  const std::string& directory() const { return options_.directory; }
  std::uint64_t bytes() const { return bytes_ + open_bytes_ + aside_bytes_; }
  // No sealed batch is left whose upload would make room, but there are open ones to seal.
  bool is_full_of_open() const { return batches_.empty() && open_bytes_ > 0; }
  std::uint64_t damaged() const { return aside_.size(); }
  // How many more bytes may be written within both limits. 0: no batch may be begun. Asks the file system.
  Result<std::uint64_t> room();

 private:
  Spool(Disk& disk, Options options) : disk_(&disk), options_(std::move(options)) {}
  std::string path_of(std::uint64_t number, std::string_view suffix) const;
  Result<> take_up(const std::vector<DirectoryEntry>& entries);
  Result<> write(SpoolFile& file, std::string_view manifest, const std::string& sealed_path);
  Result<> undo_failed();
  Result<> look_aside();

  Disk* disk_;
  Options options_;
  std::uint64_t next_sequence_ = 1;
  std::uint64_t next_open_ = 1;
  std::uint64_t bytes_ = 0;  // of batches_
  std::uint64_t open_bytes_ = 0;
  std::uint64_t aside_bytes_ = 0;
  std::uint64_t lines_aside_ = 0;
  std::set<std::uint64_t> aside_;                   // sequences of <n>.damaged
  std::optional<std::uint64_t> failed_;             // a sequence whose file may exist and must not
  std::map<std::uint64_t, std::uint64_t> batches_;  // sequence -> bytes of the file
};

}  // namespace headgate::collect
