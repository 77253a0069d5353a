#include "local/posix_disk.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include <cerrno>
#include <cstdio>
#include <utility>

#include "base/file_descriptor.h"
#include "local/posix_file.h"

namespace headgate::local {
namespace {

class PosixReadableFile : public ReadableFile {
 public:
  PosixReadableFile(FileDescriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return local::read_at(file_.get(), offset, into, path_);
  }
  Result<FileStat> stat() override { return file_stat(TRY(stat_of(file_.get(), path_))); }

 private:
  const FileDescriptor file_;
  const std::string path_;
};

class PosixWritableFile : public WritableFile {
 public:
  PosixWritableFile(FileDescriptor file, std::string path) : file_(std::move(file)), path_(std::move(path)) {}
  Result<> append(std::string_view bytes) override { return write_all(file_.get(), bytes, path_); }
  Result<> sync() override { return sync_file(file_.get(), path_); }

 private:
  const FileDescriptor file_;
  const std::string path_;
};

}  // namespace

FileStat file_stat(const struct stat& status) {
  return FileStat{
      .id = {.device = status.st_dev, .inode = status.st_ino},
      .bytes = static_cast<std::uint64_t>(status.st_size),
      .links = status.st_nlink,
      .modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec,
  };
}

std::unique_ptr<ReadableFile> readable_file(FileDescriptor file, std::string path) {
  return std::make_unique<PosixReadableFile>(std::move(file), std::move(path));
}

Result<std::unique_ptr<ReadableFile>> PosixDisk::open(const std::string& path) {
  // O_NONBLOCK, because opening a pipe would wait for its writer. It has no effect on a regular file.
  FileDescriptor file = TRY(open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  const struct stat status = TRY(stat_of(file.get(), path));
  if (!S_ISREG(status.st_mode)) return Error{Fault::Invalid, path + ": not a regular file"};
  return readable_file(std::move(file), path);
}

Result<std::unique_ptr<WritableFile>> PosixDisk::create(const std::string& path) {
  FileDescriptor file = TRY(open_file(path, O_WRONLY | O_CREAT | O_TRUNC | O_NONBLOCK | O_NOCTTY));
  const struct stat status = TRY(stat_of(file.get(), path));
  if (!S_ISREG(status.st_mode)) return Error{Fault::Invalid, path + ": not a regular file"};
  std::unique_ptr<WritableFile> opened = std::make_unique<PosixWritableFile>(std::move(file), path);
  return opened;
}

Result<FileStat> PosixDisk::stat(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return error_from_errno(errno, path);
  return file_stat(status);
}

Result<std::vector<DirectoryEntry>> PosixDisk::list(const std::string& directory) {
  return list_directory(directory, Links::Follow);
}

Result<> PosixDisk::make_directories(const std::string& directory) {
  return local::make_directories(directory, Syncing::Yes);
}

Result<> PosixDisk::rename(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return error_from_errno(errno, from + " to " + to);
  return {};
}

Result<> PosixDisk::remove(const std::string& path) {
  if (std::remove(path.c_str()) != 0) return error_from_errno(errno, path);
  return {};
}

Result<> PosixDisk::sync_directory(const std::string& directory) {
  return local::sync_directory(directory);
}

Result<std::uint64_t> PosixDisk::free_bytes(const std::string& directory) {
  struct statvfs status {};
  int outcome = 0;
  do {
    outcome = ::statvfs(directory.c_str(), &status);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return error_from_errno(errno, directory);
  return std::uint64_t{status.f_bavail} * std::uint64_t{status.f_frsize};
}

}  // namespace headgate::local
