#include "process/central_objects.h"

namespace headgate::process {
namespace {

Error to_be_tried_again(Error error) {
  return blame_us(std::move(error), "central store");
}

class CentralReader final : public ObjectReader {
 public:
  explicit CentralReader(std::unique_ptr<ObjectReader> reader) : reader_(std::move(reader)) {}
  const ObjectInfo& info() const override { return reader_->info(); }
  Result<std::size_t> read(std::span<char> into) override {
    Result<std::size_t> taken = reader_->read(into);
    if (!taken.ok()) return to_be_tried_again(std::move(taken).error());
    return taken;
  }

 private:
  std::unique_ptr<ObjectReader> reader_;
};

}  // namespace

Result<std::unique_ptr<ObjectReader>> CentralObjects::open_reader(const ObjectKey& key,
                                                                  std::optional<ByteRange> range,
                                                                  Deadline deadline) {
  Result<std::unique_ptr<ObjectReader>> opened = store_.open_reader(key, range, deadline);
  if (opened.ok()) return std::unique_ptr<ObjectReader>(std::make_unique<CentralReader>(std::move(*opened)));
  if (range && opened.error().fault == Fault::Invalid) return opened;
  return judged(std::move(opened).error(), key, deadline);
}

Result<ObjectInfo> CentralObjects::head(const ObjectKey& key, Deadline deadline) {
  Result<ObjectInfo> info = store_.head(key, deadline);
  if (!info.ok()) return judged(std::move(info).error(), key, deadline);
  return info;
}

Error CentralObjects::judged(Error error, const ObjectKey& key, Deadline deadline) {
  if (error.fault != Fault::NotFound) return to_be_tried_again(std::move(error));
  const Result<ObjectPage> page = store_.list(key.view(), ObjectKey(), 1, deadline);
  if (!page.ok()) return to_be_tried_again(page.error());
  const bool is_listed = !page->objects.empty() && page->objects.front().key == key;
  return is_listed ? to_be_tried_again(std::move(error)) : error;
}

}  // namespace headgate::process
