// One log file being read: where we are in it, and which bytes of it are in sealed batches.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/deadline.h"
#include "base/result.h"
#include "collect/cri_line.h"
#include "collect/pod_log_directory.h"
#include "collect/position.h"
#include "collect/record_assembler.h"
#include "ports/disk.h"

namespace headgate::collect {

// The collect thread owns it.
class TailedFile {
 public:
  // Opens the file and learns its fingerprint. Reading starts at its begin until resume().
  static Result<TailedFile> open(Disk& disk, const SeenFile& seen, std::uint64_t number);

  const std::string& first_bytes() const { return first_bytes_; }
  // Goes on after what sealed batches hold of it.
  void resume(const FilePosition& position);
  // Forgets all that was read since the last commit.
  void rewind() { resume(FilePosition(committed_)); }
  // Whether the file is now shorter than what was read: it was truncated and is written anew, from its begin.
  Result<bool> restart_if_truncated();

  // Reads once, at most `buffer`, and gives whole lines' bytes; empty at the end of the file (for now). A
  // line that does not fit the buffer comes in pieces: then `is_piece`.
  struct Chunk {
    std::string_view bytes;    // whole lines with their newlines, or one piece of a long line
    std::uint64_t offset = 0;  // of the first byte
    bool is_piece = false;
    bool ends_line = true;  // of a piece: it is the last of its line
  };
  Result<Chunk> read(std::span<char> buffer);
  // The unterminated rest at the end of a file that will not grow, as a chunk without a newline.
  Result<Chunk> read_rest(std::span<char> buffer);

  // Whether a line of that stream at `offset` is in a batch already; tells the assembler when a record begins
  // that is partly.
  bool is_taken(Stream stream, std::uint64_t offset, RecordAssembler& assembler);
  bool may_be_taken(std::uint64_t offset) const { return offset < taken_until_; }

  // The header of the long line whose pieces are being read.
  std::optional<CriLine> long_line;
  bool long_line_is_damaged = false;

  std::uint64_t number() const { return number_; }
  FileId id() const { return id_; }
  std::uint64_t offset() const { return offset_; }
  FilePosition position(const RecordAssembler& assembler) const;
  bool is_committed(const RecordAssembler& assembler) const { return position(assembler) == committed_; }
  // All of it that was read is in sealed batches: nothing would be lost if it vanished now.
  bool is_spent(const RecordAssembler& assembler) const {
    return is_committed(assembler) && committed_.lowest_offset() == offset_;
  }
  // What a batch sealed now covers of it.
  Result<CoveredFile> cover(const RecordAssembler& assembler);
  void commit(const RecordAssembler& assembler) { committed_ = position(assembler); }

  // Closed files cost no descriptor; read() opens again, and begins anew if another file has the inode by
  // then.
  void close() { file_.reset(); }
  bool is_open() const { return file_ != nullptr; }

  LogFileName name;
  std::string path;
  // Its name was there at the last scan, or is missing for the first time: a file that is renamed while its
  // directory is listed can be missing from the list.
  bool is_listed() const { return scans_missed <= 1; }
  std::uint32_t scans_missed = 0;
  SteadyTime quiet_since;  // when its end was first found where it still is

 private:
  TailedFile(Disk& disk, const SeenFile& seen, std::uint64_t number)
      : name(seen.name), path(seen.path), disk_(&disk), number_(number), id_(seen.stat.id) {}
  Result<> learn_first_bytes();
  Result<> open_again();

  Disk* disk_;
  std::uint64_t number_;
  FileId id_;
  std::string first_bytes_;
  std::unique_ptr<ReadableFile> file_;
  std::uint64_t offset_ = 0;
  FilePosition committed_;
  FilePosition taken_;             // at the last resume
  std::uint64_t taken_until_ = 0;  // beyond it taken_ says nothing
};

}  // namespace headgate::collect
