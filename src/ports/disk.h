// The node's file system: log files that the container runtime writes, and our own data directory. Our own
// files survive a power loss only after sync() of the file and, for their names, sync_directory(). The
// simulated disk forgets what was not synced.
// Tests: tests/conformance/disk.h
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/byte_sink.h"
#include "base/result.h"

namespace headgate {

// Identifies a file, whatever its current name is.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

struct FileStat {
  FileId id;
  std::uint64_t bytes = 0;
  std::uint64_t links = 1;  // 0 if the file was deleted, so that only open descriptors still reach it
  std::int64_t modified_ns = 0;
};

enum class EntryKind : std::uint8_t { File, Directory, Other };
struct DirectoryEntry {
  std::string name;
  EntryKind kind = EntryKind::File;  // the target's kind for a symbolic link, or Other
  bool is_link = false;  // a symbolic link that was followed; changes of its target are not reported
};

// An open file for reading at any offset. For one thread at a time.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // Returns 0 at or beyond the end of the file.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  virtual Result<FileStat> stat() = 0;
};

// An open file for appending. For one thread at a time. The destructor closes it; bytes that were not synced
// may then be lost.
class WritableFile : public ByteSink {
 public:
  virtual Result<> sync() = 0;
};

// Thread-safe. Paths are absolute, or relative to the working directory.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
  // Creates an empty file, or empties an existing one.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  virtual Result<FileStat> stat(const std::string& path) = 0;
  // The entries in no order. Fault::NotFound if the directory does not exist.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
  // Directories that it creates are synced. One that exists may not be, if the process that created it
  // crashed.
  virtual Result<> make_directories(const std::string& directory) = 0;
  // Replaces `to` in one step.
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<> remove(const std::string& path) = 0;
  virtual Result<> sync_directory(const std::string& directory) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
};

}  // namespace headgate
