// Files that grow by whole lines, a batch at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

#include "base/file_descriptor.h"
#include "base/recently_used.h"
#include "base/result.h"
#include "local/posix_file.h"

namespace headgate::local {

// Any thread; one process. A batch is one write; one that fails (a full disk) is taken back whole.
class AppendFile {
 public:
  // A last line without its end is cut off: a crash tore it, and its batch will come again. Invalid when that
  // is longer than any line of ours (16 MiB): the file is something else.
  static constexpr std::uint64_t kTornBytesMax = 16ULL << 20U;
  static Result<std::unique_ptr<AppendFile>> open(const std::string& path);

  // NotFound when the file was deleted since it was opened: nobody would see the lines.
  Result<> append(std::string_view lines, Syncing syncing);

 private:
  AppendFile(std::string path, FileDescriptor file);
  Result<> cut_to(std::uint64_t bytes);

  const std::string path_;
  const FileDescriptor file_;
  std::mutex mutex_;               // guards what follows, and the order of batches
  bool is_torn_ = false;           // a failed batch could not be taken back:
  std::uint64_t whole_bytes_ = 0;  // this many bytes are good
};

// The files that are open, at most `open_max`. Any thread.
class AppendFiles {
 public:
  explicit AppendFiles(std::size_t open_max) : open_(open_max) {}

  // NotFound when there is no such file, as from AppendFile.
  Result<> append(const std::string& path, std::string_view lines, Syncing syncing);
  std::size_t open_count() const;

 private:
  Result<std::shared_ptr<AppendFile>> file_at(const std::string& path);

  mutable std::mutex mutex_;  // guards open_
  RecentlyUsed<AppendFile> open_;
};

}  // namespace headgate::local
