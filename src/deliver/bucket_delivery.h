// Delivers one object into a tenant's bucket: copied by the service where it can, else through us. The key
// follows from what is put (delivered_object.h), so that delivering again finds it there already.
// Tests: tests/sim/bucket_contents_test.cc, tests/sim/delivery_test.cc
#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "base/result.h"
#include "deliver/delivered_object.h"
#include "deliver/delivery.h"
#include "deliver/object_text.h"
#include "deliver/packed_delivery.h"
#include "model/record_reader.h"
#include "ports/object_store.h"

namespace headgate::deliver {

// Any thread. Memory: the buffers of one stream, and of what is read record by record a RecordReader's.
class BucketDelivery {
 public:
  // `large_lines`, if any, is shared with all that reads objects in this process, and outlives this.
  BucketDelivery(Clock& clock, ObjectStore& central, const Decompression& decompression = {},
                 LargeLines* large_lines = nullptr)
      : clock_(clock), central_(central), decompression_(decompression), large_lines_(large_lines) {}

  // Objects that are not ours (no headgate-format in their metadata) may hold what belongs to the provider:
  // they are read and written anew, record by record. Of packed objects it gets what it wants. Nothing is put
  // when that is none of it, or when the object has no record. Of a damaged object it gets the records that
  // can be read, as a log group does, and the counts tell of the damage. NotFound is the tenant's bucket: an
  // object that is gone is told by the counts.
  Result<DeliveryCounts> deliver(const Delivery& delivery, ObjectStore& bucket);

 private:
  Result<DeliveryCounts> deliver_there(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> copy(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> copy_wanted(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> rewrite(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> rewrite_as(const DeliveredContent& content, const Delivery& delivery,
                                    const ObjectInfo& info, ObjectStore& bucket);
  struct ReadToEnd {
    std::optional<Error> damage;  // where reading ended before the object did
    bool is_over_limit = false;  // of what it may become: no damage, and more can be read with a higher limit
  };
  Result<ReadToEnd> each_record(const Delivery& delivery, Deadline until,
                                const std::function<Result<>(const ReadRecord&)>& act);
  Deadline deadline(const Delivery& delivery, std::uint64_t bytes = 0) const;

  Clock& clock_;
  ObjectStore& central_;
  const Decompression decompression_;
  LargeLines* const large_lines_;
};

}  // namespace headgate::deliver
