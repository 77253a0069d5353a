// A node's disk that forgets what was not synced. Files are inodes; directory operations take effect at once
// for whoever looks, and survive a power loss only after sync_directory(), in order; a directory that was
// made goes with what is in it. The number of an inode that is gone is used again at once.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "ports/disk.h"
#include "ports/file_events.h"
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

  // What the container runtime does. It syncs nothing: what it appended is safe from a power loss once the
  // kernel wrote it back, and its names at once.
  void runtime_append(const std::string& path, std::string_view bytes);
  void runtime_rename(const std::string& from, const std::string& to);
  void runtime_remove(const std::string& path);
  void runtime_truncate(const std::string& path);
  // Keeps the file open, as who writes it does, to write on after its name is gone.
  std::shared_ptr<void> runtime_hold(const std::string& path) { return names_[path]; }
  void runtime_append_held(const std::shared_ptr<void>& file, std::string_view bytes) {
    static_cast<Inode*>(file.get())->bytes += bytes;
  }
  void runtime_write_back(const std::string& directory);
  std::uint64_t bytes_written_back(const std::string& path) const;
  // All that is left of it.
  void runtime_cut(const std::string& path, std::uint64_t bytes);
  void runtime_set_modified(const std::string& path, std::int64_t nanoseconds);
  // We may not look at it or into it; or may again.
  enum class Access { Denied, Granted };
  void runtime_set_access(const std::string& directory, Access access);
  std::string runtime_read(const std::string& path) const;
  std::uint64_t bytes_of(const std::string& path) const;

  // What the runtime changed, for who watches it.
  class Events;

 private:
  using Numbers = std::vector<std::uint64_t>;
  struct Inode {
    Inode() = default;
    Inode(const Inode&) = delete;
    Inode& operator=(const Inode&) = delete;
    ~Inode() { free->push_back(number); }
    std::uint64_t number = 0;
    std::shared_ptr<Numbers> free;  // outlives the disk with the last inode
    std::string bytes;
    std::int64_t modified_ns = 0;
    std::size_t synced = 0;        // prefix that survives
    std::size_t written_back = 0;  // the same of what the runtime appended
  };
  using InodePtr = std::shared_ptr<Inode>;  // shared by names and open files, as inodes are
  struct Change {
    std::string directory;
    std::string path;
    InodePtr inode;  // null = removed
  };
  enum class Synced : bool { No, Yes };
  class OpenToRead;
  class OpenToWrite;
  InodePtr make_inode();
  void tell(const std::string& path, bool are_names_changed);
  void change(const std::string& path, InodePtr inode);
  Result<> check_access(const std::string& path) const;

  Faults& faults_;
  std::map<std::string, InodePtr> names_;
  std::map<std::string, InodePtr> durable_;
  std::vector<Change> unsynced_;
  std::map<std::string, Synced> directories_;  // that were made
  std::set<std::string> denied_;
  std::uint64_t next_inode_ = 100;
  std::shared_ptr<Numbers> free_ = std::make_shared<Numbers>();
  Events* events_ = nullptr;
};

// One process' watches: they end with it. May overflow at any time.
class SimDisk::Events : public FileEvents {
 public:
  explicit Events(SimDisk& disk) : disk_(disk) { disk_.events_ = this; }
  ~Events() override { disk_.events_ = nullptr; }
  Events(const Events&) = delete;
  Events& operator=(const Events&) = delete;
  Result<> watch(const std::string& directory) override;
  Changes take() override;

 private:
  friend class SimDisk;
  SimDisk& disk_;
  std::map<std::string, Changed> watched_;
};

}  // namespace headgate::sim
