// Our view of pods against a Kubernetes API by others: kmock's emulator, for list and watch over its HTTP.
#include <gtest/gtest.h>

#include "conformance/scratch_folder.h"
#include "fakes/waiting.h"
#include "kube/cluster_pods.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "peers/peer_process.h"

namespace headgate::kube {
namespace {

using namespace std::chrono_literals;

class KubeSeenByKmock : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_NE(peer_.port(), 0) << "run tools/peers.sh first; it makes " << peers::python();
    api_ = "http://127.0.0.1:" + std::to_string(peer_.port());
    client_ = net::HttpClient::open(library_, clock_, {}).value();
  }
  void ask(const std::string& method, const std::string& path, const std::string& body = {}) {
    const Result<net::HttpResponse> response =
        client_->send({.method = method,
                       .url = api_ + path,
                       .headers = {{"Content-Type", "application/json"}},
                       .body = body},
                      {.deadline = Deadline::after(clock_.steady(), 10s)});
    ASSERT_TRUE(response.ok()) << response.error().what;
    ASSERT_TRUE(response->is_success()) << response->body;
  }
  void add_pod(const std::string& name, const std::string& more = {}) {
    ask("POST", "/api/v1/namespaces/team-a/pods",
        R"({"metadata":{"namespace":"team-a","name":")" + name + R"(","uid":"uid-)" + name + "\"" + more +
            "}}");
  }
  std::unique_ptr<ClusterPods> watch_pods() {
    ClusterPodsOptions options;
    options.watch.api = api_;
    options.watch.backoff = {.first = 10ms, .longest = 50ms};
    options.data_directory = folder_.path();
    return ClusterPods::open(
               {.library = library_, .clock = clock_, .random = random_, .disk = disk_, .metrics = metrics_},
               options)
        .value();
  }
  static PodId id(const std::string& name) { return {Namespace("team-a"), PodName(name), "uid-" + name}; }
  // kmock answers 500 for namespaces, so that no pod's is ever known: assumed() tells what is known of the
  // pod.
  static bool is_known(ClusterPods& pods, const std::string& name) {
    const std::optional<PodFacts> facts = pods.assumed(id(name));
    return facts && !facts->workload.empty();
  }

  peers::PeerProcess peer_{{peers::python(), "-B", peers::script("kube_api.py")}};
  conformance::ScratchFolder folder_;
  net::Library library_ = net::Library::open().value();
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  Metrics metrics_;
  std::string api_;
  std::unique_ptr<net::HttpClient> client_;
};

TEST_F(KubeSeenByKmock, ListsThePodsThatAreThere) {
  add_pod("kafka-0", R"(,"labels":{"app":"broker"},"ownerReferences":[)"
                     R"({"kind":"StatefulSet","name":"kafka","controller":true}])");
  const auto pods = watch_pods();
  ASSERT_TRUE(fakes::comes_true([&] { return is_known(*pods, "kafka-0"); }));
  EXPECT_EQ(pods->assumed(id("kafka-0"))->labels.at("app"), "broker");
  EXPECT_EQ(pods->assumed(id("kafka-0"))->workload, "kafka");
}

TEST_F(KubeSeenByKmock, FollowsPodsThatComeChangeAndGo) {
  add_pod("first");
  const auto pods = watch_pods();
  ASSERT_TRUE(fakes::comes_true([&] { return is_known(*pods, "first"); }));
  add_pod("second", R"(,"labels":{"app":"one"})");
  ASSERT_TRUE(fakes::comes_true([&] { return is_known(*pods, "second"); }));
  ask("PATCH", "/api/v1/namespaces/team-a/pods/second",
      R"({"metadata":{"annotations":{"headgate.io/exclude":"true"}}})");
  ASSERT_TRUE(fakes::comes_true([&] { return !pods->assumed(id("second"))->is_selected; }));
  ask("DELETE", "/api/v1/namespaces/team-a/pods/first");
  const std::string deleted = R"(headgate_kube_events_total{resource="pods",type="DELETED"} 1)";
  ASSERT_TRUE(fakes::comes_true([&] { return metrics_.exposition().find(deleted) != std::string::npos; }));
  EXPECT_TRUE(pods->assumed(id("first"))->is_selected) << "its logs may still be being read";
}

}  // namespace
}  // namespace headgate::kube
