#include "local/pod_log_disk.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>

#include "local/posix_file.h"

namespace headgate::local {
namespace {

constexpr int kPlace = O_PATH | O_CLOEXEC;
constexpr int kLinksMax = 8;

// The rest of `path` after the directory, without slashes at its ends; none if `path` is not below it.
std::optional<std::string> rest_below(const std::string& directory, std::string_view path) {
  std::string_view prefix = directory;
  while (prefix.size() > 1 && prefix.back() == '/') prefix.remove_suffix(1);
  if (!path.starts_with(prefix)) return std::nullopt;
  path.remove_prefix(prefix.size());
  if (!path.empty() && path.front() != '/' && prefix != "/") return std::nullopt;
  while (!path.empty() && path.front() == '/') path.remove_prefix(1);
  while (!path.empty() && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

// Whether every component is a name: none leads back, and there is no NUL that would cut the path.
bool is_plain(std::string_view rest) {
  if (rest.find('\0') != std::string_view::npos) return false;
  while (!rest.empty()) {
    const std::string_view name = rest.substr(0, rest.find('/'));
    if (name == "." || name == "..") return false;
    rest.remove_prefix(std::min(rest.size(), name.size() + 1));
  }
  return true;
}

std::string take_component(std::string& rest) {
  const std::size_t end = rest.find('/');
  std::string name = rest.substr(0, end);
  rest.erase(0, end == std::string::npos ? end : rest.find_first_not_of('/', end));
  return name;
}

std::string real_path(const std::string& path) {
  const std::unique_ptr<char, decltype(&std::free)> real(::realpath(path.c_str(), nullptr), &std::free);
  return real ? std::string(real.get()) : path;
}

Result<FileDescriptor> open_place(const std::string& directory) {
  return open_file(directory, kPlace | O_DIRECTORY);
}

template <typename Call>
int repeated(Call call) {
  for (;;) {
    const long outcome = call();
    if (outcome >= 0) return static_cast<int>(outcome);
    if (errno != EINTR) return -errno;
  }
}

bool is_link(int place) {
  struct stat status {};
  return ::fstat(place, &status) == 0 && S_ISLNK(status.st_mode);
}

// Does what openat2() does with RESOLVE_BENEATH and RESOLVE_NO_SYMLINKS. `path` must be plain.
int open_by_components(int directory, std::string path, int flags) {
  FileDescriptor place;
  int at = directory;
  for (;;) {
    const std::string name = take_component(path);
    const bool is_last = path.empty();
    const int wanted = is_last ? flags : kPlace | O_DIRECTORY;
    const int opened =
        repeated([&] { return ::openat(at, name.empty() ? "." : name.c_str(), wanted | O_NOFOLLOW); });
    if (opened < 0) {
      // With O_DIRECTORY, the error for a link is "not a directory".
      struct stat status {};
      const bool is_a_link = opened == -ENOTDIR &&
                             ::fstatat(at, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0 &&
                             S_ISLNK(status.st_mode);
      return is_a_link ? -ELOOP : opened;
    }
    FileDescriptor next(opened);
    if ((wanted & O_PATH) != 0 && is_link(opened)) return -ELOOP;
    if (is_last) return next.release();
    place = std::move(next);
    at = place.get();
  }
}

Error refused(const std::string& path, const std::string& why) {
  return Error{Fault::Invalid, path + ": " + why};
}

Error refused_link(const std::string& path) {
  return refused(path, "is a symbolic link, or below one, and collect.follow_links does not allow it");
}

Result<struct stat> stat_log(int file, uid_t owner, const std::string& path) {
  const struct stat status = TRY(stat_of(file, path));
  if (!S_ISREG(status.st_mode)) return refused(path, "not a regular file");
  if (status.st_uid != 0 && status.st_uid != owner) {
    return refused(path, "belongs to user " + std::to_string(status.st_uid) +
                             ", not to root or the owner of the directory of all pods' logs");
  }
  return status;
}

}  // namespace

int PodLogDisk::open_beneath(int directory, const std::string& path, int flags) const {
  if (path.empty()) return repeated([&] { return ::openat(directory, ".", flags | O_CLOEXEC); });
  if (options_.resolver == Options::Resolver::Kernel) {
    struct open_how how {};
    how.flags = static_cast<std::uint64_t>(flags | O_CLOEXEC);
    how.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS;
    const int opened =
        repeated([&] { return ::syscall(SYS_openat2, directory, path.c_str(), &how, sizeof(how)); });
    if (opened != -ENOSYS && opened != -EPERM) return opened;
  }
  return open_by_components(directory, path, flags | O_CLOEXEC);
}

Result<PodLogDisk::Opened> PodLogDisk::open_below(const std::string& path, int flags) const {
  const std::optional<std::string> rest = rest_below(options_.root, path);
  if (!rest || !is_plain(*rest)) return refused(path, "not below " + options_.root);
  const FileDescriptor root = TRY(open_place(options_.root));
  const int opened = open_beneath(root.get(), *rest, flags);
  if (opened >= 0) {
    FileDescriptor file(opened);
    return Opened{.file = std::move(file), .owner = TRY(stat_of(root.get(), options_.root)).st_uid};
  }
  if (opened == -EXDEV || (opened == -ELOOP && options_.follow_links.empty())) return refused_link(path);
  if (opened == -ELOOP) return open_through_links(path, *rest, flags);
  return error_from_errno(-opened, path);
}

// Walks one component after another. The target of a link is opened again from the allowed directory that it
// is in, so that no other link is followed unchecked.
Result<PodLogDisk::Place> PodLogDisk::place_through_links(const std::string& path, std::string rest) const {
  std::string base = real_path(options_.root);
  FileDescriptor place = TRY(open_place(base));
  uid_t owner = TRY(stat_of(place.get(), base)).st_uid;
  for (int links = 0; !rest.empty();) {
    const std::string name = take_component(rest);
    const int opened = repeated([&] { return ::openat(place.get(), name.c_str(), kPlace | O_NOFOLLOW); });
    if (opened < 0) return error_from_errno(-opened, path);
    FileDescriptor next(opened);
    if (!is_link(next.get())) {
      if (rest.empty())
        return Place{.directory = std::move(place), .path = base, .name = name, .owner = owner};
      place = std::move(next);
      base += "/" + name;
      continue;
    }
    std::array<char, PATH_MAX> text;
    const ssize_t bytes = ::readlinkat(next.get(), "", text.data(), text.size());
    if (bytes < 0) return error_from_errno(errno, path);
    if (++links > kLinksMax || static_cast<std::size_t>(bytes) == text.size())
      return refused(path, "it has too many links, or too long ones");
    const std::filesystem::path told(std::string(text.data(), static_cast<std::size_t>(bytes)));
    const std::string target = (std::filesystem::path(base) / told).lexically_normal().string();
    std::optional<std::string> below;
    for (const std::string& allowed : options_.follow_links) {
      below = rest_below(allowed, target);
      if (!below) below = rest_below(real_path(allowed), target);
      if (!below) continue;
      base = real_path(allowed);
      break;
    }
    if (!below)
      return refused(path, "leads to " + target + ", which is not below a directory of collect.follow_links");
    place = TRY(open_place(base));
    owner = TRY(stat_of(place.get(), base)).st_uid;
    rest = *below + (rest.empty() || below->empty() ? "" : "/") + rest;
  }
  return Place{.directory = std::move(place), .path = base, .name = {}, .owner = owner};
}

Result<PodLogDisk::Opened> PodLogDisk::open_through_links(const std::string& path, std::string rest,
                                                          int flags) const {
  const Place place = TRY(place_through_links(path, std::move(rest)));
  const int file = open_beneath(place.directory.get(), place.name, flags);
  if (file == -ELOOP || file == -EXDEV) return refused_link(path);
  if (file < 0) return error_from_errno(-file, path);
  return Opened{.file = FileDescriptor(file), .owner = place.owner};
}

Result<std::vector<FileBeside>> PodLogDisk::beside_target(const std::string& path) {
  std::vector<FileBeside> beside;
  if (options_.follow_links.empty()) return beside;
  const std::optional<std::string> rest = rest_below(options_.root, path);
  if (!rest || !is_plain(*rest)) return refused(path, "not below " + options_.root);
  const Place place = TRY(place_through_links(path, *rest));
  const int listed = open_beneath(place.directory.get(), "", O_RDONLY | O_DIRECTORY | O_NONBLOCK);
  if (listed < 0) return error_from_errno(-listed, place.path);
  const std::vector<DirectoryEntry> entries =
      TRY(list_open_directory(FileDescriptor(listed), place.path, Links::Ignore));
  for (const DirectoryEntry& entry : entries) {
    if (entry.kind != EntryKind::File || !entry.name.starts_with(place.name + ".")) continue;
    if (beside.size() == kFilesMax) break;
    const std::string beside_path = place.path + "/" + entry.name;
    const auto take = [&]() -> Result<FileBeside> {
      const auto opened = [&](int flags) -> Result<FileDescriptor> {
        const int file = open_beneath(place.directory.get(), entry.name, flags);
        if (file < 0) return error_from_errno(-file, beside_path);
        return FileDescriptor(file);
      };
      const FileDescriptor looked_at = TRY(opened(kPlace));
      TRY(stat_log(looked_at.get(), place.owner, beside_path));
      FileDescriptor file = TRY(opened(O_RDONLY | O_NONBLOCK | O_NOCTTY));
      const struct stat status = TRY(stat_log(file.get(), place.owner, beside_path));
      if (status.st_nlink > 1) return refused(beside_path, "has several names (hard links)");
      return FileBeside{
          .name = entry.name, .stat = file_stat(status), .file = readable_file(std::move(file), beside_path)};
    };
    Result<FileBeside> taken = take();
    if (taken.ok()) beside.push_back(std::move(taken).value());
  }
  return beside;
}

Result<std::unique_ptr<ReadableFile>> PodLogDisk::open(const std::string& path) {
  // Opens it as a place only at first, because opening a device can have effects.
  {
    const Opened place = TRY(open_below(path, kPlace));
    TRY(stat_log(place.file.get(), place.owner, path));
  }
  Opened opened = TRY(open_below(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  const struct stat status = TRY(stat_log(opened.file.get(), opened.owner, path));
  if (status.st_nlink > 1) return refused(path, "has several names (hard links)");
  return readable_file(std::move(opened.file), path);
}

Result<FileStat> PodLogDisk::stat(const std::string& path) {
  const Opened place = TRY(open_below(path, kPlace));
  return file_stat(TRY(stat_log(place.file.get(), place.owner, path)));
}

Result<std::vector<DirectoryEntry>> PodLogDisk::list(const std::string& directory) {
  Opened opened = TRY(open_below(directory, O_RDONLY | O_DIRECTORY | O_NONBLOCK));
  std::vector<DirectoryEntry> entries =
      TRY(list_open_directory(std::move(opened.file), directory, Links::Ignore));
  if (options_.follow_links.empty()) return entries;
  const auto leads_nowhere = [&](DirectoryEntry& entry) {
    if (entry.kind != EntryKind::Other) return false;
    const Result<Opened> target = open_below(directory + "/" + entry.name, kPlace);
    if (!target.ok()) return target.error().fault == Fault::NotFound;
    struct stat status {};
    if (::fstat(target->file.get(), &status) != 0) return false;
    entry.is_link = true;
    if (S_ISREG(status.st_mode)) entry.kind = EntryKind::File;
    if (S_ISDIR(status.st_mode)) entry.kind = EntryKind::Directory;
    return false;
  };
  std::erase_if(entries, leads_nowhere);
  return entries;
}

Result<FileDescriptor> PodLogDisk::open_directory(const std::string& directory) const {
  Opened opened = TRY(open_below(directory, kPlace | O_DIRECTORY));
  return std::move(opened.file);
}

}  // namespace headgate::local
