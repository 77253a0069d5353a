#include "sim/sim_disk.h"

#include <algorithm>

namespace headgate::sim {
namespace {

std::string directory_of(const std::string& path) {
  return path.substr(0, path.rfind('/'));
}

}  // namespace

class SimDisk::OpenToRead : public ReadableFile {
 public:
  OpenToRead(SimDisk& disk, InodePtr inode) : disk_(disk), faults_(disk.faults_), inode_(std::move(inode)) {}
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override {
    return faults_.call<Result<std::size_t>>("disk.read", [&]() -> Result<std::size_t> {
      if (offset >= inode_->bytes.size()) return std::size_t{0};
      const std::size_t bytes = std::min<std::size_t>(into.size(), inode_->bytes.size() - offset);
      std::copy_n(inode_->bytes.data() + offset, bytes, into.data());
      return bytes;
    });
  }
  Result<FileStat> stat() override {
    return faults_.call<Result<FileStat>>("disk.fstat", [&]() -> Result<FileStat> {
      const bool is_named = std::any_of(disk_.names_.begin(), disk_.names_.end(),
                                        [&](const auto& name) { return name.second == inode_; });
      return FileStat{.id = {.device = 1, .inode = inode_->number},
                      .bytes = inode_->bytes.size(),
                      .links = is_named ? 1U : 0U,
                      .modified_ns = inode_->modified_ns};
    });
  }

 private:
  SimDisk& disk_;
  Faults& faults_;
  InodePtr inode_;
};

class SimDisk::OpenToWrite : public WritableFile {
 public:
  OpenToWrite(Faults& faults, InodePtr inode) : faults_(faults), inode_(std::move(inode)) {}
  Result<> append(std::string_view bytes) override {
    return faults_.call<Result<>>("disk.append", [&]() -> Result<> {
      inode_->bytes += bytes;
      return {};
    });
  }
  Result<> sync() override {
    return faults_.call<Result<>>("disk.sync", [&]() -> Result<> {
      inode_->synced = inode_->bytes.size();
      return {};
    });
  }

