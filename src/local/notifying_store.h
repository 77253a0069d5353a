// A store that announces new objects in a queue, as S3 does through SNS to SQS.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ports/clock.h"
#include "ports/object_store.h"
#include "ports/queue.h"
#include "ports/random.h"

namespace headgate::local {

// Thread-safe. A commit or copy succeeds only when its notification is in the queue. If that fails, the
// object exists already. The caller's repeat finds it AlreadyThere and sends the notification again. So each
// object is announced at least once. Announcing it twice is safe, because the ledger knows what was
// delivered.
class NotifyingStore : public ObjectStore {
 public:
  struct Options {
    std::vector<std::string> suffixes = {".gz", ".zst", ".json"};  // keys with these ends are announced,
                                                                   // except in quarantine
  };
  // All four references must outlive this object.
  NotifyingStore(Clock& clock, Random& random, ObjectStore& store, Queue& queue, Options options);

  const BucketName& bucket() const override { return store_.bucket(); }
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
  class Writer;

  bool is_announced(const ObjectKey& key) const;
  Result<> announce(const ObjectKey& key, Deadline deadline);

  Clock& clock_;
  Random& random_;
  ObjectStore& store_;
  Queue& queue_;
  const Options options_;
};

}  // namespace headgate::local
