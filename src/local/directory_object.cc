#include "local/directory_object.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "local/posix_file.h"

namespace headgate::local {
namespace {

FileIdentity identity_of(const struct stat& status) {
  return {.inode = status.st_ino,
          .bytes = static_cast<std::uint64_t>(status.st_size),
          .modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec};
}

ObjectInfo info_of(const ObjectKey& key, const FileIdentity& file, const ObjectRecord* record) {
  ObjectInfo info;
  info.key = key;
  info.bytes = file.bytes;
  info.modified_at = Timestamp{file.modified_ns};
  if (record == nullptr) {
    info.etag = fmt::format("{:x}-{:x}", file.modified_ns, file.bytes);
    return info;
  }
  info.etag = record->etag;
  info.content_type = record->content_type;
  info.content_encoding = record->content_encoding;
  info.metadata = record->metadata;
  return info;
}

Error not_there(const ObjectKey& key) {
  return Error{Fault::NotFound, "object " + key.str() + ": does not exist"};
}

// Opens the file at the key and reads its status, whatever its sidecar says.
Result<OpenObject> open_file_of(const BucketFolder& folder, const ObjectKey& key) {
  const std::string path = folder.object(key);
  Result<FileDescriptor> file = open_file(path, O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_NOCTTY);
  // ELOOP means a link at the end, ENOTDIR a file on the way: in both cases the key does not exist.
  if (!file.ok() && file.error().fault == Fault::Invalid) return not_there(key);
  OpenObject object;
  object.file = TRY(std::move(file));
  const struct stat status = TRY(stat_of(object.file.get(), path));
  if (!S_ISREG(status.st_mode)) return not_there(key);
  object.identity = identity_of(status);
  return object;
}

bool is_still(const FileIdentity& file, const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && status.st_ino == file.inode;
}

class Reader : public ObjectReader {
 public:
  Reader(OpenObject object, ByteRange range) : object_(std::move(object)), range_(range) {}

  const ObjectInfo& info() const override { return object_.info; }

  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t wanted = std::min<std::uint64_t>(into.size(), range_.bytes);
    if (wanted == 0) return std::size_t{0};
    const std::string& key = object_.info.key.str();
    const std::size_t taken = TRY(read_at(object_.file.get(), range_.first, into.first(wanted), key));
    if (taken == 0) return Error{Fault::Retry, key + ": became shorter while it was read"};
    range_.first += taken;
    range_.bytes -= taken;
    return taken;
  }

 private:
  const OpenObject object_;
  ByteRange range_;  // the bytes still to be read
};

}  // namespace

Result<std::vector<ObjectRecord>> read_sidecar(const BucketFolder& folder, const ObjectKey& key) {
  const std::string path = folder.sidecar(key);
  const Result<std::string> json = read_file(path, kSidecarBytesMax);
  // ENOTDIR and EISDIR: another key's sidecar is at this path, so this key has none.
  if (!json.ok() && (json.error().fault == Fault::NotFound || json.error().fault == Fault::Invalid)) {
    return std::vector<ObjectRecord>{};
  }
  if (!json.ok()) return json.error();
  return TRY_IN(path, decode_sidecar(*json));
}

Result<OpenObject> open_object(const BucketFolder& folder, const ObjectKey& key) {
  constexpr int kReplacedMax = 8;  // how often others may replace the object between our open() and our look
                                   // at its sidecar
  for (int replaced = 0;; ++replaced) {
    OpenObject object = TRY(open_file_of(folder, key));
    const std::vector<ObjectRecord> records = TRY(read_sidecar(folder, key));
    const ObjectRecord* const record = find_record(records, object.identity);
    if (record == nullptr && replaced < kReplacedMax && !is_still(object.identity, folder.object(key))) {
      continue;
    }
    object.is_recorded = record != nullptr;
    object.info = info_of(key, object.identity, record);
    return object;
  }
}

Result<ObjectInfo> describe_object(const BucketFolder& folder, const ObjectKey& key) {
  struct stat status {};
  if (::lstat(folder.object(key).c_str(), &status) != 0) return error_from_errno(errno, key.view());
  if (!S_ISREG(status.st_mode)) return not_there(key);
  const FileIdentity identity = identity_of(status);
  const Result<std::vector<ObjectRecord>> records = read_sidecar(folder, key);
  return info_of(key, identity, records.ok() ? find_record(*records, identity) : nullptr);
}

Result<std::unique_ptr<ObjectReader>> read_object(OpenObject object, std::optional<ByteRange> range) {
  const std::uint64_t bytes = object.info.bytes;
  const ByteRange wanted = range.value_or(ByteRange{.first = 0, .bytes = bytes});
  if (wanted.first > bytes || wanted.bytes > bytes - wanted.first) {
    return Error{Fault::Invalid, fmt::format("object {}: range {}+{} goes beyond its {} bytes",
                                             object.info.key.str(), wanted.first, wanted.bytes, bytes)};
  }
  std::unique_ptr<ObjectReader> reader = std::make_unique<Reader>(std::move(object), wanted);
  return reader;
}

}  // namespace headgate::local
