// Reports changes of the node's directories, by inotify(7).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/file_descriptor.h"
#include "local/pod_log_disk.h"
#include "ports/file_events.h"

namespace headgate::local {

// For one thread. Each directory uses one of fs.inotify.max_user_watches and about 1 KiB of the kernel's
// memory. Directories on NFS, SMB, FUSE, 9p and the like are Fault::Invalid, because inotify reports only
// changes by this node there.
class InotifyEvents : public FileEvents {
 public:
  // Fault::Retry if fs.inotify.max_user_instances is reached.
  // With `logs`, a directory is watched only if `logs` would open it, through no link that `logs` refuses.
  // `logs` must outlive this object.
  static Result<std::unique_ptr<InotifyEvents>> open(const PodLogDisk* logs = nullptr);

  Result<> watch(const std::string& directory) override;
  Changes take() override;

 private:
  InotifyEvents(FileDescriptor queue, const PodLogDisk* logs) : queue_(std::move(queue)), logs_(logs) {}
  Result<int> add_watch(const std::string& directory);
  struct Watched {
    std::string directory;
    std::size_t change = 0;  // its position in the changes that are being collected, plus one
  };
  void note(int watch, unsigned mask, Changes& changes);

  const FileDescriptor queue_;
  const PodLogDisk* const logs_;
  std::unordered_map<std::string, int> watches_;
  std::unordered_map<int, Watched> directories_;
};

}  // namespace headgate::local
