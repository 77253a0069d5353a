// Files that grow by whole lines, several at a time.
// Tests: src/local/file_log_sink_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/mutex.h"
#include "base/recently_used.h"
#include "base/result.h"
#include "local/posix_file.h"

namespace headgate::local {

// Thread-safe; for one process. Each append() is one write. If it fails (a full disk), all of it is removed
// again.
class AppendFile {
 public:
  // A last line without an end is cut off when the file is opened: a crash interrupted it, and its lines will
  // come again. If it is longer than any line of ours (16 MiB), the file is not ours: Fault::Invalid.
  static constexpr std::uint64_t kTornBytesMax = 16ULL << 20U;
  static Result<std::unique_ptr<AppendFile>> open(const std::string& path);

  // Fault::NotFound if the file was deleted after it was opened, since nobody would see the lines.
  Result<> append(std::string_view lines, Syncing syncing);

 private:
  AppendFile(std::string path, FileDescriptor file);
  Result<> cut_to(std::uint64_t bytes);

  const std::string path_;
  const FileDescriptor file_;
  Mutex mutex_;                                       // also keeps writes in order
  bool is_torn_ GUARDED_BY(mutex_) = false;           // a failed write could not be removed again
  std::uint64_t whole_bytes_ GUARDED_BY(mutex_) = 0;  // then only this many bytes are valid
};

// The open files, at most `open_max`. Thread-safe.
class AppendFiles {
 public:
  explicit AppendFiles(std::size_t open_max) : open_(open_max) {}

  // Fault::NotFound if there is no such file, as from AppendFile.
  Result<> append(const std::string& path, std::string_view lines, Syncing syncing);
  std::size_t open_count() const;

 private:
  Result<std::shared_ptr<AppendFile>> file_at(const std::string& path);

  mutable Mutex mutex_;
  RecentlyUsed<AppendFile> open_ GUARDED_BY(mutex_);
};

}  // namespace headgate::local
