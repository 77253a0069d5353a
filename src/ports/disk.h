// The node's file system: log files that a runtime writes, and our own data directory. Our own files survive
// power loss only after sync() of the file and, for names, sync_directory(): the simulated disk forgets what
// was not synced.
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

// Which file it is, whatever it is called now.
struct FileId {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  friend auto operator<=>(const FileId&, const FileId&) = default;
};

struct FileStat {
  FileId id;
  std::uint64_t bytes = 0;
  std::uint64_t links = 1;  // 0: unlinked, and only open descriptors still see it
  std::int64_t modified_ns = 0;
};

enum class EntryKind : std::uint8_t { File, Directory, Other };
struct DirectoryEntry {
  std::string name;
  EntryKind kind = EntryKind::File;  // symbolic links are followed, or are Other
  bool is_link = false;              // and was followed: changes of its target are not told of
};

// An open file to read at any offset. One thread at a time.
class ReadableFile {
 public:
  virtual ~ReadableFile() = default;
  // 0 at or beyond the end.
  virtual Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  virtual Result<FileStat> stat() = 0;
};

// An open file to append to. One thread at a time. Closed when it goes; what was not synced may then be lost.
class WritableFile : public ByteSink {
 public:
  virtual Result<> sync() = 0;
};

// Any thread. Paths are absolute or relative to the process.
class Disk {
 public:
  virtual ~Disk() = default;
  virtual Result<std::unique_ptr<ReadableFile>> open(const std::string& path) = 0;
  // Empty, whether or not it existed.
  virtual Result<std::unique_ptr<WritableFile>> create(const std::string& path) = 0;
  virtual Result<FileStat> stat(const std::string& path) = 0;
  // Unsorted. NotFound when there is no such directory.
  virtual Result<std::vector<DirectoryEntry>> list(const std::string& directory) = 0;
  // Those that it makes are synced; one that was there may not be, when who made it crashed.
  virtual Result<> make_directories(const std::string& directory) = 0;
  // Replaces `to` in one step.
  virtual Result<> rename(const std::string& from, const std::string& to) = 0;
  virtual Result<> remove(const std::string& path) = 0;
  virtual Result<> sync_directory(const std::string& directory) = 0;
  virtual Result<std::uint64_t> free_bytes(const std::string& directory) = 0;
};

}  // namespace headgate
