#include "cli/central_store.h"

#include "local/directory_store.h"

namespace headgate::cli {

Result<std::unique_ptr<ObjectStore>> open_central_store(const StoreWorld& world, const Config& config) {
  switch (config.store.kind) {
    case StoreKind::Directory:
      TRY_IN("store.root", world.disk.make_directories(config.store.root));
      return std::unique_ptr<ObjectStore>(TRY_IN(
          "store.root",
          local::DirectoryStore::open(world.clock, world.random, config.store.root, config.store.bucket,
                                      local::DirectoryStore::MissingBucket::Create)));
  }
  CHECK(false);
}

}  // namespace headgate::cli
