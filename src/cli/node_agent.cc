#include "cli/node_agent.h"

#include "cli/central_store.h"
#include "cli/collector_options.h"
#include "cli/watched_folders.h"
#include "kube/cluster_pods.h"
#include "local/named_pods.h"

namespace headgate::cli {
namespace {

Result<std::string> api_of(const Environment& environment, const std::string& configured) {
  if (!configured.empty()) return configured;
  const auto told = [&](const char* name) {
    const auto found = environment.find(name);
    return found == environment.end() ? std::string_view() : std::string_view(found->second);
  };
  return kube::in_cluster_api(told("KUBERNETES_SERVICE_HOST"), told("KUBERNETES_SERVICE_PORT"));
}

}  // namespace

Result<std::unique_ptr<NodeAgent>> NodeAgent::start(const net::Library& library,
                                                    const Environment& environment, const Config& config) {
  auto agent = std::unique_ptr<NodeAgent>(new NodeAgent());
  TRY_IN("collect.data_directory", agent->disk_.make_directories(config.collect.data_directory));
  const ClientWorld world{.library = library,
                          .environment = environment,
                          .clock = agent->clock_,
                          .random = agent->random_,
                          .disk = agent->disk_};
  agent->store_ = TRY(open_central_store(world, config, agent->leave_.get_token()));
  TRY(agent->open_kube(library, environment, config));
  TRY(agent->start_server(config));
  TRY(agent->start_agent(config));
  return agent;
}

NodeAgent::~NodeAgent() {
  stop(std::chrono::milliseconds{0});
}

Result<> NodeAgent::open_kube(const net::Library& library, const Environment& environment,
                              const Config& config) {
  if (config.kube.api == kNoKube) {
    pods_ = std::make_unique<local::NamedPods>();
    return {};
  }
  if (config.kube.node_name.empty()) {
    return Error{
        Fault::Invalid,
        "kube.node_name: must be set to the node's name (spec.nodeName, by the downward API), so that "
        "only its pods are asked for"};
  }
  kube::ClusterPodsOptions options;
  options.watch.api = TRY_IN("kube.api", api_of(environment, config.kube.api));
  options.selection.namespaces =
      TRY_IN("kube.namespace_selector", kube::LabelSelector::parse(config.kube.namespace_selector));
  options.selection.pods = TRY_IN("kube.pod_selector", kube::LabelSelector::parse(config.kube.pod_selector));
  options.selection.needs_namespace_labels = !config.kube.tenant_label.empty();
  options.selection.node_name = config.kube.node_name;
  options.token_file = config.kube.token_file;
  options.ca_file = config.kube.ca_file;
  options.data_directory = config.collect.data_directory;
  pods_ =
      TRY_IN("kube.api",
             kube::ClusterPods::open(
                 {.library = library, .clock = clock_, .random = random_, .disk = disk_, .metrics = metrics_},
                 std::move(options)));
  return {};
}

Result<> NodeAgent::start_server(const Config& config) {
  if (!config.metrics.listen) return {};
  readiness_.add("kubernetes", [this]() -> Result<> {
    if (!pods_->is_informed()) return Error{Fault::Retry, "the API has not said yet what pods there are"};
    return {};
  });
  http::Routes routes;
  http::add_health_routes(routes, metrics_, readiness_);
  server_ = TRY_IN("metrics.listen", http::Server::open(*config.metrics.listen, std::move(routes)));
  return {};
}

Result<> NodeAgent::start_agent(const Config& config) {
  events_ = watch_folders();
  const collect::Collector::World world{.clock = clock_,
                                        .random = random_,
                                        .disk = disk_,
                                        .kube = *pods_,
                                        .metrics = metrics_,
                                        .events = events_.get()};
  const NodeName node(config.kube.node_name.empty() ? "local" : config.kube.node_name);
  Agent::Options options = TRY(agent_options(config, node));
  options.leave = leave_;
  agent_ = TRY_IN("collect", Agent::start(world, *store_, std::move(options)));
  return {};
}

std::size_t NodeAgent::stop(std::chrono::milliseconds grace) {
  if (!agent_) return 0;
  const std::size_t left = agent_->stop(grace);
  // Probes are answered until here. The server ends first: its handlers read all that follows.
  server_.reset();
  agent_.reset();
  pods_.reset();  // writes what it knows for the next start
  return left;
}

}  // namespace headgate::cli
