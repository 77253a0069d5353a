// The central bucket, in the world that `store.kind` names.
#pragma once

#include <memory>

#include "base/result.h"
#include "cli/config.h"
#include "ports/clock.h"
#include "ports/disk.h"
#include "ports/object_store.h"
#include "ports/random.h"

namespace headgate::cli {

// What a store is made with; all of it outlives the store.
struct StoreWorld {
  Clock& clock;
  Random& random;
  Disk& disk;
};

// The error names the setting.
Result<std::unique_ptr<ObjectStore>> open_central_store(const StoreWorld& world, const Config& config);

}  // namespace headgate::cli
