// The node's file system behind the Disk port.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "ports/disk.h"

namespace headgate::local {

// Thread-safe, without state. Files are created with mode 0640, directories with 0750 (less the umask). Only
// regular files are opened: a pipe or device in a log directory is Fault::Invalid, and so cannot block us.
// Fault::Retry if space or descriptors run out, or if the disk fails for now.
class PosixDisk : public Disk {
 public:
  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<FileStat> stat(const std::string& path) override;
  // A symbolic link whose target does not exist is Other.
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<> make_directories(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  // Removes a file or an empty directory.
  Result<> remove(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;
  // The space that we may use, without what is reserved for root.
  Result<std::uint64_t> free_bytes(const std::string& directory) override;
};

FileStat file_stat(const struct stat& status);
// Puts an open regular file behind the port; `path` is for its errors.
std::unique_ptr<ReadableFile> readable_file(FileDescriptor file, std::string path);

}  // namespace headgate::local
