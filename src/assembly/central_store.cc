#include "assembly/central_store.h"

#include <set>

#include "aws/s3/s3_store.h"
#include "local/directory_store.h"

namespace headgate::assembly {
namespace {

// Without store.bucket, each once.
std::set<BucketName> other_buckets(const config::Config& config) {
  std::set<BucketName> buckets(config.process.buckets.begin(), config.process.buckets.end());
  buckets.erase(config.store.bucket);
  return buckets;
}

struct Opened {
  std::unique_ptr<AwsClients> clients;
  std::unique_ptr<ObjectStore> store;
};

}  // namespace

Result<std::unique_ptr<ObjectStore>> open_central_bucket(AwsClients& clients, const config::Config& config) {
  return std::unique_ptr<ObjectStore>(
      TRY_IN("store.bucket", aws::S3Store::open(clients.central(), clients.bucket_settings(config))));
}

Result<OtherStores> open_other_buckets(AwsClients& clients, const config::Config& config) {
  OtherStores stores;
  for (const BucketName& bucket : other_buckets(config)) {
    aws::S3Settings settings = clients.bucket_settings(config);
    settings.bucket = bucket;
    stores.push_back(TRY_IN("process.buckets", aws::S3Store::open(clients.central(), std::move(settings))));
  }
  return stores;
}

Result<OtherStores> open_other_folders(Clock& clock, Random& random, const config::Config& config,
                                       Access access) {
  using local::DirectoryStore;
  const auto missing = access == Access::Look ? DirectoryStore::MissingBucket::LookOnly
                                              : DirectoryStore::MissingBucket::Refuse;
  OtherStores stores;
  for (const BucketName& bucket : other_buckets(config)) {
    stores.push_back(
        TRY_IN("process.buckets", DirectoryStore::open(clock, random, config.store.root, bucket, missing)));
  }
  return stores;
}

process::CentralStores central_stores(ObjectStore& first, const OtherStores& others) {
  std::vector<ObjectStore*> borrowed;
  for (const std::unique_ptr<ObjectStore>& store : others) borrowed.push_back(store.get());
  return {first, borrowed};
}

Result<std::shared_ptr<ObjectStore>> open_central_store(const ClientDeps& deps, const config::Config& config,
                                                        std::stop_token leave) {
  auto opened = std::make_shared<Opened>();
  switch (config.store.kind) {
    case config::StoreKind::Directory:
      TRY_IN("store.root", deps.disk.make_directories(config.store.root));
      opened->store =
          TRY_IN("store.root",
                 local::DirectoryStore::open(deps.clock, deps.random, config.store.root, config.store.bucket,
                                             local::DirectoryStore::MissingBucket::Create));
      break;
    case config::StoreKind::S3:
      opened->clients = TRY(AwsClients::open(deps, config, std::move(leave)));
      opened->store = TRY(open_central_bucket(*opened->clients, config));
      break;
  }
  ObjectStore* store = opened->store.get();
  return std::shared_ptr<ObjectStore>(std::move(opened), store);
}

}  // namespace headgate::assembly
