#include "local/directory_store.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>
#include <vector>

#include "local/content_hash.h"
#include "local/directory_object.h"
#include "local/directory_walk.h"
#include "local/posix_file.h"
#include "local/temporary_file.h"

namespace headgate::local {
namespace {

Result<> check_deadline(const Clock& clock, Deadline deadline) {
  if (deadline.passed(clock.steady())) return Error{Fault::Retry, "deadline passed"};
  return {};
}

bool is_directory(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

}  // namespace

class DirectoryStore::Writer : public ObjectWriter {
 public:
  Writer(DirectoryPublisher& publisher, TemporaryFile file, ObjectKey key, PutOptions options)
      : publisher_(publisher), file_(std::move(file)), key_(std::move(key)), options_(std::move(options)) {}

  Result<> append(std::string_view bytes) override {
    hash_.add(bytes);
    Result<> written = write_all(file_.descriptor(), bytes, file_.path());
    is_whole_ = is_whole_ && written.ok();
    return written;
  }

  // Takes all of `source`, which nobody else uses.
  Result<> take(const OpenObject& source) {
    is_whole_ = false;
    const bool is_hashed = source.is_recorded && TRY(copy_in_kernel(source));
    if (is_hashed) {
      known_etag_ = source.info.etag;
    } else {
      TRY(copy_through_us(source));
    }
    is_whole_ = true;
    return {};
  }

