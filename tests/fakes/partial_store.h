// For what asks little of a store.
#pragma once

#include <memory>
#include <utility>

#include "ports/object_store.h"

namespace headgate::fakes {

// A bucket of which only some calls are made.
class PartialStore : public ObjectStore {
 public:
  explicit PartialStore(BucketName bucket) : bucket_(std::move(bucket)) {}
  const BucketName& bucket() const override { return bucket_; }
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey&, std::optional<ByteRange>,
                                                    Deadline) override {
    return unused();
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey&, PutOptions, Deadline) override {
    return unused();
  }
  Result<ObjectInfo> head(const ObjectKey&, Deadline) override { return unused(); }
  Result<ObjectPage> list(std::string_view, const ObjectKey&, std::size_t, Deadline) override {
    return unused();
  }
  Result<> remove(const ObjectKey&, Deadline) override { return unused(); }
  Result<PutOutcome> copy(const CopySource&, const ObjectKey&, PutOptions, Deadline) override {
    return unused();
  }

 private:
  static Error unused() { return Error{Fault::Invalid, "not a call that is expected"}; }
  const BucketName bucket_;
};

}  // namespace headgate::fakes
