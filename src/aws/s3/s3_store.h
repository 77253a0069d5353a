// An ObjectStore in S3: the central bucket of agents and processors, and the buckets of tenants.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>

#include "aws/s3/s3_bucket.h"
#include "ports/object_store.h"

namespace headgate::aws {

// Thread-safe. Its readers and writers must not outlive it.
class S3Store final : public ObjectStore {
 public:
  // Fault::Invalid if a setting is not valid. The dependencies, which include the credentials for reading and
  // writing, must outlive the store.
  static Result<std::unique_ptr<S3Store>> open(ServiceClient::Deps deps, S3Settings settings);
  // Makes copies with other credentials than reads and writes, because whoever may write may not read the
  // source. If `copier` is refused, or its credentials are wrong, the error is Fault::Denied. No copy is then
  // tried for a while; the caller reads and writes the object instead.
  static Result<std::unique_ptr<S3Store>> open(ServiceClient::Deps deps, S3Settings settings,
                                               ServiceClient::Deps copier, S3Settings copying);

  const BucketName& bucket() const override { return bucket_->settings().bucket; }
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

 private:
  explicit S3Store(std::unique_ptr<S3Bucket> bucket) : bucket_(std::move(bucket)) {}
  static constexpr std::chrono::minutes kNoCopyFor{10};
  Result<PutOutcome> copy_by_other(const CopySource& source, const ObjectKey& to, const PutOptions& options,
                                   Deadline deadline);

  const std::unique_ptr<S3Bucket> bucket_;
  std::unique_ptr<S3Bucket> copier_;  // the same bucket, for copies; if none, bucket_ copies
  std::atomic<std::int64_t> no_copy_before_{INT64_MIN};  // nanoseconds of the steady clock
};

}  // namespace headgate::aws
