// Lists the keys of a bucket's folder in S3's order: by the bytes of the whole key. This differs from the
// order of a folder tree (`a.b` comes before `a/b`).
// Tests: src/local/directory_store_test.cc
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

// Up to `count_max` keys that begin with `prefix` and come after `after`. Fault::NotFound if the folder does
// not exist. Skips symbolic links, pipes, and names that cannot be keys. Reads only folders that can contain
// such keys. Keeps in memory the names of one folder per level.
Result<WalkedKeys> walk_keys(const std::string& folder, std::string_view prefix, const ObjectKey& after,
                             std::size_t count_max);

}  // namespace headgate::local
