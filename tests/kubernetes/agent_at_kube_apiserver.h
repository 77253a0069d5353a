// An agent's view of pods, with an account of its own at a Kubernetes API server that others wrote.
#pragma once

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "fakes/waiting.h"
#include "kube/cluster_pods.h"
#include "kubernetes/kube_cluster.h"
#include "local/posix_disk.h"
#include "local/system_random.h"

namespace headgate::kube {

using namespace std::chrono_literals;

constexpr std::string_view kNode = "node-1";

struct Right {
  std::string verb;
  std::string resource;
};
using Rights = std::vector<Right>;
inline const Rights& needed() {
  static const Rights all = {
      {"list", "pods"}, {"watch", "pods"}, {"list", "namespaces"}, {"watch", "namespaces"}};
  return all;
}

// The account has the rights that src/kube/README.md names and no others.
class AgentAtKubeApiserver : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_TRUE(cluster_.is_up()) << "run tools/peers.sh first; it makes build/peers/kube-apiserver";
    cluster_.ask("POST", "/api/v1/namespaces", R"({"metadata":{"name":"headgate"}})");
    cluster_.ask("POST", "/api/v1/namespaces/headgate/serviceaccounts", R"({"metadata":{"name":"agent"}})");
    cluster_.ask("POST", kRoles, role(needed()));
    cluster_.ask("POST", "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
                 R"({"metadata":{"name":"agent"},
                     "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"agent"},
                     "subjects":[{"kind":"ServiceAccount","namespace":"headgate","name":"agent"}]})");
    token_ = new_token();
    write_token(token_);
    // The server learns of rights from a watch of its own.
    ASSERT_TRUE(
        fakes::comes_true([&] { return cluster_.status_for(token_, "/api/v1/pods?limit=1") == 200; }));
    add_namespace("team-a", R"("wanted":"yes")");
  }

  static std::string role(const Rights& rights) {
    std::string rules;
    for (const Right& right : rights) {
      if (!rules.empty()) rules += ',';
      rules.append(R"({"apiGroups":[""],"resources":[")").append(right.resource);
      rules.append(R"("],"verbs":[")").append(right.verb).append(R"("]})");
    }
    return R"({"metadata":{"name":"agent"},"rules":[)" + rules + "]}";
  }
  std::string new_token() {
    return peers::KubeCluster::text_after(
        cluster_.ask("POST", "/api/v1/namespaces/headgate/serviceaccounts/agent/token",
                     R"({"spec":{"expirationSeconds":3600}})"),
        R"("token":")");
  }
  void write_token(const std::string& token) {
    std::ofstream(folder_.at("token"), std::ios::binary | std::ios::trunc) << token << '\n';
  }
  void add_namespace(const std::string& name, const std::string& labels = {}) {
    cluster_.ask("POST", "/api/v1/namespaces",
                 R"({"metadata":{"name":")" + name + R"(","labels":{)" + labels + "}}}");
  }
  // As the API knows it from now on: its uid is the server's.
  PodId add_pod(const std::string& name, const std::string& metadata = {}, std::string_view node = kNode,
                const std::string& in = "team-a") {
    const std::string made =
        cluster_.ask("POST", "/api/v1/namespaces/" + in + "/pods",
                     R"({"metadata":{"name":")" + name + "\"" + (metadata.empty() ? "" : "," + metadata) +
                         R"(},"spec":{"nodeName":")" + std::string(node) +
                         R"(","containers":[{"name":"main","image":"none"}]}})");
    return {Namespace(in), PodName(name), peers::KubeCluster::text_after(made, R"("uid":")")};
  }
  void change_pod(const PodId& pod, const std::string& metadata) {
    cluster_.ask("PATCH", path_of(pod), R"({"metadata":{)" + metadata + "}}");
  }
  // At once, as a kubelet does at the end; there is none here.
  void delete_pod(const PodId& pod) { cluster_.ask("DELETE", path_of(pod), R"({"gracePeriodSeconds":0})"); }
  static std::string path_of(const PodId& pod) {
    return "/api/v1/namespaces/" + pod.namespace_name.str() + "/pods/" + pod.pod.str();
  }

  std::unique_ptr<ClusterPods> watch_pods(ClusterPodsOptions options = {}) {
    options.watch.api = cluster_.url();
    options.watch.backoff = {.first = 10ms, .longest = 50ms};
    options.selection.namespaces = LabelSelector::parse("wanted=yes").value();
    options.selection.node_name = kNode;
    options.token_file = folder_.at("token");
    if (options.ca_file.empty()) options.ca_file = cluster_.ca_file();
    options.data_directory = folder_.path();
    return ClusterPods::open(
               {.library = library_, .clock = clock_, .random = random_, .disk = disk_, .metrics = metrics_},
               std::move(options))
        .value();
  }
  bool await_known(ClusterPods& pods, const PodId& id) {
    return fakes::comes_true([&] { return pods.pod(id).has_value(); });
  }
  static bool is_selected(ClusterPods& pods, const PodId& id) {
    const std::optional<PodFacts> facts = pods.pod(id);
    return facts && facts->is_selected;
  }
  double value_of(const std::string& metric, const std::string& resource, const std::string& more = {}) {
    const std::string series = "\n" + metric + R"({resource=")" + resource + "\"" + more + "} ";
    const std::string page = "\n" + metrics_.exposition();
    const std::size_t at = page.find(series);
    return at == std::string::npos ? 0 : std::stod(page.substr(at + series.size()));
  }
  double events(const std::string& type, const std::string& resource = "pods") {
    return value_of("headgate_kube_events_total", resource, R"(,type=")" + type + "\"");
  }
  double lists(const std::string& resource = "pods") {
    return value_of("headgate_kube_relists_total", resource);
  }
  double failures(const std::string& resource = "pods") {
    return value_of("headgate_kube_failures_total", resource);
  }
  bool is_watching(const std::string& resource = "pods") {
    return value_of("headgate_kube_watch_connected", resource) == 1;
  }

  static constexpr const char* kRoles = "/apis/rbac.authorization.k8s.io/v1/clusterroles";
  conformance::ScratchFolder folder_;
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  Metrics metrics_;
  std::string token_;
  peers::KubeCluster cluster_;
};

}  // namespace headgate::kube
