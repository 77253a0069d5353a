#include "assembly/node_agent.h"

#include "assembly/build_info.h"
#include "assembly/central_store.h"
#include "assembly/collector_options.h"
#include "assembly/data_directory.h"
#include "assembly/watched_folders.h"
#include "kube/cluster_pods.h"
#include "local/named_pods.h"
#include "ports/whole_file.h"

namespace headgate::assembly {
namespace {

std::string_view told(const config::Environment& environment, const char* name) {
  const auto found = environment.find(name);
  return found == environment.end() ? std::string_view() : std::string_view(found->second);
}

Result<std::string> api_of(const config::Environment& environment, const std::string& configured) {
  if (!configured.empty()) return configured;
  return kube::in_cluster_api(told(environment, "KUBERNETES_SERVICE_HOST"),
                              told(environment, "KUBERNETES_SERVICE_PORT"));
}

// Empty when nothing tells.
// https://kubernetes.io/docs/tasks/run-application/access-api-from-pod/#directly-accessing-the-rest-api
std::string own_namespace(Disk& disk, const config::Config& config) {
  constexpr std::size_t kBytesMax = 4096;
  if (!config.kube.own_namespace.empty() || config.kube.token_file.empty()) return config.kube.own_namespace;
  const std::size_t slash = config.kube.token_file.rfind('/');
  const std::string folder = slash == std::string::npos ? "" : config.kube.token_file.substr(0, slash + 1);
  Result<std::string> text = read_whole_file(disk, folder + "namespace", kBytesMax);
  if (!text.ok()) return "";
  text->resize(text->find_last_not_of(" \t\r\n") + 1);
  return *text;
}

kube::Selection own_pods(Disk& disk, const config::Environment& environment, const config::Config& config) {
  const std::string_view pod_name = told(environment, "POD_NAME");
  // Kubernetes names the host after the pod, unless it is the node's.
  const std::string_view own_pod = pod_name.empty() ? told(environment, "HOSTNAME") : pod_name;
  return {.allow_opt_out = config.kube.allow_opt_out,
          .collect_own_logs = config.kube.collect_own_logs,
          .own_namespace = own_namespace(disk, config),
          .own_pod = std::string(own_pod)};
}

}  // namespace

Result<std::unique_ptr<NodeAgent>> NodeAgent::start(const net::Library& library,
                                                    const config::Environment& environment,
                                                    const config::Config& config,
                                                    const std::stop_token& stop) {
  auto agent = std::unique_ptr<NodeAgent>(new NodeAgent());
  Result<> started = agent->start_all(library, environment, config, stop);
  if (!started.ok()) return with_advice(std::move(started).error(), config.collect.data_directory);
  return agent;
}

Result<> NodeAgent::start_all(const net::Library& library, const config::Environment& environment,
                              const config::Config& config, const std::stop_token& stop) {
  lock_ = TRY(lock_data_directory(clock_, disk_, config, stop));
  const ClientDeps deps{
      .library = library, .environment = environment, .clock = clock_, .random = random_, .disk = disk_};
  store_ = TRY(open_central_store(deps, config, stop_.get_token()));
  TRY(open_kube(library, environment, config));
  TRY(start_server(config));
  return start_agent(config);
}

NodeAgent::~NodeAgent() {
  stop(std::chrono::milliseconds{0});
}

Result<> NodeAgent::open_kube(const net::Library& library, const config::Environment& environment,
                              const config::Config& config) {
  if (config.kube.api == config::kNoKube) {
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
  options.selection = own_pods(disk_, environment, config);
  options.selection.namespaces =
      TRY_IN("kube.namespace_selector", kube::LabelSelector::parse(config.kube.namespace_selector));
  options.selection.pods = TRY_IN("kube.pod_selector", kube::LabelSelector::parse(config.kube.pod_selector));
  options.selection.tenant_label = config.kube.tenant_label;
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

Result<> NodeAgent::start_server(const config::Config& config) {
  if (!config.metrics.listen) return {};
  readiness_.add("kubernetes", [this] { return pods_->freshness(); });
  http::Routes routes;
  tell_build(metrics_);
  http::add_health_routes(routes, metrics_, readiness_);
  server_ = TRY_IN("metrics.listen", http::Server::open(*config.metrics.listen, std::move(routes)));
  return {};
}

Result<> NodeAgent::start_agent(const config::Config& config) {
  pod_logs_ = std::make_unique<local::PodLogDisk>(pod_log_disk_options(config));
  events_ = watch_folders(*pod_logs_);
  const collect::Collector::Deps deps{.clock = clock_,
                                      .random = random_,
                                      .disk = disk_,
                                      .kube = *pods_,
                                      .metrics = metrics_,
                                      .events = events_.get(),
                                      .pod_logs = pod_logs_.get(),
                                      .links = pod_logs_.get()};
  const NodeName node(config.kube.node_name.empty() ? "local" : config.kube.node_name);
  collect::Agent::Options options = TRY(agent_options(config, node));
  options.leave = stop_;
  agent_ = TRY_IN("collect", collect::Agent::start(deps, *store_, std::move(options)));
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

}  // namespace headgate::assembly
