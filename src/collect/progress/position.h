// How far a log file has been read: what a sealed batch covers and what a checkpoint remembers.
// Both streams of a container are in one file, and a line of one stream may be in pieces between lines of the
// other. So each stream has its own position: after a resume, lines of a stream that begin before its
// position are skipped.
// Tests: src/collect/progress/batch_manifest_test.cc, tests/sim/power_loss_test.cc
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"
#include "model/record.h"
#include "model/time/timestamp.h"
#include "ports/disk.h"

namespace headgate::collect {

// All lines of the stream before `offset` are in batches. A record over the size limit can be partly in one:
// then `offset` is that of its first line, and its first `bytes_taken` bytes are in a batch, as `parts_taken`
// parts.
struct StreamPosition {
  std::uint64_t offset = 0;
  std::uint64_t bytes_taken = 0;
  std::uint32_t parts_taken = 0;
  friend bool operator==(const StreamPosition&, const StreamPosition&) = default;
};

struct FilePosition {
  std::array<StreamPosition, 2> streams;  // by Stream
  StreamPosition& of(Stream stream) { return streams[static_cast<std::size_t>(stream)]; }
  const StreamPosition& of(Stream stream) const { return streams[static_cast<std::size_t>(stream)]; }
  // Where reading resumes.
  std::uint64_t lowest_offset() const;
  friend bool operator==(const FilePosition&, const FilePosition&) = default;
};

// Of two positions in one file, the further one for each stream.
FilePosition furthest(const FilePosition& left, const FilePosition& right);

// A hash of the first bytes of a file: tells it from another file that got its inode later.
struct Fingerprint {
  static constexpr std::uint32_t kBytesMax = 256;
  std::uint32_t bytes = 0;  // how many were hashed; 0 fits every file
  std::uint64_t hash = 0;

  static Fingerprint of(std::string_view first_bytes);
  // Whether a file that begins with `first_bytes` (kBytesMax of them, or all it has) can be this one.
  bool fits(std::string_view first_bytes) const;
  friend bool operator==(const Fingerprint&, const Fingerprint&) = default;
};

struct CoveredFile {
  static constexpr std::size_t kEndBytesMax = 64;
  FileId id;
  Fingerprint fingerprint;
  FilePosition position;
  std::string path;  // where it was last seen
  // Fewer of its first bytes: a file that a power loss shortened may still have these.
  static constexpr std::size_t kBeginBytesMax = 32;
  Fingerprint begin = {};
  // How far the file had been read, and the last bytes before that: after a power loss the file may end
  // differently (resume_point.h). 0 where it is not known: for gzipped files, and in what earlier versions
  // wrote.
  std::uint64_t end_offset = 0;
  Fingerprint end = {};
  // By stream: lines with later times are in no batch. 0: it is not known.
  std::array<Timestamp, 2> until = {};
  friend bool operator==(const CoveredFile&, const CoveredFile&) = default;
};

// One line, as docs/contributing/formats/spool.md says:
//   file <device> <inode> <fingerprint bytes> <fingerprint hash> {<offset> <bytes taken> <parts taken>}x2
//   <path, %-encoded> <begin bytes> <begin hash> <end offset> <end bytes> <end hash> {<until>}x2
// Version 1 ended with the path.
void append_line(std::string& text, const CoveredFile& file);
Result<CoveredFile> parse_covered_file(std::string_view line);

}  // namespace headgate::collect
