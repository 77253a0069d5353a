#include "cli/central_store.h"

#include "aws/s3_store.h"
#include "local/directory_store.h"

namespace headgate::cli {
namespace {

struct Opened {
  std::unique_ptr<AwsClients> clients;
  std::unique_ptr<ObjectStore> store;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_central_bucket(AwsClients& clients, const Config& config) {
  return std::unique_ptr<ObjectStore>(
      TRY_IN("store.bucket", aws::S3Store::open(clients.central(), clients.bucket_settings(config))));
}

Result<std::shared_ptr<ObjectStore>> open_central_store(const ClientWorld& world, const Config& config,
                                                        std::stop_token leave) {
  auto opened = std::make_shared<Opened>();
  switch (config.store.kind) {
    case StoreKind::Directory:
      TRY_IN("store.root", world.disk.make_directories(config.store.root));
      opened->store =
          TRY_IN("store.root", local::DirectoryStore::open(world.clock, world.random, config.store.root,
                                                           config.store.bucket,
                                                           local::DirectoryStore::MissingBucket::Create));
      break;
    case StoreKind::S3:
      opened->clients = TRY(AwsClients::open(world, config, std::move(leave)));
      opened->store = TRY(open_central_bucket(*opened->clients, config));
      break;
  }
  ObjectStore* store = opened->store.get();
  return std::shared_ptr<ObjectStore>(std::move(opened), store);
}

}  // namespace headgate::cli
