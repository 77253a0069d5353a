// Where batches are written and wait for the store: <data>/spool/. A batch is written to <n>.open and
// becomes, in one rename, <n>.batch: the object's bytes, then its manifest. From then on its lines are ours,
// whatever happens to the log files.
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
#include "collect/batch/batch_manifest.h"
#include "ports/disk.h"

namespace headgate::collect {

// The object bytes of one batch, being written.
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

// A sealed batch, open for reading: its object bytes in order, checked against the manifest's checksum at the
// end.
class SealedBatch : public ByteSource {
 public:
  SealedBatch(std::unique_ptr<ReadableFile> file, BatchManifest manifest)
      : file_(std::move(file)), manifest_(std::move(manifest)) {}
  const BatchManifest& manifest() const { return manifest_; }
  // Fault::Invalid at the end when the bytes are not those that were sealed.
  Result<std::size_t> read(std::span<char> into) override;

 private:
  std::unique_ptr<ReadableFile> file_;
  BatchManifest manifest_;
  std::uint64_t offset_ = 0;
  std::uint32_t crc32c_ = 0;
};

// The batch of that sequence in a spool directory. Any thread. Fault::Invalid when it is damaged, NotFound
// when it is not there.
Result<SealedBatch> open_sealed_batch(Disk& disk, const std::string& directory, std::uint64_t sequence);

// The collect thread owns it.
// Order of writing, so that power loss at any point leaves a batch whole or absent: object bytes, manifest,
// sync file, rename, sync directory. Nothing is acted on (no upload, no checkpoint) before the last of these.
class Spool {
 public:
  struct Options {
    std::string directory;
    std::uint64_t bytes_max = 10ULL << 30U;      // of all batches: open, sealed and put aside
    std::uint64_t free_bytes_min = 1ULL << 30U;  // left on the file system
  };

  // Takes up what an earlier run left: sealed batches stay, unfinished ones go (their lines are still in the
  // log files), damaged ones are renamed to <n>.damaged, kept and counted. New batches get sequences above
  // `highest_known` (of the checkpoints), so that they supersede what those remember.
  static Result<Spool> open(Disk& disk, Options options, std::uint64_t highest_known);

  // The number of a batch that there will never be: above those of all that were sealed, below later ones'.
  std::uint64_t take_sequence() { return next_sequence_++; }

  // The sealed batches found at open(), ascending. Their positions overlay the checkpoint.
  std::vector<std::uint64_t> sequences() const;

  Result<SpoolFile> create();
  Result<> append(SpoolFile& file, std::string_view bytes);
  // Commits `file` as a batch. Fills in the manifest's sequence, object_bytes and object_crc32c. On an error
  // nothing was sealed, or (Fault::Retry after the rename) it may be: discard() of the sequence then decides
  // it.
  Result<BatchManifest> seal(SpoolFile file, BatchManifest manifest);
  // Drops an unfinished file.
  void discard(SpoolFile file);

  // Once the object is stored and the checkpoint knows it.
  Result<> remove(std::uint64_t sequence);
  // Puts a damaged batch aside, or forgets one that is gone.
  Result<> set_aside(std::uint64_t sequence);
  // Lines of the batches that were put aside since the last call, open() included: no one will upload them.
  // Of a batch that cannot say how many it has, 1.
  std::uint64_t take_lines_aside() { return std::exchange(lines_aside_, 0); }

  const std::string& directory() const { return options_.directory; }
  std::uint64_t bytes() const { return bytes_ + open_bytes_ + aside_bytes_; }
  // There is nothing whose upload would make room, and there would be if what is open were sealed.
  bool is_full_of_open() const { return batches_.empty() && open_bytes_ > 0; }
  std::uint64_t damaged() const { return aside_.size(); }
  // How much more may be written: up to both limits. 0: no batch may be begun. Asks the file system.
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
  std::optional<std::uint64_t> failed_;             // a sequence that must not be there, and may be
  std::map<std::uint64_t, std::uint64_t> batches_;  // sequence -> bytes of the file
};

}  // namespace headgate::collect
