#include "assembly/delivery_backend.h"

#include <filesystem>
#include <system_error>

#include "assembly/tenant_rules.h"
#include "aws/dynamo/dynamo_ledger.h"
#include "aws/dynamo/dynamo_tenant_store.h"
#include "aws/sqs/sqs_queue.h"
#include "aws/tenant/aws_destinations.h"
#include "base/log.h"
#include "local/directory_store.h"
#include "local/local_destinations.h"
#include "local/sqlite_ledger.h"
#include "local/sqlite_queue.h"
#include "local/sqlite_tenant_store.h"

namespace headgate::assembly {
namespace {

Result<std::unique_ptr<TenantStore>> open_dynamo_tenants(AwsClients& clients, const config::Config& config) {
  return std::unique_ptr<TenantStore>(
      TRY_IN("aws.tenants_table",
             aws::DynamoTenantStore::open(clients.central(), {.table = config.aws.tenants_table,
                                                              .region = clients.settings().region,
                                                              .endpoints = clients.settings().endpoints,
                                                              .client = clients.table_options()})));
}

// The SQLite file, or instead of one that is not there, for who only looks, an empty database in memory.
std::string state_file(const config::Config& config, Access access) {
  std::error_code cannot_tell;  // then opening it says so better
  const bool is_missing = !std::filesystem::exists(config.local.state, cannot_tell) && !cannot_tell;
  if (access != Access::Look || !is_missing) return config.local.state;
  log::info("local_state_missing", "The state file (local.state) does not exist yet, so nothing is stored.",
            {{"local.state", config.local.state}});
  return local::kInMemory;
}

Result<std::unique_ptr<TenantStore>> open_sqlite_tenants(const ClientDeps& deps, const config::Config& config,
                                                         const std::string& file, Access access) {
  if (access == Access::Change) TRY_IN("local.root", deps.disk.make_directories(config.local.root));
  return std::unique_ptr<TenantStore>(TRY_IN("local.state", local::SqliteTenantStore::open(file)));
}

}  // namespace

template <typename Q>
void DeliveryBackend::use_queue(std::unique_ptr<Q> queue) {
  dead_letters_ = queue.get();
  queue_ = std::move(queue);
}

Result<std::unique_ptr<DeliveryBackend>> DeliveryBackend::open(const ClientDeps& deps,
                                                               const config::Config& config,
                                                               ClientStops stops, Access access) {
  auto opened = std::unique_ptr<DeliveryBackend>(new DeliveryBackend());
  if (config.store.kind == config::StoreKind::S3) {
    TRY(opened->open_aws(deps, config, std::move(stops)));
  } else {
    TRY(opened->open_local(deps, config, access));
  }
  opened->tenants_ = std::make_unique<tenants::TenantDirectory>(
      deps.clock, *opened->tenant_store_,
      tenants::TenantDirectory::Options{.age_max = config.tenants.cache_ttl,
                                        .rules = tenant_rules(config, config.store.kind),
                                        .metrics = deps.metrics});
  return opened;
}

Result<> DeliveryBackend::open_local(const ClientDeps& deps, const config::Config& config, Access access) {
  using local::DirectoryStore;
  const std::string state = state_file(config, access);
  tenant_store_ = TRY(open_sqlite_tenants(deps, config, state, access));
  const auto missing = access == Access::Look ? DirectoryStore::MissingBucket::LookOnly
                                              : DirectoryStore::MissingBucket::Create;
  central_ = TRY_IN("store.root", DirectoryStore::open(deps.clock, deps.random, config.store.root,
                                                       config.store.bucket, missing));
  others_ = TRY(open_other_folders(deps.clock, deps.random, config, access));
  const local::SqliteQueue::Options queue_options{
      .receives_max = static_cast<std::uint32_t>(config.process.receives_max)};
  use_queue(TRY_IN("local.state", local::SqliteQueue::open(deps.clock, deps.random, state, queue_options)));
  ledger_ = TRY_IN("local.state", local::SqliteLedger::open(state));
  destinations_ = std::make_unique<local::LocalDestinations>(deps.clock, deps.random, config.local.delivered,
                                                             local::LocalDestinations::Options{});
  return {};
}

Result<> DeliveryBackend::open_aws(const ClientDeps& deps, const config::Config& config, ClientStops stops) {
  clients_ = TRY(AwsClients::open(deps, config, std::move(stops.all)));
  const auto writes = [&](aws::ServiceClient::Options client) {
    client.stop = stops.writes;
    return client;
  };
  const aws::AwsSettings& settings = clients_->settings();
  central_ = TRY(open_central_bucket(*clients_, config));
  others_ = TRY(open_other_buckets(*clients_, config));
  if (!config.aws.queue_url.empty()) {
    use_queue(TRY_IN("aws.queue_url",
                     aws::SqsQueue::open(clients_->central(), {.queue = config.aws.queue_url,
                                                               .region = settings.region,
                                                               .endpoints = settings.endpoints,
                                                               .client = writes(clients_->options()),
                                                               .receive_stop = stops.receive})));
  }
  ledger_ = TRY_IN(
      "aws.ledger_table",
      aws::DynamoLedger::open(clients_->central(), {.table = {.table = config.aws.ledger_table,
                                                              .region = settings.region,
                                                              .endpoints = settings.endpoints,
                                                              .client = writes(clients_->table_options())}}));
  tenant_store_ = TRY(open_dynamo_tenants(*clients_, config));
  destinations_ = std::make_unique<aws::AwsDestinations>(
      aws::AwsDestinations::Deps{
          .clock = deps.clock, .random = deps.random, .http = clients_->http(), .roles = clients_->roles()},
      aws::AwsDestinations::Settings{.endpoints = settings.endpoints,
                                     .client = clients_->options(),
                                     .central_buckets = config.process.buckets,
                                     .central_owner = config.store.owner});
  return {};
}

Result<std::shared_ptr<TenantStore>> open_tenant_store(const ClientDeps& deps, const config::Config& config,
                                                       Access access) {
  struct Opened {
    std::unique_ptr<AwsClients> clients;
    std::unique_ptr<TenantStore> store;
  };
  auto opened = std::make_shared<Opened>();
  if (config.store.kind == config::StoreKind::S3) {
    opened->clients = TRY(AwsClients::open(deps, config));
    opened->store = TRY(open_dynamo_tenants(*opened->clients, config));
  } else {
    opened->store = TRY(open_sqlite_tenants(deps, config, state_file(config, access), access));
  }
  TenantStore* const store = opened->store.get();
  return std::shared_ptr<TenantStore>(std::move(opened), store);
}

}  // namespace headgate::assembly
