#include "local/posix_file.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>

namespace headgate::local {
namespace {

class OpenDirectory {
 public:
  explicit OpenDirectory(DIR* directory) : directory_(directory) {}
  OpenDirectory(const OpenDirectory&) = delete;
  OpenDirectory& operator=(const OpenDirectory&) = delete;
  ~OpenDirectory() { ::closedir(directory_); }
  DIR* get() const { return directory_; }

 private:
  DIR* directory_;
};

EntryKind kind_of(int directory, const struct dirent& entry, Links links) {
  if (entry.d_type == DT_REG) return EntryKind::File;
  if (entry.d_type == DT_DIR) return EntryKind::Directory;
  // Some file systems do not tell the kind in readdir(). fstatat() decides whether a link is followed.
  if (entry.d_type != DT_LNK && entry.d_type != DT_UNKNOWN) return EntryKind::Other;
  struct stat status {};
  const int flags = links == Links::Follow ? 0 : AT_SYMLINK_NOFOLLOW;
  if (::fstatat(directory, entry.d_name, &status, flags) != 0) return EntryKind::Other;
  if (S_ISREG(status.st_mode)) return EntryKind::File;
  return S_ISDIR(status.st_mode) ? EntryKind::Directory : EntryKind::Other;
}

}  // namespace

Result<FileDescriptor> open_file(const std::string& path, int flags) {
  // A NUL would cut the name, and so open another file.
  if (path.find('\0') != std::string::npos) return Error{Fault::Invalid, "path: contains a NUL byte"};
  int descriptor = -1;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, kFileMode);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return error_from_errno(errno, path);
  return FileDescriptor(descriptor);
}

Result<> write_all(int descriptor, std::string_view bytes, const std::string& path) {
  const int failed = headgate::write_all(descriptor, bytes);
  return failed == 0 ? Result<>() : error_from_errno(failed, path);
}

Result<std::size_t> read_at(int descriptor, std::uint64_t offset, std::span<char> into,
                            const std::string& path) {
  ssize_t taken = 0;
  do {
    taken = ::pread(descriptor, into.data(), into.size(), static_cast<off_t>(offset));
  } while (taken < 0 && errno == EINTR);
  if (taken < 0) return error_from_errno(errno, path);
  return static_cast<std::size_t>(taken);
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  const FileDescriptor file = TRY(open_file(path, O_RDONLY | O_NONBLOCK));
  std::string text;
  while (text.size() <= bytes_max) {
    constexpr std::size_t kChunkBytes = 4096;
    const std::size_t filled = text.size();
    text.resize(filled + kChunkBytes);
    const std::size_t taken =
        TRY(read_at(file.get(), filled, std::span(text.data() + filled, kChunkBytes), path));
    text.resize(filled + taken);
    if (taken == 0) return text;
  }
  return Error{Fault::Invalid, path + ": longer than " + std::to_string(bytes_max) + " bytes"};
}

Result<struct stat> stat_of(int descriptor, const std::string& path) {
  struct stat status {};
  if (::fstat(descriptor, &status) != 0) return error_from_errno(errno, path);
  return status;
}

Result<std::vector<DirectoryEntry>> list_directory(const std::string& path, Links links) {
  return list_open_directory(TRY(open_file(path, O_RDONLY | O_DIRECTORY | O_NONBLOCK)), path, links);
}

Result<std::vector<DirectoryEntry>> list_open_directory(FileDescriptor opened, const std::string& path,
                                                        Links links) {
  DIR* const stream = ::fdopendir(opened.get());
  if (stream == nullptr) return error_from_errno(errno, path);
  (void)opened.release();  // it belongs to the stream now
  const OpenDirectory directory(stream);
  std::vector<DirectoryEntry> entries;
  while (true) {
    errno = 0;
    const struct dirent* const entry = ::readdir(directory.get());
    if (entry == nullptr && errno != 0) return error_from_errno(errno, path);
    if (entry == nullptr) return entries;
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    entries.push_back({.name = std::string(name), .kind = kind_of(::dirfd(directory.get()), *entry, links)});
  }
}

Result<> lock_file(int descriptor, const std::string& path) {
  int outcome = 0;
  do {
    outcome = ::flock(descriptor, LOCK_EX);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return error_from_errno(errno, path);
  return {};
}

Result<> sync_file(int descriptor, const std::string& path) {
  int outcome = 0;
  do {
    outcome = ::fsync(descriptor);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return error_from_errno(errno, path);
  return {};
}

Result<> sync_directory(const std::string& path) {
  const FileDescriptor directory = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  return sync_file(directory.get(), path);
}

Result<> make_directories(const std::string& path, Syncing syncing) {
  if (path.empty()) return Error{Fault::Invalid, "path: empty"};
  if (path.find('\0') != std::string::npos) return Error{Fault::Invalid, "path: contains a NUL byte"};
  const std::string parent = parent_of(path);
  bool is_made = ::mkdir(path.c_str(), kDirectoryMode) == 0;
  if (!is_made && errno == ENOENT && parent != path) {
    TRY(make_directories(parent, syncing));
    is_made = ::mkdir(path.c_str(), kDirectoryMode) == 0;
  }
  if (is_made) return syncing == Syncing::Yes ? sync_directory(parent) : Result<>();
  if (errno != EEXIST) return error_from_errno(errno, path);
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return error_from_errno(errno, path);
  if (!S_ISDIR(status.st_mode)) return error_from_errno(ENOTDIR, path);
  return {};
}

std::string parent_of(const std::string& path) {
  std::size_t end = path.size();
  while (end > 1 && path[end - 1] == '/') --end;
  const std::size_t slash = path.rfind('/', end - 1);
  if (end == 0 || slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace headgate::local
