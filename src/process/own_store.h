// The central store as deliveries read it: an object is gone only when its bucket says so, and what else it
// refuses is deliver::own_fault()'s. Quarantine, which alone writes there, says the same of writers itself.
#pragma once

#include <memory>
#include <utility>

#include "ports/object_store.h"

namespace headgate::process {

// Any thread, as the store below it, which outlives it. Errors of reading:
// - NotFound: the object is surely not there. A 404 alone may as well come from a wrong address or a bucket
//   that is none; so the bucket is asked to list the key.
// - Invalid only of a range that is given; what else is Denied, Invalid or NotFound becomes Retry.
class OwnStore final : public ObjectStore {
 public:
  explicit OwnStore(ObjectStore& store) : store_(store) {}

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
