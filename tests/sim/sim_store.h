// One simulated bucket. Storing an object tells the queue, as S3 through SNS does.
#pragma once

#include <functional>
#include <map>
#include <string>

#include "ports/object_store.h"
#include "sim/faults.h"
#include "sim/sim_clock.h"

namespace headgate::sim {

class SimStore : public ObjectStore {
 public:
  struct Object {
    std::string bytes;
    ObjectInfo info;
  };
  using OnStored = std::function<void(const ObjectKey&, const Object&)>;
  // Copies from `source_store`, if given.
  SimStore(Faults& faults, SimClock& clock, BucketName bucket, const SimStore* copy_source = nullptr)
      : faults_(faults), clock_(clock), bucket_(std::move(bucket)), copy_source_(copy_source) {}

  const BucketName& bucket() const override { return bucket_; }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override;
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline deadline) override;
  Result<ObjectInfo> head(const ObjectKey& key, Deadline deadline) override;
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                          Deadline deadline) override;
  Result<> remove(const ObjectKey& key, Deadline deadline) override;
  Result<PutOutcome> copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                          Deadline deadline) override;

  // Is there as if it had always been.
  void place(const ObjectKey& key, std::string bytes) { CHECK(put(key, std::move(bytes), {}).ok()); }
  void on_stored(OnStored then) { on_stored_ = std::move(then); }
  const std::map<ObjectKey, Object>& objects() const { return objects_; }
  std::uint64_t overwrites() const { return overwrites_; }

 private:
  class Writer;
  class Reader;
  Result<PutOutcome> put(const ObjectKey& key, std::string bytes, const PutOptions& options);

  Faults& faults_;
  SimClock& clock_;
  const BucketName bucket_;
  const SimStore* copy_source_;
  OnStored on_stored_;
  std::map<ObjectKey, Object> objects_;
  std::uint64_t overwrites_ = 0;
};

}  // namespace headgate::sim
