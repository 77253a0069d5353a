// Changes of the node's directories, from inotify(7).
#pragma once

#include <memory>
#include <string>
#include <unordered_map>

#include "base/file_descriptor.h"
#include "ports/file_events.h"

namespace headgate::local {

// One thread. A directory costs one of fs.inotify.max_user_watches and about 1 KiB of the kernel's memory.
// Directories on NFS, SMB, FUSE, 9p and the like are Invalid: there inotify tells only of what this node
// does.
class InotifyEvents : public FileEvents {
 public:
  // Fault::Retry when fs.inotify.max_user_instances is reached.
  static Result<std::unique_ptr<InotifyEvents>> open();

  Result<> watch(const std::string& directory) override;
  Changes take() override;

 private:
  explicit InotifyEvents(FileDescriptor queue) : queue_(std::move(queue)) {}
  struct Watched {
    std::string directory;
    std::size_t change = 0;  // its place in the changes being taken, plus one
  };
  void note(int watch, unsigned mask, Changes& changes);

  const FileDescriptor queue_;
  std::unordered_map<std::string, int> watches_;
  std::unordered_map<int, Watched> directories_;
};

}  // namespace headgate::local
