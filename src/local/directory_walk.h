// The keys of a bucket's folder in the order that S3 lists them: by the bytes of the whole key, which is not
// the order of a folder tree (`a.b` comes before `a/b`).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/names.h"

namespace headgate::local {

struct WalkedKeys {
  std::vector<ObjectKey> keys;
  bool is_last = true;
};

// Up to `count_max` keys that start with `prefix` and come after `after`. NotFound when the folder is not
// there. Symbolic links, pipes and what cannot be a key are passed over. Only folders that can hold such keys
// are read; memory is the names of one folder a level.
Result<WalkedKeys> walk_keys(const std::string& folder, std::string_view prefix, const ObjectKey& after,
                             std::size_t count_max);

}  // namespace headgate::local
