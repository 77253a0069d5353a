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
  std::optional<ObjectPlace> interrupted =
      {};  // the next walk goes on after this one; none: this walk reached its end
};

enum class Walk : std::uint8_t { On, Stop };

// Walks the buckets in the order of `buckets`, and gives each object to `look`. The walk is interrupted
// before the object for which `look` says Stop, or when a store gives Stopped. Memory: one page of keys.
Walked walk_buckets(Clock& clock, const std::vector<ObjectStore*>& buckets, const WalkOptions& options,
                    const std::function<Walk(ObjectStore& bucket, const ObjectInfo& info)>& look);

}  // namespace headgate::process
