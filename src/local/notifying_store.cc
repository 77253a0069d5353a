#include "local/notifying_store.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "model/notification.h"
#include "model/quarantine_key.h"

namespace headgate::local {

class NotifyingStore::Writer : public ObjectWriter {
 public:
  Writer(NotifyingStore& store, std::unique_ptr<ObjectWriter> writer, ObjectKey key, Deadline deadline)
      : store_(store), writer_(std::move(writer)), key_(std::move(key)), deadline_(deadline) {}

  Result<> append(std::string_view bytes) override { return writer_->append(bytes); }

  Result<PutOutcome> commit() override {
    const PutOutcome outcome = TRY(writer_->commit());
    TRY(store_.announce(key_, deadline_));
    return outcome;
  }

 private:
  NotifyingStore& store_;
  const std::unique_ptr<ObjectWriter> writer_;
  const ObjectKey key_;
  const Deadline deadline_;
};

NotifyingStore::NotifyingStore(Clock& clock, Random& random, ObjectStore& store, Queue& queue,
                               Options options)
    : clock_(clock), random_(random), store_(store), queue_(queue), options_(std::move(options)) {}

Result<std::unique_ptr<ObjectWriter>> NotifyingStore::open_writer(const ObjectKey& key, PutOptions options,
                                                                  Deadline deadline) {
  std::unique_ptr<ObjectWriter> writer = TRY(store_.open_writer(key, std::move(options), deadline));
  if (is_announced(key)) writer = std::make_unique<Writer>(*this, std::move(writer), key, deadline);
  return writer;
}

Result<std::unique_ptr<ObjectReader>> NotifyingStore::open_reader(const ObjectKey& key,
                                                                  std::optional<ByteRange> range,
                                                                  Deadline deadline) {
  return store_.open_reader(key, range, deadline);
}

Result<ObjectInfo> NotifyingStore::head(const ObjectKey& key, Deadline deadline) {
  return store_.head(key, deadline);
}

Result<ObjectPage> NotifyingStore::list(std::string_view prefix, const ObjectKey& after,
                                        std::size_t count_max, Deadline deadline) {
  return store_.list(prefix, after, count_max, deadline);
}

Result<> NotifyingStore::remove(const ObjectKey& key, Deadline deadline) {
  return store_.remove(key, deadline);
}

Result<PutOutcome> NotifyingStore::copy(const CopySource& source, const ObjectKey& to, PutOptions options,
                                        Deadline deadline) {
  const PutOutcome outcome = TRY(store_.copy(source, to, std::move(options), deadline));
  if (is_announced(to)) TRY(announce(to, deadline));
  return outcome;
}

bool NotifyingStore::is_announced(const ObjectKey& key) const {
  const auto ends = [&](const std::string& suffix) { return key.view().ends_with(suffix); };
  return std::any_of(options_.suffixes.begin(), options_.suffixes.end(), ends) && !is_quarantine_key(key);
}

Result<> NotifyingStore::announce(const ObjectKey& key, Deadline deadline) {
  Result<ObjectInfo> info = store_.head(key, deadline);
  // Somebody has removed it since, so there is nothing to announce.
  if (!info.ok() && info.error().fault == Fault::NotFound) return {};
  if (!info.ok()) return std::move(info).error().in("notification");
  const Timestamp now = clock_.now();
  const ObjectCreated created{.bucket = bucket(),
                              .key = key,
                              .bytes = info->bytes,
                              .etag = info->etag,
                              .sequencer = fmt::format("{:016X}", now.nanoseconds),
                              .at = now};
  TRY_IN("notification",
         queue_.send(sns_envelope(created, random_.uuid()), std::chrono::seconds{0}, deadline));
  return {};
}

}  // namespace headgate::local
