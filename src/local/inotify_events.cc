#include "local/inotify_events.h"

#include <linux/magic.h>
#include <sys/inotify.h>
#include <sys/vfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "local/posix_file.h"

namespace headgate::local {
namespace {

constexpr unsigned kNames = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr unsigned kContents = IN_MODIFY;
constexpr unsigned kGone = IN_IGNORED;

// <linux/magic.h> has only some of these.
constexpr long kSmb2 = 0xfe534d42;
constexpr long kCifs = 0xff534d42;
constexpr long kFuse = 0x65735546;
constexpr long kCeph = 0x00c36400;
constexpr long kLustre = 0x0bd00bd0;

Result<bool> is_remote(const std::string& directory) {
  struct statfs status {};
  int outcome = 0;
  do {
    outcome = ::statfs(directory.c_str(), &status);
  } while (outcome != 0 && errno == EINTR);
  if (outcome != 0) return error_from_errno(errno, directory);
  static const std::set<long> remote{NFS_SUPER_MAGIC, SMB_SUPER_MAGIC, kSmb2, kCifs,   kFuse,
                                     V9FS_MAGIC,      AFS_SUPER_MAGIC, kCeph, kLustre, CODA_SUPER_MAGIC};
  return remote.contains(static_cast<long>(status.f_type));
}

Error remote(const std::string& directory) {
  return Error{Fault::Invalid, directory + ": its file system does not report changes by other machines"};
}

Error error_of_watch(const std::string& directory) {
  if (errno == ENOSPC)
    return Error{Fault::Retry, directory + ": no watch is left (fs.inotify.max_user_watches)"};
  return error_from_errno(errno, directory);
}

}  // namespace

Result<std::unique_ptr<InotifyEvents>> InotifyEvents::open(const PodLogDisk* logs) {
  FileDescriptor queue(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (queue.get() < 0) return error_from_errno(errno, "inotify (fs.inotify.max_user_instances)");
  return std::unique_ptr<InotifyEvents>(new InotifyEvents(std::move(queue), logs));
}

Result<int> InotifyEvents::add_watch(const std::string& directory) {
  constexpr unsigned kMask = kNames | kContents | IN_ONLYDIR;
  if (logs_ == nullptr) {
    if (TRY(is_remote(directory))) return remote(directory);
    const int watch = ::inotify_add_watch(queue_.get(), directory.c_str(), kMask);
    return watch < 0 ? Result<int>(error_of_watch(directory)) : watch;
  }
  // Watches what was opened, not the path, at which somebody may put another directory.
  Result<FileDescriptor> opened = logs_->open_directory(directory);
  // Refused because it is a link now: there is nothing to watch, and listing the directory reports it.
  if (!opened.ok() && opened.error().fault == Fault::Invalid)
    return Error{Fault::NotFound, std::move(opened).error().what};
  if (!opened.ok()) return opened.error();
  const std::string place = "/proc/self/fd/" + std::to_string(opened->get());
  if (::access("/proc/self/fd", F_OK) != 0) {  // /proc may not be mounted
    if (TRY(is_remote(directory))) return remote(directory);
    const int watch = ::inotify_add_watch(queue_.get(), directory.c_str(), kMask | IN_DONT_FOLLOW);
    return watch < 0 ? Result<int>(error_of_watch(directory)) : watch;
  }
  if (TRY(is_remote(place))) return remote(directory);
  const int watch = ::inotify_add_watch(queue_.get(), place.c_str(), kMask);
  return watch < 0 ? Result<int>(error_of_watch(directory)) : watch;
}

Result<> InotifyEvents::watch(const std::string& directory) {
  if (watches_.contains(directory)) return {};
  const int watch = TRY(add_watch(directory));
  // A directory with two paths has one watch, which reports the latest path.
  const auto before = directories_.find(watch);
  if (before != directories_.end()) watches_.erase(before->second.directory);
  directories_[watch] = {.directory = directory};
  watches_[directory] = watch;
  return {};
}

void InotifyEvents::note(int watch, unsigned mask, Changes& changes) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    changes.is_overflown = true;
    return;
  }
  const auto found = directories_.find(watch);
  if (found == directories_.end()) return;
  if ((mask & kGone) != 0) {  // the directory was removed, or its file system was unmounted
    watches_.erase(found->second.directory);
    directories_.erase(found);
    return;
  }
  Watched& watched = found->second;
  if (watched.change == 0) {
    changes.directories.push_back({.directory = watched.directory});
    watched.change = changes.directories.size();
  }
  Changed& changed = changes.directories[watched.change - 1];
  changed.are_names_changed = changed.are_names_changed || (mask & kNames) != 0;
  changed.are_contents_changed = changed.are_contents_changed || (mask & kContents) != 0;
}

FileEvents::Changes InotifyEvents::take() {
  constexpr std::size_t kBytes = 64U << 10U;
  constexpr int kReadsMax = 64;  // limits a call, however fast others write
  alignas(struct inotify_event) std::array<char, kBytes> buffer;
  Changes changes;
  for (int count = 0; count < kReadsMax; ++count) {
    const ssize_t bytes = ::read(queue_.get(), buffer.data(), buffer.size());
    if (bytes < 0 && errno == EINTR) continue;
    if (bytes <= 0) {
      // EAGAIN means that all events were read. No other error is known; after one, nothing can be relied on.
      if (bytes == 0 || errno != EAGAIN) changes.is_overflown = true;
      break;
    }
    for (std::size_t at = 0; at < static_cast<std::size_t>(bytes);) {
      struct inotify_event event {};
      std::memcpy(&event, buffer.data() + at, sizeof(event));
      note(event.wd, event.mask, changes);
      at += sizeof(event) + event.len;
    }
  }
  for (const Changed& changed : changes.directories) {
    const auto watch = watches_.find(changed.directory);
    if (watch != watches_.end()) directories_[watch->second].change = 0;
  }
  return changes;
}

}  // namespace headgate::local
