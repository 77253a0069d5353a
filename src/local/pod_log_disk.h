// The pods' log files behind the Disk port, opened so that nobody who may write into one pod's directory can
// make us read anything else: no symbolic link is followed below the root, and only regular files with one
// name, which belong to root or to the owner of the root directory, are opened.
#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "local/posix_disk.h"
#include "ports/linked_files.h"

namespace headgate::local {

// Any thread; holds no descriptor: the root directory may be replaced. What is refused is Fault::Invalid and
// says why. Every call walks from the root directory anew, and what was opened is looked at after it was
// opened, so that a file or directory that is replaced by a link between two calls is refused too.
class PodLogDisk : public PosixDisk, public LinkedFiles {
 public:
  struct Options {
    std::string root;  // may itself be a link, or below one: it is the operator's
    // Directories that a link below the root may lead into, with everything below them. None: no link is
    // followed. Docker's nodes need /var/lib/docker/containers.
    std::vector<std::string> follow_links = {};
    // Kernel: openat2(2), or component by component where the kernel does not have it (before 5.6) or a
    // seccomp filter forbids it.
    enum class Resolver : std::uint8_t { Kernel, Components } resolver = Resolver::Kernel;
  };
  explicit PodLogDisk(Options options) : options_(std::move(options)) {}

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  // Invalid also for a file of another owner. One with several names is told with its `links`.
  Result<FileStat> stat(const std::string& path) override;
  // Links are Other unless they lead into one of `follow_links`; those of them that lead nowhere are left
  // out.
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  // Nothing where no link is followed.
  Result<std::vector<FileBeside>> beside_target(const std::string& path) override;
  // A directory, open as a place only (O_PATH), for who watches it.
  Result<FileDescriptor> open_directory(const std::string& directory) const;

 private:
  struct Opened {
    FileDescriptor file;
    uid_t owner = 0;  // whom files belong to there, beside root
  };
  // The directory of a name, whatever links lead there; `name` is empty where it is the directory itself.
  struct Place {
    FileDescriptor directory;
    std::string path;  // of the directory
    std::string name;
    uid_t owner = 0;
  };
  Result<Opened> open_below(const std::string& path, int flags) const;
  Result<Place> place_through_links(const std::string& path, std::string rest) const;
  Result<Opened> open_through_links(const std::string& path, std::string rest, int flags) const;
  int open_beneath(int directory, const std::string& path, int flags) const;

  const Options options_;
};

}  // namespace headgate::local