  Result<PutOutcome> commit() override {
    CHECK(!is_committed_);
    if (!is_whole_) return Error{Fault::Retry, "object " + key_.str() + ": not all of it was written"};
    is_committed_ = true;
    TRY(sync_file(file_.descriptor(), file_.path()));
    const struct stat status = TRY(stat_of(file_.descriptor(), file_.path()));
    const auto bytes = static_cast<std::uint64_t>(status.st_size);
    const ObjectRecord record{
        .file = {.inode = status.st_ino,
                 .bytes = bytes,
                 .modified_ns = status.st_mtim.tv_sec * 1'000'000'000 + status.st_mtim.tv_nsec},
        .etag = known_etag_.empty() ? fmt::format("{}-{:x}", hash_.hex(), bytes) : known_etag_,
        .content_type = std::move(options_.content_type),
        .content_encoding = std::move(options_.content_encoding),
        .metadata = std::move(options_.metadata)};
    return publisher_.publish(file_, key_, options_.mode, record);
  }

 private:
  // Returns false, and has copied nothing, if the file system cannot copy. XFS and btrfs share the bytes.
  Result<bool> copy_in_kernel(const OpenObject& source) {
    std::uint64_t left = source.info.bytes;
    while (left > 0) {
      const ssize_t copied =
          ::copy_file_range(source.file.get(), nullptr, file_.descriptor(), nullptr, left, 0);
      if (copied < 0 && errno == EINTR) continue;
      const bool is_unable = errno == EXDEV || errno == EINVAL || errno == ENOSYS || errno == EOPNOTSUPP;
      if (copied < 0 && is_unable && left == source.info.bytes) return false;
      if (copied < 0) return error_from_errno(errno, file_.path());
      if (copied == 0) return Error{Fault::Retry, source.info.key.str() + ": became shorter while copied"};
      left -= static_cast<std::uint64_t>(copied);
    }
    return true;
  }

  Result<> copy_through_us(const OpenObject& source) {
    constexpr std::size_t kBufferBytes = 256U << 10U;
    std::vector<char> buffer(kBufferBytes);
    std::uint64_t offset = 0;
    while (offset < source.info.bytes) {
      const std::size_t taken = TRY(read_at(source.file.get(), offset, buffer, source.info.key.str()));
      if (taken == 0) return Error{Fault::Retry, source.info.key.str() + ": became shorter while copied"};
      hash_.add({buffer.data(), taken});
      TRY(write_all(file_.descriptor(), {buffer.data(), taken}, file_.path()));
      offset += taken;
    }
    return {};
  }

  DirectoryPublisher& publisher_;
  TemporaryFile file_;
  const ObjectKey key_;
  PutOptions options_;
  ContentHash hash_;
  std::string known_etag_;
  bool is_whole_ = true;
  bool is_committed_ = false;
};

Result<std::unique_ptr<DirectoryStore>> DirectoryStore::open(Clock& clock, Random& random,
                                                             const std::string& root,
                                                             const BucketName& bucket,
                                                             MissingBucket missing) {
  if (!is_path_segment(bucket.view())) {
    return Error{Fault::Invalid, "bucket " + encode_file_name(bucket.view()) + ": cannot be a folder's name"};
  }
  BucketFolder folder{root + '/' + bucket.str()};
  if (missing == MissingBucket::Refuse && !is_directory(folder.path)) {
    return error_from_errno(ENOENT, folder.path);
  }
  if (missing == MissingBucket::LookOnly)
    return std::unique_ptr<DirectoryStore>(new DirectoryStore(clock, random, root, bucket, nullptr));
  TRY(make_directories(folder.temporaries(), Syncing::Yes));
  TRY(make_directories(folder.sidecars(), Syncing::Yes));
  TRY(sweep_temporaries(folder.temporaries()));
  std::unique_ptr<DirectoryPublisher> publisher = TRY(DirectoryPublisher::open(random, folder));
  return std::unique_ptr<DirectoryStore>(
      new DirectoryStore(clock, random, root, bucket, std::move(publisher)));
}

DirectoryStore::DirectoryStore(Clock& clock, Random& random, std::string root, BucketName bucket,
                               std::unique_ptr<DirectoryPublisher> publisher)
    : clock_(clock),
      random_(random),
      root_(std::move(root)),
      bucket_(std::move(bucket)),
      folder_{root_ + '/' + bucket_.str()},
      publisher_(std::move(publisher)) {}

Result<> DirectoryStore::check(const ObjectKey& key, Deadline deadline) const {
  TRY(check_object_key(key));
  return check_deadline(clock_, deadline);
}

Result<> DirectoryStore::check_may_write() const {
  if (publisher_ == nullptr) return Error{Fault::Denied, folder_.path + ": opened for reading only"};
  return {};
}

Result<std::unique_ptr<DirectoryStore::Writer>> DirectoryStore::make_writer(const ObjectKey& key,
                                                                            PutOptions options) {
  TRY(check_put_options(options));
  TRY(check_may_write());
  TemporaryFile file = TRY(TemporaryFile::create(folder_.temporaries(), random_));
  return std::make_unique<Writer>(*publisher_, std::move(file), key, std::move(options));
}

Result<std::unique_ptr<ObjectWriter>> DirectoryStore::open_writer(const ObjectKey& key, PutOptions options,
                                                                  Deadline deadline) {
  TRY(check(key, deadline));
  std::unique_ptr<ObjectWriter> writer = TRY(make_writer(key, std::move(options)));
  return writer;
}

Result<std::unique_ptr<ObjectReader>> DirectoryStore::open_reader(const ObjectKey& key,
                                                                  std::optional<ByteRange> range,
                                                                  Deadline deadline) {
  TRY(check(key, deadline));
  return read_object(TRY(open_object(folder_, key)), range);
}

Result<ObjectInfo> DirectoryStore::head(const ObjectKey& key, Deadline deadline) {
  TRY(check(key, deadline));
  return std::move(TRY(open_object(folder_, key)).info);
}

Result<ObjectPage> DirectoryStore::list(std::string_view prefix, const ObjectKey& after,
                                        std::size_t count_max, Deadline deadline) {
  TRY(check_deadline(clock_, deadline));
  if (publisher_ == nullptr && !is_directory(folder_.path)) return ObjectPage{.objects = {}, .is_last = true};
  ObjectKey from = after;
  while (true) {
    const WalkedKeys walked = TRY(walk_keys(folder_.path, prefix, from, std::min(count_max, kPageMax)));
    ObjectPage page{.objects = {}, .is_last = walked.is_last};
    for (const ObjectKey& key : walked.keys) {
      Result<ObjectInfo> info = describe_object(folder_, key);
      if (!info.ok() && info.error().fault == Fault::NotFound) continue;  // it was removed after we listed it
      page.objects.push_back(TRY(std::move(info)));
    }
    // Without any object on a page, the caller would have no key to continue from.
    if (!page.objects.empty() || page.is_last || walked.keys.empty()) return page;
    from = walked.keys.back();
  }
}

Result<> DirectoryStore::remove(const ObjectKey& key, Deadline deadline) {
  TRY(check(key, deadline));
  TRY(check_may_write());
  return publisher_->remove(key);
}

Result<PutOutcome> DirectoryStore::copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                        Deadline deadline) {
  TRY(check(to, deadline));
  const BucketFolder from{root_ + '/' + source.bucket.str()};
  if (!is_path_segment(source.bucket.view()) || !is_directory(from.path)) {
    return Error{Fault::Denied,
                 "copy: bucket " + encode_file_name(source.bucket.view()) + ": not under " + root_};
  }
  TRY_IN("copy", check_object_key(source.key));
  const OpenObject object = TRY_IN("copy", open_object(from, source.key));
  const std::unique_ptr<Writer> writer = TRY(make_writer(to, std::move(options)));
  TRY(writer->take(object));
  return writer->commit();
}

}  // namespace headgate::local
