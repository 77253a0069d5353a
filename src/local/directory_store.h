// A bucket that is a folder: where batches wait in local mode, and where tenants without AWS receive them.
// docs/contributing/formats/local-files.md says what lies where.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "local/directory_publisher.h"
#include "local/object_path.h"
#include "ports/clock.h"
#include "ports/object_store.h"
#include "ports/random.h"

namespace headgate::local {

// Any thread, and any number of processes (DirectoryPublisher). An object is written beside the bucket's own,
// synced, and then linked (OnlyIfAbsent) or renamed (Replace) to its key; the folders on its way are synced
// before commit() returns. A kill at any instant leaves the object whole or absent; what was being written is
// swept by the next open().
//
// Limits: a key's segments are path segments, so a key cannot also be a folder of other keys (Invalid), and
// see check_object_key(). Deadlines are judged once, when a call starts: a disk cannot be hurried.
// etag: CRC-64/XZ of the bytes and their number, in hexadecimal; of a file that others put into the folder,
// its modification time and size, so that listing never reads it. Such files have no metadata.
class DirectoryStore : public ObjectStore {
 public:
  // LookOnly: nothing is made or swept, also in a bucket that is there; one that is not there has no objects,
  // and whatever would write is Denied.
  enum class MissingBucket : std::uint8_t { Create, Refuse, LookOnly };
  static constexpr std::size_t kPageMax = 1000;  // objects that one list() gives, as S3's

  // With Refuse, a bucket that is not there is NotFound. Invalid when its name cannot be a folder's.
  static Result<std::unique_ptr<DirectoryStore>> open(Clock& clock, Random& random, const std::string& root,
                                                      const BucketName& bucket, MissingBucket missing);

  const BucketName& bucket() const override { return bucket_; }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override;
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline deadline) override;
  Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) override;
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                          Deadline deadline) override;
  Result<> remove(const ObjectKey& key, Deadline deadline) override;
  // Denied for a bucket that is no folder under the same root.
  Result<PutOutcome> copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                          Deadline deadline) override;

 private:
  class Writer;

  DirectoryStore(Clock& clock, Random& random, std::string root, BucketName bucket,
                 std::unique_ptr<DirectoryPublisher> publisher);
  Result<> check(const ObjectKey& key, Deadline deadline) const;
  Result<> check_may_write() const;
  Result<std::unique_ptr<Writer>> make_writer(const ObjectKey& key, PutOptions options);

  Clock& clock_;
  Random& random_;
  const std::string root_;
  const BucketName bucket_;
  const BucketFolder folder_;
  const std::unique_ptr<DirectoryPublisher> publisher_;  // none: LookOnly
};

}  // namespace headgate::local
