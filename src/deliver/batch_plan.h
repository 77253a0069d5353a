// What the number of a batch means. The ledger keeps how many batches of an object a log group has. The same
// number stands for other events, or for events elsewhere, if the tenant's stream template, its log group or
// our limits change between two tries, or if the object is overwritten.
#pragma once

#include "deliver/delivery.h"
#include "deliver/event_batcher.h"

namespace headgate::deliver {

// A fingerprint of all that determines the batches of an object, and where they go: 16 hexadecimal digits.
// Pure. Not of what is wanted of a packed object, nor of what leaves the group as it is (role, external id,
// retention): a change of these goes on where the delivery was.
BatchPlan batch_plan(const Delivery& delivery, const LogLimits& limits);

}  // namespace headgate::deliver
