#include "local/append_files.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>

namespace headgate::local {
namespace {

// The length up to which a file of `bytes` bytes consists of whole lines; none if its last line is too long.
Result<std::optional<std::uint64_t>> end_of_lines(int descriptor, std::uint64_t bytes,
                                                  const std::string& path) {
  std::array<char, 4096> buffer{};
  std::uint64_t end = bytes;
  while (end > 0) {
    if (bytes - end > AppendFile::kTornBytesMax) return std::optional<std::uint64_t>();
    const std::uint64_t begin = end - std::min<std::uint64_t>(end, buffer.size());
    const std::span<char> chunk = std::span(buffer).first(end - begin);
    const std::size_t taken = TRY(read_at(descriptor, begin, chunk, path));
    if (taken < chunk.size()) return Error{Fault::Retry, path + ": became shorter while it was read"};
    const std::size_t newline = std::string_view(chunk.data(), taken).rfind('\n');
    if (newline != std::string_view::npos) return std::optional(begin + newline + 1);
    end = begin;
  }
  return std::optional<std::uint64_t>(0);
}

}  // namespace

Result<std::unique_ptr<AppendFile>> AppendFile::open(const std::string& path) {
  FileDescriptor descriptor = TRY(open_file(path, O_RDWR | O_APPEND | O_NONBLOCK | O_NOCTTY));
  const struct stat status = TRY(stat_of(descriptor.get(), path));
  if (!S_ISREG(status.st_mode)) return Error{Fault::Invalid, path + ": not a regular file"};
  const auto bytes = static_cast<std::uint64_t>(status.st_size);
  const std::optional<std::uint64_t> whole = TRY(end_of_lines(descriptor.get(), bytes, path));
  if (!whole.has_value())
    return Error{Fault::Invalid, path + ": its last line has no end, so the file is not ours"};
  std::unique_ptr<AppendFile> file(new AppendFile(path, std::move(descriptor)));
  if (*whole < bytes) TRY(file->cut_to(*whole));
  return file;
}

AppendFile::AppendFile(std::string path, FileDescriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

Result<> AppendFile::append(std::string_view lines, Syncing syncing) {
  const MutexLock lock(mutex_);
  const struct stat status = TRY(stat_of(file_.get(), path_));
  if (status.st_nlink == 0) return Error{Fault::NotFound, path_ + ": was deleted"};
  if (is_torn_) {
    TRY(cut_to(whole_bytes_));
    is_torn_ = false;
  } else {
    whole_bytes_ = static_cast<std::uint64_t>(status.st_size);
  }
  Result<> written = write_all(file_.get(), lines, path_);
  if (!written.ok()) {
    is_torn_ = !cut_to(whole_bytes_).ok();
    return written;
  }
  return syncing == Syncing::Yes ? sync_file(file_.get(), path_) : Result<>();
}

Result<> AppendFile::cut_to(std::uint64_t bytes) {
  int outcome = 0;
  do {
    outcome = ::ftruncate(file_.get(), static_cast<off_t>(bytes));
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return error_from_errno(errno, path_);
  return {};
}

Result<> AppendFiles::append(const std::string& path, std::string_view lines, Syncing syncing) {
  const std::shared_ptr<AppendFile> file = TRY(file_at(path));
  Result<> appended = file->append(lines, syncing);
  if (!appended.ok() && appended.error().fault == Fault::NotFound) {
    const MutexLock lock(mutex_);
    open_.forget(path);
  }
  return appended;
}

Result<std::shared_ptr<AppendFile>> AppendFiles::file_at(const std::string& path) {
  // Held while a file is opened, so that no two threads open and cut the same file.
  const MutexLock lock(mutex_);
  std::shared_ptr<AppendFile> file = open_.find(path);
  if (file == nullptr) {
    file = TRY(AppendFile::open(path));
    open_.keep(path, file);
  }
  return file;
}

std::size_t AppendFiles::open_count() const {
  const MutexLock lock(mutex_);
  return open_.size();
}

}  // namespace headgate::local
