#include "local/temporary_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "local/posix_file.h"

namespace headgate::local {

Result<TemporaryFile> TemporaryFile::create(const std::string& directory, Random& random) {
  constexpr int kTriesMax = 8;
  for (int attempt = 0; attempt < kTriesMax; ++attempt) {
    std::string path = directory + '/' + random.uuid();
    FileDescriptor file = TRY(open_file(path, O_RDWR | O_CREAT | O_EXCL));
    const bool is_locked = ::flock(file.get(), LOCK_EX | LOCK_NB) == 0;
    // A sweep may have come between the two calls; then the file has no name any more.
    if (is_locked && TRY(stat_of(file.get(), path)).st_nlink > 0) {
      return TemporaryFile(std::move(path), std::move(file));
    }
    ::unlink(path.c_str());
  }
  return Error{Fault::Retry, directory + ": cannot lock a temporary file"};
}

TemporaryFile::TemporaryFile(std::string path, FileDescriptor file)
    : path_(std::move(path)), file_(std::move(file)) {}

TemporaryFile::TemporaryFile(TemporaryFile&& other) noexcept
    : path_(std::exchange(other.path_, {})), file_(std::move(other.file_)) {}

TemporaryFile::~TemporaryFile() {
  if (!path_.empty()) ::unlink(path_.c_str());
}

Result<> TemporaryFile::rename_to(const std::string& to) {
  if (std::rename(path_.c_str(), to.c_str()) != 0) return error_from_errno(errno, to);
  path_.clear();
  return {};
}

Result<> TemporaryFile::link_to(const std::string& to) {
  if (::link(path_.c_str(), to.c_str()) != 0) return error_from_errno(errno, to);
  ::unlink(path_.c_str());  // if that fails, the next sweep does it
  path_.clear();
  return {};
}

Result<> sweep_temporaries(const std::string& directory) {
  for (const DirectoryEntry& entry : TRY(list_directory(directory, Links::Ignore))) {
    const std::string path = directory + '/' + entry.name;
    const Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW);
    if (!file.ok() || ::flock(file->get(), LOCK_EX | LOCK_NB) != 0) continue;
    if (::unlink(path.c_str()) != 0 && errno != ENOENT) return error_from_errno(errno, path);
  }
  return {};
}

}  // namespace headgate::local
