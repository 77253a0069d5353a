// The pods' log files behind the Disk port. Somebody who may write into one pod's directory cannot make us
// read anything else. No symbolic link below the root is followed. Only regular files with a single name are
// opened, if they belong to root or to the owner of the root directory.
#pragma once

#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "local/posix_disk.h"
#include "ports/linked_files.h"

namespace headgate::local {

// Thread-safe. Keeps no descriptor, so the root directory may be replaced. A refusal is Fault::Invalid and
// says why. Every call walks from the root directory again, and checks a file after it was opened. So a file
// or directory that is replaced by a link between two calls is refused too.
class PodLogDisk : public PosixDisk, public LinkedFiles {
 public:
  struct Options {
    std::string root;  // may be a link, or below one, since the operator chooses it
    // Directories, with everything below them, that links below the root may lead to. If empty, no link is
    // followed. Nodes with Docker need /var/lib/docker/containers.
    std::vector<std::string> follow_links = {};
    // Kernel uses openat2(2). Components walks one component after another, which is also done if the kernel
    // lacks openat2 (before 5.6) or a seccomp filter forbids it.
    enum class Resolver : std::uint8_t { Kernel, Components } resolver = Resolver::Kernel;
  };
  explicit PodLogDisk(Options options) : options_(std::move(options)) {}

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  // Also Fault::Invalid for a file of another owner. For a file with several names, `links` tells it.
  Result<FileStat> stat(const std::string& path) override;
  // Links are Other unless they lead into one of `follow_links`. Links into these whose target does not exist
  // are left out.
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  // Empty if no link is followed.
  Result<std::vector<FileBeside>> beside_target(const std::string& path) override;
  // Opens a directory as a place only (O_PATH), for watching it.
  Result<FileDescriptor> open_directory(const std::string& directory) const;

 private:
  struct Opened {
    FileDescriptor file;
    uid_t owner = 0;  // the user who, besides root, may own files there
  };
  // The directory that contains a name, after following links. `name` is empty if it is the directory itself.
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
