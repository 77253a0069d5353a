// What a processor is configured with.
#pragma once

#include <chrono>
#include <set>
#include <string>

#include "deliver/event_batcher.h"
#include "deliver/object_text.h"
#include "model/names.h"
#include "model/object_key.h"
#include "ports/ledger.h"
#include "tenants/groups.h"

namespace headgate::process {

struct ProcessorOptions {
  std::set<BucketName> buckets;  // the central buckets; objects of other buckets are refused
  KeyTemplate key_template;
  // The name of one thread in the ledger. It is the same after a restart, so that the thread takes up its own
  // leases at once.
  LeaseOwner owner;
  std::chrono::milliseconds lease{600'000};
  std::chrono::milliseconds timeout{60'000};    // of one call to a destination
  std::chrono::milliseconds read_max{900'000};  // to read one object and to deliver it while it is read
  // A delivery is tried again for so long, then it is parked with the reason. The time runs from its first
  // try, or from the last batch that was confirmed. How long the message waited before does not count.
  std::chrono::milliseconds try_for{24 * 3'600'000};
  // Whether an object is delivered to its destinations at the same time, each on a thread of its own, so that
  // a destination that hangs does not delay the others. Otherwise they are served one after the other.
  bool is_side_by_side = false;
  deliver::LogLimits log_limits;
  deliver::Decompression decompression = {};
  tenants::Groups groups;
  // The name of a replay; empty if this is none. The deliveries of a replay have rows of their own in the
  // ledger, so what was delivered before is delivered again, once. What fails is given back instead of
  // parked: the operator runs the replay again.
  std::string replay = {};
  std::set<DestinationName> only = {};  // the destinations to deliver to; empty: all
};

}  // namespace headgate::process
