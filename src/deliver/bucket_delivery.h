// Delivers one object into a tenant's bucket: copied by the service where it can, else through us. The key is
// made of the object's own, so that delivering again finds it there already.
#pragma once

#include <memory>

#include "base/result.h"
#include "deliver/delivery.h"
#include "deliver/packed_delivery.h"
#include "ports/object_store.h"

namespace headgate::deliver {

// Any thread. Memory: the buffers of one stream.
class BucketDelivery {
 public:
  BucketDelivery(Clock& clock, ObjectStore& central) : clock_(clock), central_(central) {}

  // Objects that are not ours (no headgate-format in their metadata) may hold what belongs to the provider:
  // they are read and written anew, record by record. Of packed objects it gets what it wants: nothing is put
  // when that is none of it. NotFound is the tenant's bucket: an object that is gone is told by the counts.
  Result<DeliveryCounts> deliver(const Delivery& delivery, ObjectStore& bucket);

 private:
  Result<DeliveryCounts> deliver_there(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> copy(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> copy_wanted(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Result<DeliveryCounts> write_anew(const Delivery& delivery, const ObjectInfo& info, ObjectStore& bucket);
  Deadline deadline(const Delivery& delivery, std::uint64_t bytes = 0) const;

  Clock& clock_;
  ObjectStore& central_;
};

// {bucket_prefix}{tenant}/{application}/{pod_name}/{file}, of a packed object
// {bucket_prefix}{tenant}/_packed/ {file}: the central cluster's id and its nodes are not shown.
// Fault::Invalid when that is no key (too long).
Result<ObjectKey> delivered_key(const Delivery& delivery);

}  // namespace headgate::deliver
