// The node's file system behind the Disk port.
#pragma once

#include <sys/stat.h>

#include <memory>
#include <string>
#include <vector>

#include "base/file_descriptor.h"
#include "ports/disk.h"

namespace headgate::local {

// Any thread; holds nothing. Files are made with mode 0640, directories with 0750 (less the umask). Only
// regular files are opened: a pipe or a device in a log directory is Invalid, it cannot hang us. Running out
// of space, descriptors or patience of the disk is Retry.
class PosixDisk : public Disk {
 public:
  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<FileStat> stat(const std::string& path) override;
  // A symbolic link that leads nowhere is Other.
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<> make_directories(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  // A file, or a directory that is empty.
  Result<> remove(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;
  // What we may use: not what is kept back for root.
  Result<std::uint64_t> free_bytes(const std::string& directory) override;
};

FileStat file_stat(const struct stat& status);
// An open regular file behind the port; `path` is for its errors.
std::unique_ptr<ReadableFile> readable_file(FileDescriptor file, std::string path);

}  // namespace headgate::local