 private:
  Faults& faults_;
  InodePtr inode_;
};

SimDisk::InodePtr SimDisk::make_inode() {
  auto inode = std::make_shared<Inode>();
  inode->free = free_;
  if (free_->empty()) {
    inode->number = next_inode_++;
  } else {
    inode->number = free_->back();
    free_->pop_back();
  }
  return inode;
}

void SimDisk::change(const std::string& path, InodePtr inode) {
  unsynced_.push_back({.directory = directory_of(path), .path = path, .inode = inode});
  if (inode) {
    names_[path] = std::move(inode);
  } else {
    names_.erase(path);
  }
}

Result<std::unique_ptr<ReadableFile>> SimDisk::open(const std::string& path) {
  using Answer = Result<std::unique_ptr<ReadableFile>>;
  return faults_.call<Answer>("disk.open", [&]() -> Answer {
    TRY(check_access(path));
    const auto found = names_.find(path);
    if (found == names_.end()) return Error{Fault::NotFound, path + ": not there"};
    return std::unique_ptr<ReadableFile>(std::make_unique<OpenToRead>(*this, found->second));
  });
}

Result<std::unique_ptr<WritableFile>> SimDisk::create(const std::string& path) {
  using Answer = Result<std::unique_ptr<WritableFile>>;
  return faults_.call<Answer>("disk.create", [&]() -> Answer {
    TRY(check_access(path));
    InodePtr inode = make_inode();
    change(path, inode);
    return std::unique_ptr<WritableFile>(std::make_unique<OpenToWrite>(faults_, std::move(inode)));
  });
}

Result<FileStat> SimDisk::stat(const std::string& path) {
  return faults_.call<Result<FileStat>>("disk.stat", [&]() -> Result<FileStat> {
    TRY(check_access(path));
    const auto found = names_.find(path);
    if (found == names_.end()) return Error{Fault::NotFound, path + ": not there"};
    return FileStat{.id = {.device = 1, .inode = found->second->number},
                    .bytes = found->second->bytes.size(),
                    .modified_ns = found->second->modified_ns};
  });
}

Result<std::vector<DirectoryEntry>> SimDisk::list(const std::string& directory) {
  using Answer = Result<std::vector<DirectoryEntry>>;
  return faults_.call<Answer>("disk.list", [&]() -> Answer {
    TRY(check_access(directory));
    std::map<std::string, EntryKind> entries;
    const std::string prefix = directory + "/";
    for (auto name = names_.lower_bound(prefix); name != names_.end() && name->first.starts_with(prefix);
         ++name) {
      const std::string rest = name->first.substr(prefix.size());
      const std::size_t slash = rest.find('/');
      entries[rest.substr(0, slash)] = slash == std::string::npos ? EntryKind::File : EntryKind::Directory;
    }
    std::vector<DirectoryEntry> found;
    for (const auto& [name, kind] : entries) found.push_back({.name = name, .kind = kind});
    return found;
  });
}

Result<> SimDisk::make_directories(const std::string& directory) {
  // For whoever looks directories are implied by the files in them.
  std::vector<std::string> made;
  TRY(faults_.call<Result<>>("disk.mkdir", [&]() -> Result<> {
    for (std::string path = directory; !path.empty(); path = directory_of(path)) {
      if (directories_.try_emplace(path, Synced::No).second) made.push_back(path);
    }
    return {};
  }));
  for (const std::string& path : made) directories_[path] = Synced::Yes;
  return {};
}

Result<> SimDisk::rename(const std::string& from, const std::string& to) {
  return faults_.call<Result<>>("disk.rename", [&]() -> Result<> {
    const auto found = names_.find(from);
    if (found == names_.end()) return Error{Fault::NotFound, from + ": not there"};
    InodePtr inode = found->second;
    change(to, inode);
    change(from, nullptr);
    return {};
  });
}

Result<> SimDisk::remove(const std::string& path) {
  return faults_.call<Result<>>("disk.remove", [&]() -> Result<> {
    if (!names_.contains(path)) return Error{Fault::NotFound, path + ": not there"};
    change(path, nullptr);
    return {};
  });
}

Result<> SimDisk::sync_directory(const std::string& directory) {
  return faults_.call<Result<>>("disk.sync_directory", [&]() -> Result<> {
    for (auto& [path, synced] : directories_) {
      if (directory_of(path) == directory) synced = Synced::Yes;
    }
    std::erase_if(unsynced_, [&](const Change& change) {
      if (change.directory != directory) return false;
      if (change.inode) {
        durable_[change.path] = change.inode;
      } else {
        durable_.erase(change.path);
      }
      return true;
    });
    return {};
  });
}

Result<std::uint64_t> SimDisk::free_bytes(const std::string& directory) {
  return faults_.call<Result<std::uint64_t>>("disk.free", [&]() -> Result<std::uint64_t> {
    (void)directory;
    return std::uint64_t{1} << 40U;
  });
}

void SimDisk::lose_power(const std::string& directory, SeededRandom& random) {
  // Directory operations reach the disk in order: a random number of the first ones did.
  const std::size_t survive = unsynced_.empty() ? 0 : random.below(unsynced_.size() + 1);
  for (std::size_t index = 0; index < survive; ++index) {
    const Change& change = unsynced_[index];
    if (change.inode) {
      durable_[change.path] = change.inode;
    } else {
      durable_.erase(change.path);
    }
  }
  unsynced_.clear();
  std::erase_if(directories_, [&](const auto& made) {
    if (made.second == Synced::Yes || !made.first.starts_with(directory + "/")) return false;
    std::erase_if(durable_, [&](const auto& name) { return name.first.starts_with(made.first + "/"); });
    return true;
  });
  std::erase_if(names_, [&](const auto& name) { return name.first.starts_with(directory + "/"); });
  std::set<InodePtr> torn;
  for (const auto& [path, inode] : durable_) {
    names_[path] = inode;
    if (!torn.insert(inode).second) continue;
    // Of what was written and not synced any prefix may be there, and its last bytes may be anything.
    const std::size_t unsynced = inode->bytes.size() - inode->synced;
    if (unsynced == 0) continue;
    inode->bytes.resize(inode->synced + random.below(unsynced + 1));
    if (inode->bytes.size() > inode->synced && random.one_in(2))
      inode->bytes.back() = static_cast<char>(random.next());
    inode->synced = inode->bytes.size();
  }
}

void SimDisk::tell(const std::string& path, bool are_names_changed) {
  if (events_ == nullptr) return;
  // A directory that is new is told of by the one above it.
  for (std::string directory = directory_of(path); !directory.empty(); directory = directory_of(directory)) {
    const auto watched = events_->watched_.find(directory);
    if (watched == events_->watched_.end()) {
      are_names_changed = true;
      continue;
    }
    (are_names_changed ? watched->second.are_names_changed : watched->second.are_contents_changed) = true;
    return;
  }
}

Result<> SimDisk::Events::watch(const std::string& directory) {
  if (watched_.contains(directory)) return {};
  // Most watches work; a refusal makes the agent poll for the rest of its life.
  watched_[directory].directory = directory;
  return {};
}

FileEvents::Changes SimDisk::Events::take() {
  Changes changes;
  const bool is_lost = !disk_.faults_.call<Result<>>("events.take", [] { return Result<>(); }).ok();
  for (auto& [directory, changed] : watched_) {
    if (!is_lost && (changed.are_names_changed || changed.are_contents_changed)) {
      changes.directories.push_back(changed);
    }
    changed = {.directory = directory};
  }
  changes.is_overflown = is_lost;
  return changes;
}

void SimDisk::runtime_append(const std::string& path, std::string_view bytes) {
  InodePtr& inode = names_[path];
  const bool is_new = !inode;
  if (is_new) inode = make_inode();
  inode->bytes += bytes;
  inode->synced = inode->bytes.size();
  tell(path, is_new);
  if (is_new && !bytes.empty()) tell(path, false);
}

void SimDisk::runtime_rename(const std::string& from, const std::string& to) {
  const auto found = names_.find(from);
  if (found == names_.end()) return;
  const InodePtr inode = found->second;
  names_.erase(found);
  names_[to] = inode;
  tell(to, true);
}

void SimDisk::runtime_remove(const std::string& path) {
  names_.erase(path);
  tell(path, true);
}

void SimDisk::runtime_set_access(const std::string& directory, Access access) {
  if (access == Access::Denied) {
    denied_.insert(directory);
  } else {
    denied_.erase(directory);
  }
}

Result<> SimDisk::check_access(const std::string& path) const {
  for (const std::string& directory : denied_) {
    if (path == directory || path.starts_with(directory + "/"))
      return Error{Fault::Denied, path + ": permission denied"};
  }
  return {};
}

void SimDisk::runtime_truncate(const std::string& path) {
  names_[path]->bytes.clear();
  names_[path]->synced = 0;
  names_[path]->written_back = 0;
  tell(path, false);
}

void SimDisk::runtime_write_back(const std::string& directory) {
  for (auto& [path, inode] : names_) {
    if (path.starts_with(directory + "/")) inode->written_back = inode->bytes.size();
  }
}

std::uint64_t SimDisk::bytes_written_back(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? 0 : found->second->written_back;
}

void SimDisk::runtime_cut(const std::string& path, std::uint64_t bytes) {
  Inode& inode = *names_[path];
  inode.bytes.resize(bytes);
  inode.synced = bytes;
  inode.written_back = std::min<std::size_t>(inode.written_back, bytes);
}

void SimDisk::runtime_set_modified(const std::string& path, std::int64_t nanoseconds) {
  names_[path]->modified_ns = nanoseconds;
}

std::string SimDisk::runtime_read(const std::string& path) const {
  const auto found = names_.find(path);
  return found == names_.end() ? std::string() : found->second->bytes;
}

std::uint64_t SimDisk::bytes_of(const std::string& path) const {
  return runtime_read(path).size();
}

}  // namespace headgate::sim
