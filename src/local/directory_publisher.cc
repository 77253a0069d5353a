#include "local/directory_publisher.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "local/directory_object.h"
#include "local/posix_file.h"

namespace headgate::local {
namespace {

// Removes empty folders above `file` and below `top`; returns the first that stays.
std::string remove_empty_folders_above(const std::string& file, const std::string& top) {
  std::string folder = parent_of(file);
  while (folder.size() > top.size() && (::rmdir(folder.c_str()) == 0 || errno == ENOENT)) {
    folder = parent_of(folder);
  }
  return folder;
}

// Removes sidecars that block this path. A crash may leave the sidecar of an object that never appeared,
// where the sidecar of a key above or below it has to go. The object's own folders exist when this is called,
// so whatever blocks the path has no object.
void clear_way_for(const std::string& sidecar, const std::string& top) {
  std::error_code ignored;  // if something cannot be removed, the write that follows fails with its own error
  std::filesystem::remove_all(sidecar, ignored);
  for (std::string folder = parent_of(sidecar); folder.size() > top.size(); folder = parent_of(folder)) {
    struct stat status {};
    if (::lstat(folder.c_str(), &status) == 0 && !S_ISDIR(status.st_mode)) ::unlink(folder.c_str());
  }
}

enum class Found : std::uint8_t { Nothing, Object, Folder };
Result<Found> what_is_at(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return S_ISDIR(status.st_mode) ? Found::Folder : Found::Object;
  if (errno == ENOENT || errno == ENOTDIR) return Found::Nothing;
  return error_from_errno(errno, path);
}

}  // namespace

class DirectoryPublisher::Turn {
 public:
  explicit Turn(int lock_file) : lock_file_(lock_file) {}
  Turn(Turn&& other) noexcept : lock_file_(std::exchange(other.lock_file_, -1)) {}
  Turn& operator=(Turn&&) = delete;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() {
    if (lock_file_ >= 0) ::flock(lock_file_, LOCK_UN);
  }

 private:
  int lock_file_;
};

Result<std::unique_ptr<DirectoryPublisher>> DirectoryPublisher::open(Random& random, BucketFolder folder) {
  FileDescriptor lock_file = TRY(open_file(folder.lock(), O_RDWR | O_CREAT));
  return std::unique_ptr<DirectoryPublisher>(
      new DirectoryPublisher(random, std::move(folder), std::move(lock_file)));
}

DirectoryPublisher::DirectoryPublisher(Random& random, BucketFolder folder, FileDescriptor lock_file)
    : random_(random), folder_(std::move(folder)), lock_file_(std::move(lock_file)) {}

Result<DirectoryPublisher::Turn> DirectoryPublisher::take_turn() {
  TRY(lock_file(lock_file_.get(), folder_.lock()));
  return Turn(lock_file_.get());
}

Result<PutOutcome> DirectoryPublisher::publish(TemporaryFile& written, const ObjectKey& key, PutMode mode,
                                               const ObjectRecord& record) {
  const MutexLock lock(mutex_);
  const Turn turn = TRY(take_turn());
  const std::string path = folder_.object(key);
  const Found found = TRY(what_is_at(path));
  if (found == Found::Folder) return Error{Fault::Invalid, path + ": is a folder of other keys"};
  if (found == Found::Object && mode == PutMode::OnlyIfAbsent) {
    // The process that published it may have been killed before this step.
    TRY(sync_folder_of(path, folder_.path));
    return PutOutcome::AlreadyThere;
  }
  TRY(make_directories(parent_of(path), Syncing::Yes));
  std::vector<ObjectRecord> records{record};
  if (found == Found::Object) {
    // A sidecar that cannot be read has nothing worth keeping, since its object is replaced now.
    Result<OpenObject> before = open_object(folder_, key);
    if (before.ok() && before->is_recorded) {
      ObjectInfo& info = before->info;
      records.push_back({.file = before->identity,
                         .etag = std::move(info.etag),
                         .content_type = std::move(info.content_type),
                         .content_encoding = std::move(info.content_encoding),
                         .metadata = std::move(info.metadata)});
    }
  }
  TRY(write_sidecar(key, records));
  TRY(mode == PutMode::Replace ? written.rename_to(path) : written.link_to(path));
  TRY(sync_folder_of(path, folder_.path));
  return PutOutcome::Stored;
}

Result<> DirectoryPublisher::write_sidecar(const ObjectKey& key, std::span<const ObjectRecord> records) {
  const std::string path = folder_.sidecar(key);
  const std::string top = folder_.sidecars();
  TemporaryFile file = TRY(TemporaryFile::create(folder_.temporaries(), random_));
  TRY(write_all(file.descriptor(), encode_sidecar(records), file.path()));
  TRY(sync_file(file.descriptor(), file.path()));
  Result<> placed = make_directories(parent_of(path), Syncing::Yes);
  if (placed.ok()) placed = file.rename_to(path);
  if (!placed.ok() && placed.error().fault == Fault::Invalid) {
    clear_way_for(path, top);
    TRY(make_directories(parent_of(path), Syncing::Yes));
    placed = file.rename_to(path);
  }
  TRY(std::move(placed));
  return sync_folder_of(path, top);
}

Result<> DirectoryPublisher::sync_folder_of(const std::string& file, const std::string& top) {
  constexpr std::size_t kSyncedMax = 4096;
  const std::string folder = parent_of(file);
  TRY(sync_directory(folder));
  if (synced_.contains(folder)) return {};
  for (std::string above = folder; above.size() > top.size();) {
    above = parent_of(above);
    TRY(sync_directory(above));
  }
  if (synced_.size() >= kSyncedMax) synced_.clear();
  synced_.insert(folder);
  return {};
}

Result<> DirectoryPublisher::remove(const ObjectKey& key) {
  const MutexLock lock(mutex_);
  const Turn turn = TRY(take_turn());
  const std::string path = folder_.object(key);
  if (TRY(what_is_at(folder_.path)) == Found::Nothing) return error_from_errno(ENOENT, folder_.path);
  if (TRY(what_is_at(path)) != Found::Object) return {};
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return error_from_errno(errno, path);
  const std::string sidecar = folder_.sidecar(key);
  if (::unlink(sidecar.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR && errno != EISDIR) {
    return error_from_errno(errno, sidecar);
  }
  // Empty folders would slow down every listing, and block keys with their name.
  remove_empty_folders_above(sidecar, folder_.sidecars());
  return sync_directory(remove_empty_folders_above(path, folder_.path));
}

}  // namespace headgate::local
