// A node's disk that forgets what was not synced. Files are inodes; directory operations take effect at once
// for whoever looks, and survive a power loss only after sync_directory(), in order.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "ports/disk.h"
#include "sim/faults.h"

namespace headgate::sim {

class SimDisk : public Disk {
 public:
  explicit SimDisk(Faults& faults) : faults_(faults) {}

  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override;
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override;
  Result<FileStat> stat(const std::string& path) override;
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override;
  Result<> make_directories(const std::string& directory) override;
  Result<> rename(const std::string& from, const std::string& to) override;
  Result<> remove(const std::string& path) override;
  Result<> sync_directory(const std::string& directory) override;
  Result<std::uint64_t> free_bytes(const std::string& directory) override;

  // The power fails: below `directory`, what was not synced is lost, or some of it.
  void lose_power(const std::string& directory, SeededRandom& random);

  // What the container runtime does: it is not the one that crashes, and its writes are safe.
  void runtime_append(const std::string& path, std::string_view bytes);
  void runtime_rename(const std::string& from, const std::string& to);
  void runtime_remove(const std::string& path);
  std::uint64_t bytes_of(const std::string& path) const;

 private:
  struct Inode {
    std::uint64_t number = 0;
    std::string bytes;
    std::size_t synced = 0;  // prefix that survives
  };
  using InodePtr = std::shared_ptr<Inode>;  // shared by names and open files, as inodes are
  struct Change {
    std::string directory;
    std::string path;
    InodePtr inode;  // null = removed
  };
  class OpenToRead;
  class OpenToWrite;
  InodePtr make_inode();
  void change(const std::string& path, InodePtr inode);

  Faults& faults_;
  std::map<std::string, InodePtr> names_;
  std::map<std::string, InodePtr> durable_;
  std::vector<Change> unsynced_;
  std::uint64_t next_inode_ = 100;
};

}  // namespace headgate::sim
