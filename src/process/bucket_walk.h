// Looks through the central buckets, one after the other, each by its own store: what one of them refuses
// keeps nobody from the others.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "base/result.h"
#include "model/names.h"
#include "ports/clock.h"
#include "ports/object_store.h"

namespace headgate::process {

struct ObjectPlace {
  BucketName bucket = {};
  ObjectKey key = {};  // empty: before all of the bucket
};

struct WalkOptions {
  std::string prefix = {};  // of keys
  ObjectKey after = {};     // only what comes after this key: in each bucket, or else
  BucketName in = {};       // in this one: those before it are left out, and those after it walked whole
};

// How a walk ended.
struct Walked {
  // One for each bucket that could not be listed to its end, with its name. What was looked at stands.
  std::vector<Error> refused = {};
  std::optional<ObjectPlace> left_off = {};  // after this one it goes on; none: it is at its end
};

enum class Walk : std::uint8_t { On, LeaveOff };

// In the order of `buckets`. `look` is given each object; when it says so the walk is left off before that
// object, and when a store says Stopped. Memory: one page of keys.
Walked walk_buckets(Clock& clock, const std::vector<ObjectStore*>& buckets, const WalkOptions& options,
                    const std::function<Walk(ObjectStore& bucket, const ObjectInfo& info)>& look);

}  // namespace headgate::process
