// Changes of the node's directories, from inotify(7).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/file_descriptor.h"
#include "local/pod_log_disk.h"
#include "ports/file_events.h"

namespace headgate::local {

// One thread. A directory costs one of fs.inotify.max_user_watches and about 1 KiB of the kernel's memory.
// Directories on NFS, SMB, FUSE, 9p and the like are Invalid: there inotify tells only of what this node
// does.
class InotifyEvents : public FileEvents {
 public:
  // Fault::Retry when fs.inotify.max_user_instances is reached.
  // With `logs` a directory is watched as that would open it, through no link that it would refuse; outlives
  // this.
  static Result<std::unique_ptr<InotifyEvents>> open(const PodLogDisk* logs = nullptr);

  Result<> watch(const std::string& directory) override;
  Changes take() override;

 private:
  InotifyEvents(FileDescriptor queue, const PodLogDisk* logs) : queue_(std::move(queue)), logs_(logs) {}
  Result<int> add_watch(const std::string& directory);
  struct Watched {
    std::string directory;
    std::size_t change = 0;  // its place in the changes being taken, plus one
  };
  void note(int watch, unsigned mask, Changes& changes);

  const FileDescriptor queue_;
  const PodLogDisk* const logs_;
  std::unordered_map<std::string, int> watches_;
  std::unordered_map<int, Watched> directories_;
};

}  // namespace headgate::local
