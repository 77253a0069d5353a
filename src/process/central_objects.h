// The central store as deliveries read it. It gives NotFound only when the bucket itself says that the object
// is gone, and marks every other refusal as ours (blame_us()). Quarantine writes to the store directly, and
// marks its errors itself.
#pragma once

#include <memory>
#include <utility>

#include "ports/object_store.h"

namespace headgate::process {

// Any thread may use it. The store below outlives it. Errors of reading:
// - NotFound: the object does not exist. A 404 may also come from a wrong address or from a bucket that does
// not
//   exist, so the bucket is asked to list the key before this is believed.
// - Invalid: the range that the caller gave is beyond the object's end.
// - Any other error: Retry, or Stopped, with Blame::Us.
class CentralObjects final : public ObjectStore {
 public:
  explicit CentralObjects(ObjectStore& store) : store_(store) {}

  const BucketName& bucket() const override { return store_.bucket(); }
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline deadline) override;
  Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) override;

  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override {
    return store_.open_writer(key, std::move(options), deadline);
  }
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                          Deadline deadline) override {
    return store_.list(prefix, after, count_max, deadline);
  }
  Result<> remove(const ObjectKey& key, Deadline deadline) override { return store_.remove(key, deadline); }
  Result<PutOutcome> copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                          Deadline deadline) override {
    return store_.copy(source, to, std::move(options), deadline);
  }

 private:
  Error judged(Error error, const ObjectKey& key, Deadline deadline);

  ObjectStore& store_;
};

}  // namespace headgate::process
