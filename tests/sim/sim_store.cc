#include "sim/sim_store.h"

#include <algorithm>

#include "model/compression/checksum.h"

namespace headgate::sim {

class SimStore::Writer : public ObjectWriter {
 public:
  Writer(SimStore& store, ObjectKey key, PutOptions options)
      : store_(store), key_(std::move(key)), options_(std::move(options)) {}
  Result<> append(std::string_view bytes) override {
    bytes_ += bytes;
    return {};
  }
  Result<PutOutcome> commit() override {
    return store_.faults_.call<Result<PutOutcome>>("store.put",
                                                   [&] { return store_.put(key_, bytes_, options_); });
  }

 private:
  SimStore& store_;
  const ObjectKey key_;
  const PutOptions options_;
  std::string bytes_;
};

class SimStore::Reader : public ObjectReader {
 public:
  Reader(Faults& faults, const Object& object, std::optional<ByteRange> range)
      : faults_(faults), info_(object.info), bytes_(object.bytes) {
    if (range) bytes_ = bytes_.substr(range->first, range->bytes);
  }
  Result<std::size_t> read(std::span<char> into) override {
    return faults_.call<Result<std::size_t>>("store.read", [&]() -> Result<std::size_t> {
      const std::size_t bytes = std::min({into.size(), bytes_.size() - position_, std::size_t{4096}});
      std::copy_n(bytes_.data() + position_, bytes, into.data());
      position_ += bytes;
      return bytes;
    });
  }
  const ObjectInfo& info() const override { return info_; }

 private:
  Faults& faults_;
  const ObjectInfo info_;
  std::string bytes_;
  std::size_t position_ = 0;
};

Result<PutOutcome> SimStore::put(const ObjectKey& key, std::string bytes, const PutOptions& options) {
  const auto there = objects_.find(key);
  if (there != objects_.end()) {
    if (options.mode == PutMode::OnlyIfAbsent) return PutOutcome::AlreadyThere;
    if (there->second.bytes != bytes) ++overwrites_;
  }
  Object object;
  object.info = ObjectInfo{.key = key,
                           .bytes = bytes.size(),
                           .etag = std::to_string(fnv1a_64(bytes)),
                           .modified_at = clock_.now(),
                           .content_type = options.content_type,
                           .content_encoding = options.content_encoding,
                           .metadata = options.metadata};
  object.bytes = std::move(bytes);
  const Object& stored = objects_[key] = std::move(object);
  if (on_stored_) on_stored_(key, stored);
  return PutOutcome::Stored;
}

Result<std::unique_ptr<ObjectWriter>> SimStore::open_writer(const ObjectKey& key, PutOptions options,
                                                            Deadline) {
  using Answer = Result<std::unique_ptr<ObjectWriter>>;
  return faults_.call<Answer>("store.open_writer", [&]() -> Answer {
    TRY(check_put_options(options));
    return std::unique_ptr<ObjectWriter>(std::make_unique<Writer>(*this, key, std::move(options)));
  });
}

Result<std::unique_ptr<ObjectReader>> SimStore::open_reader(const ObjectKey& key,
                                                            std::optional<ByteRange> range, Deadline) {
  using Answer = Result<std::unique_ptr<ObjectReader>>;
  return faults_.call<Answer>("store.get", [&]() -> Answer {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return Error{Fault::NotFound, key.str() + ": no such object"};
    if (range && range->first + range->bytes > found->second.bytes.size()) {
      return Error{Fault::Invalid, key.str() + ": the range begins after the end of the object"};
    }
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(faults_, found->second, range));
  });
}

Result<ObjectInfo> SimStore::head(const ObjectKey& key, Deadline) {
  return faults_.call<Result<ObjectInfo>>("store.head", [&]() -> Result<ObjectInfo> {
    const auto found = objects_.find(key);
    if (found == objects_.end()) return Error{Fault::NotFound, key.str() + ": no such object"};
    return found->second.info;
  });
}

Result<ObjectPage> SimStore::list(std::string_view prefix, const ObjectKey& after, std::size_t count_max,
                                  Deadline) {
  return faults_.call<Result<ObjectPage>>("store.list", [&]() -> Result<ObjectPage> {
    ObjectPage page;
    for (auto object = objects_.upper_bound(after); object != objects_.end(); ++object) {
      if (!object->first.view().starts_with(prefix)) continue;
      if (page.objects.size() == count_max) {
        page.is_last = false;
        break;
      }
      page.objects.push_back(object->second.info);
    }
    return page;
  });
}

Result<> SimStore::remove(const ObjectKey& key, Deadline) {
  return faults_.call<Result<>>("store.remove", [&]() -> Result<> {
    objects_.erase(key);
    return {};
  });
}

Result<PutOutcome> SimStore::copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                  Deadline) {
  return faults_.call<Result<PutOutcome>>("store.copy", [&]() -> Result<PutOutcome> {
    TRY(check_put_options(options));
    if (copy_source_ == nullptr || source.bucket != copy_source_->bucket()) {
      return Error{Fault::Denied, "copy: the source is not readable from here"};
    }
    const auto found = copy_source_->objects_.find(source.key);
    if (found == copy_source_->objects_.end())
      return Error{Fault::NotFound, source.key.str() + ": no such object"};
    return put(to, found->second.bytes, options);
  });
}

}  // namespace headgate::sim
