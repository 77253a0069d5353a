#include "assembly/local_pipeline.h"

#include "assembly/build_info.h"
#include "assembly/collector_options.h"
#include "assembly/data_directory.h"
#include "assembly/tenant_rules.h"
#include "assembly/watched_folders.h"

namespace headgate::assembly {
namespace {

constexpr std::chrono::milliseconds kWorkerWait{
    500};  // for a message; also how soon a worker sees that it should stop

}  // namespace

Result<std::unique_ptr<LocalPipeline>> LocalPipeline::start(const config::Config& config,
                                                            const std::stop_token& stop) {
  auto pipeline = std::unique_ptr<LocalPipeline>(new LocalPipeline());
  Result<> locked = pipeline->lock(config, stop);
  if (!locked.ok()) return with_advice(std::move(locked).error(), config.collect.data_directory);
  TRY(pipeline->open_backend(config));
  TRY(pipeline->start_workers(config));
  TRY(pipeline->start_server(config));  // after what its handlers read
  TRY(pipeline->start_agent(config));
  return pipeline;
}

LocalPipeline::~LocalPipeline() {
  stop(std::chrono::milliseconds{0});
}

Result<> LocalPipeline::lock(const config::Config& config, const std::stop_token& stop) {
  TRY_IN("local.root", disk_.make_directories(config.local.root));
  state_lock_ = TRY(lock_state(clock_, config, stop));
  data_lock_ = TRY(lock_data_directory(clock_, disk_, config, stop));
  return {};
}

Result<> LocalPipeline::open_backend(const config::Config& config) {
  store_ = TRY_IN("store.root",
                  local::DirectoryStore::open(clock_, random_, config.store.root, config.store.bucket,
                                              local::DirectoryStore::MissingBucket::Create));
  other_stores_ = TRY(open_other_folders(clock_, random_, config));
  const local::SqliteQueue::Options queue_options{
      .receives_max = static_cast<std::uint32_t>(config.process.receives_max)};
  queue_ =
      TRY_IN("local.state", local::SqliteQueue::open(clock_, random_, config.local.state, queue_options));
  tenant_store_ = TRY_IN("local.state", local::SqliteTenantStore::open(config.local.state));
  ledger_ = TRY_IN("local.state", local::SqliteLedger::open(config.local.state));
  notifying_store_ = std::make_unique<local::NotifyingStore>(clock_, random_, *store_, *queue_,
                                                             local::NotifyingStore::Options{});
  destinations_ = std::make_unique<local::LocalDestinations>(clock_, random_, config.local.delivered,
                                                             local::LocalDestinations::Options{});
  tenants_ = std::make_unique<tenants::TenantDirectory>(
      clock_, *tenant_store_,
      tenants::TenantDirectory::Options{.age_max = config.tenants.cache_ttl,
                                        .rules = tenant_rules(config, config::StoreKind::Directory),
                                        .metrics = &metrics_});
  return {};
}

Result<> LocalPipeline::start_server(const config::Config& config) {
  if (!config.metrics.listen) return {};
  readiness_.add("queue", [this] { return workers_->status(); });
  http::Routes routes;
  tell_build(metrics_);
  http::add_health_routes(routes, metrics_, readiness_);
  server_ = TRY_IN("metrics.listen", http::Server::open(*config.metrics.listen, std::move(routes)));
  return {};
}

std::string LocalPipeline::metrics_address() const {
  return server_ ? server_->address().str() : "";
}

Result<> LocalPipeline::start_workers(const config::Config& config) {
  const DeliveryWorkers::Deps deps{.processor = {.clock = clock_,
                                                 .central = central_stores(*store_, other_stores_),
                                                 .ledger = *ledger_,
                                                 .tenants = *tenants_,
                                                 .destinations = *destinations_,
                                                 .metrics = metrics_},
                                   .random = random_,
                                   .queue = *queue_};
  workers_ = TRY(DeliveryWorkers::start(deps, config, LeaseOwner("local"), {.wait = kWorkerWait}, {}));
  return {};
}

Result<> LocalPipeline::start_agent(const config::Config& config) {
  collect::Agent::Options options = TRY(agent_options(config, NodeName("local")));
  pod_logs_ = std::make_unique<local::PodLogDisk>(pod_log_disk_options(config));
  events_ = watch_folders(*pod_logs_);
  const collect::Collector::Deps deps{.clock = clock_,
                                      .random = random_,
                                      .disk = disk_,
                                      .kube = pods_,
                                      .metrics = metrics_,
                                      .events = events_.get(),
                                      .pod_logs = pod_logs_.get(),
                                      .links = pod_logs_.get()};
  agent_ = TRY_IN("collect", collect::Agent::start(deps, *notifying_store_, std::move(options)));
  return {};
}

LocalPipeline::LeftOver LocalPipeline::stop(std::chrono::milliseconds grace) {
  const SteadyTime until = clock_.steady() + grace;
  LeftOver left;
  if (agent_) {
    left.batches = agent_->stop(grace);
    agent_.reset();
  }
  while (queue_ && clock_.steady() < until) {
    const Result<QueueDepth> depth = queue_->depth(soon());
    if (!depth.ok() || depth->waiting + depth->in_flight + depth->delayed == 0) break;
    clock_.sleep(std::chrono::milliseconds{20}, {});
  }
  server_.reset();  // before anything that its handlers may read
  workers_.reset();
  if (queue_) {
    const Result<QueueDepth> depth = queue_->depth(soon());
    if (depth.ok()) left.messages = depth->waiting + depth->in_flight + depth->delayed;
  }
  return left;
}

}  // namespace headgate::assembly
