// An ObjectStore in memory.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/mutex.h"
#include "model/compression/checksum.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::fakes {

// Any thread.
class MemoryStore : public ObjectStore {
 public:
  MemoryStore(Clock& clock, BucketName bucket) : clock_(clock), bucket_(std::move(bucket)) {}

  const BucketName& bucket() const override { return bucket_; }
  // From now on nothing can be read, whatever is there; empty: as before.
  void refuse_reads(std::optional<Error> error) {
    const MutexLock lock(mutex_);
    refusal_ = std::move(error);
  }
  // Nothing can be written any more; empty: as before.
  void refuse_writes(std::optional<Error> error) {
    const MutexLock lock(mutex_);
    write_refusal_ = std::move(error);
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline) override {
    TRY(check_put_options(options));
    const MutexLock lock(mutex_);
    if (write_refusal_) return *write_refusal_;
    return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(*this, key, std::move(options)));
  }
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline) override {
    const MutexLock lock(mutex_);
    ++reads_;
    if (refusal_) return *refusal_;
    const auto found = objects_.find(key);
    if (found == objects_.end()) return Error{Fault::NotFound, "object: not there"};
    const Object& object = found->second;
    const std::uint64_t size = object.bytes->size();
    const ByteRange all = range.value_or(ByteRange{.first = 0, .bytes = size});
    if (all.first + all.bytes > size) return Error{Fault::Invalid, "range: beyond the end"};
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(object, all));
  }
  Result<ObjectInfo> head(const ObjectKey& key, Deadline) override {
    const MutexLock lock(mutex_);
    if (refusal_) return *refusal_;
    const auto found = objects_.find(key);
    if (found == objects_.end()) return Error{Fault::NotFound, "object: not there"};
    return found->second.info;
  }
  Result<ObjectPage> list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                          Deadline) override {
    const MutexLock lock(mutex_);
    ObjectPage page;
    const ObjectKey first{prefix};
    auto object = after < first ? objects_.lower_bound(first) : objects_.upper_bound(after);
    for (; object != objects_.end(); ++object) {
      if (!object->first.view().starts_with(prefix)) break;
      if (page.objects.size() == count_max) {
        page.is_last = false;
        break;
      }
      page.objects.push_back(object->second.info);
    }
    return page;
  }
  Result<> remove(const ObjectKey& key, Deadline) override {
    const MutexLock lock(mutex_);
    objects_.erase(key);
    return {};
  }
  Result<PutOutcome> copy(const CopySource&, const ObjectKey&, PutOptions, Deadline) override {
    return Error{Fault::Denied, "copy: not here"};
  }

  // The bytes of the objects whose keys start so, one after another.
  std::string text_under(std::string_view prefix) const {
    const MutexLock lock(mutex_);
    std::string text;
    for (const auto& [key, object] : objects_) {
      if (key.view().starts_with(prefix)) text += *object.bytes;
    }
    return text;
  }
  std::uint64_t reads() const {
    const MutexLock lock(mutex_);
    return reads_;
  }
  // An object whose bytes others share.
  void place(const ObjectKey& key, const std::shared_ptr<const std::string>& bytes,
             ObjectMetadata metadata = {}) {
    const MutexLock lock(mutex_);
    objects_[key] = {.info = {.key = key,
                              .bytes = bytes->size(),
                              .modified_at = clock_.now(),
                              .metadata = std::move(metadata)},
                     .bytes = bytes};
  }

 private:
  struct Object {
    ObjectInfo info;
    std::shared_ptr<const std::string> bytes;  // shared with its readers
  };
  class Writer : public ObjectWriter {
   public:
    Writer(MemoryStore& store, ObjectKey key, PutOptions options)
        : store_(store), key_(std::move(key)), options_(std::move(options)) {}
    Result<> append(std::string_view bytes) override {
      bytes_ += bytes;
      return {};
    }
    Result<PutOutcome> commit() override {
      const MutexLock lock(store_.mutex_);
      if (options_.mode == PutMode::OnlyIfAbsent && store_.objects_.contains(key_)) {
        return PutOutcome::AlreadyThere;
      }
      store_.objects_[key_] = {.info = {.key = key_,
                                        .bytes = bytes_.size(),
                                        .modified_at = store_.clock_.now(),
                                        .content_type = options_.content_type,
                                        .content_encoding = options_.content_encoding,
                                        .metadata = options_.metadata},
                               .bytes = std::make_shared<const std::string>(bytes_)};
      return PutOutcome::Stored;
    }

   private:
    MemoryStore& store_;
    const ObjectKey key_;
    const PutOptions options_;
    std::string bytes_;
  };
  class Reader : public ObjectReader {
   public:
    Reader(const Object& object, ByteRange range)
        : info_(object.info), bytes_(object.bytes), at_(range.first), end_(range.first + range.bytes) {}
    const ObjectInfo& info() const override { return info_; }
    Result<std::size_t> read(std::span<char> into) override {
      const std::size_t count = std::min<std::size_t>(into.size(), end_ - at_);
      std::copy_n(bytes_->data() + at_, count, into.data());
      at_ += count;
      return count;
    }

   private:
    const ObjectInfo info_;
    const std::shared_ptr<const std::string> bytes_;
    std::uint64_t at_;
    const std::uint64_t end_;
  };

  Clock& clock_;
  const BucketName bucket_;
  mutable Mutex mutex_;
  std::map<ObjectKey, Object> objects_ GUARDED_BY(mutex_);
  std::uint64_t reads_ GUARDED_BY(mutex_) = 0;  // open_reader() calls
  std::optional<Error> refusal_ GUARDED_BY(mutex_);
  std::optional<Error> write_refusal_ GUARDED_BY(mutex_);
};

}  // namespace headgate::fakes
