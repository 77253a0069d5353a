// A bucket in a folder. Batches wait there in local mode, and tenants without AWS receive them there.
// docs/contributing/formats/local-files.md describes the files.
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

// Thread-safe, also for any number of processes (DirectoryPublisher). An object is written into a temporary
// file, synced, and then linked (OnlyIfAbsent) or renamed (Replace) to its key. The folders on its path are
// synced before commit() returns. A kill at any time leaves the object whole or absent; the next open()
// removes unfinished files.
//
// Limits: the segments of a key are path segments, so a key cannot also be a folder of other keys
// (Fault::Invalid); see check_object_key(). Deadlines are checked only when a call starts, because a write to
// disk cannot be interrupted.
// The etag is the CRC-64/XZ of the bytes and their number, in hexadecimal. A file that others put into the
// folder has its modification time and size as etag, so that listing need not read it. Such files have no
// metadata.
class DirectoryStore : public ObjectStore {
 public:
  // LookOnly: nothing is created or removed. A bucket that does not exist has no objects, and every write is
  // Fault::Denied.
  enum class MissingBucket : std::uint8_t { Create, Refuse, LookOnly };
  static constexpr std::size_t kPageMax = 1000;  // most objects that one list() returns, as in S3

  // With Refuse, Fault::NotFound if the bucket does not exist. Fault::Invalid if its name cannot be that of a
  // folder.
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
  // Fault::Denied if the source bucket is not a folder under the same root.
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
  const std::unique_ptr<DirectoryPublisher> publisher_;  // null with LookOnly
};

}  // namespace headgate::local
