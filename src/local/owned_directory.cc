#include "local/owned_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <string_view>
#include <vector>

#include "local/posix_file.h"

namespace headgate::local {
namespace {

constexpr int kDepthMax = 16;  // our own directories have two levels
constexpr mode_t kOwnersBits = S_IRUSR | S_IWUSR;

struct CloseDirectory {
  void operator()(DIR* directory) const { ::closedir(directory); }
};

Result<> give(int descriptor, const struct stat& status, Owner owner, const std::string& path) {
  if ((status.st_uid != owner.user || status.st_gid != owner.group) &&
      ::fchown(descriptor, owner.user, owner.group) != 0)
    return error_from_errno(errno, path);
  const mode_t wanted = kOwnersBits | (S_ISDIR(status.st_mode) ? S_IXUSR : 0U);
  if ((status.st_mode & wanted) != wanted && ::fchmod(descriptor, (status.st_mode | wanted) & 07777U) != 0)
    return error_from_errno(errno, path);
  return {};
}

Result<> give_contents(FileDescriptor directory, Owner owner, const std::string& path, int depth) {
  if (depth > kDepthMax) return Error{Fault::Invalid, path + ": too deep"};
  const std::unique_ptr<DIR, CloseDirectory> opened(::fdopendir(directory.get()));
  if (opened == nullptr) return error_from_errno(errno, path);
  const int descriptor = directory.release();  // closedir() closes it
  while (true) {
    errno = 0;
    const struct dirent* const entry = ::readdir(opened.get());
    if (entry == nullptr && errno != 0) return error_from_errno(errno, path);
    if (entry == nullptr) return {};
    const std::string_view name(entry->d_name);
    if (name == "." || name == "..") continue;
    const std::string where = path + '/' + std::string(name);
    struct stat status {};
    if (::fstatat(descriptor, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0)
      return error_from_errno(errno, where);
    const bool is_directory = S_ISDIR(status.st_mode);
    const bool is_only_name = S_ISREG(status.st_mode) && status.st_nlink == 1;
    if (!is_directory && !is_only_name) continue;
    FileDescriptor found(::openat(descriptor, entry->d_name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK));
    if (!found.is_open()) return error_from_errno(errno, where);
    const struct stat now = TRY(stat_of(found.get(), where));
    // it was replaced after we listed it
    if (now.st_dev != status.st_dev || now.st_ino != status.st_ino) continue;
    TRY(give(found.get(), now, owner, where));
    if (is_directory) TRY(give_contents(std::move(found), owner, where, depth + 1));
  }
}

// The directories above `path` that do not exist.
std::vector<std::string> missing_above(const std::string& path) {
  std::vector<std::string> missing;
  struct stat status {};
  for (std::string at = parent_of(path); at != parent_of(at); at = parent_of(at)) {
    if (::stat(at.c_str(), &status) == 0) break;
    missing.push_back(at);
  }
  return missing;
}

// Lets everybody pass through the directory, but not list it.
Result<> let_pass(const std::string& path) {
  constexpr mode_t kPass = S_IXUSR | S_IXGRP | S_IXOTH;
  const FileDescriptor directory = TRY(open_file(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW));
  const struct stat status = TRY(stat_of(directory.get(), path));
  if (::fchmod(directory.get(), (status.st_mode | kPass) & 07777U) != 0) return error_from_errno(errno, path);
  return {};
}

}  // namespace

Result<> give_directory(const std::string& path, Owner owner) {
  const std::vector<std::string> made = missing_above(path);
  TRY(make_directories(path, Syncing::Yes));
  for (const std::string& one : made) TRY(let_pass(one));
  FileDescriptor directory = TRY(open_file(path, O_RDONLY | O_DIRECTORY));
  const struct stat status = TRY(stat_of(directory.get(), path));
  TRY(give(directory.get(), status, owner, path));
  return give_contents(std::move(directory), owner, path, 0);
}

std::string why_not_ours(const std::string& path, std::string_view command) {
  std::string nearest = path;
  struct stat status {};
  while (::stat(nearest.c_str(), &status) != 0 && nearest != parent_of(nearest)) nearest = parent_of(nearest);
  return nearest + " belongs to user " + std::to_string(status.st_uid) + " and group " +
         std::to_string(status.st_gid) + ", and this process runs as user " + std::to_string(::geteuid()) +
         " and group " + std::to_string(::getegid()) + ": let root run `" + std::string(command) +
         "` once (in a pod, as an init container of the same image), or give the directory to that user";
}

}  // namespace headgate::local
