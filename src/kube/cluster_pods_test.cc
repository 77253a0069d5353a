#include "kube/cluster_pods.h"

#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>

#include "conformance/kube.h"
#include "conformance/scratch_folder.h"
#include "fakes/scripted_server.h"
#include "fakes/waiting.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace headgate::kube {
namespace {

using fakes::ScriptedServer;
using namespace std::chrono_literals;

constexpr std::string_view kPods =
    R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"namespace":"team-a","name":"api-6d4b75cb6d-hwx2k",)"
    R"("uid":"uid-1","labels":{"app":"web","pod-template-hash":"6d4b75cb6d"},)"
    R"("ownerReferences":[{"kind":"ReplicaSet","name":"api-6d4b75cb6d","controller":true}]}}]})";
constexpr std::string_view kNamespaces =
    R"({"metadata":{"resourceVersion":"5"},"items":[{"metadata":{"name":"team-a","labels":{"tenant":"true"}}}]})";

const PodId kKnown{Namespace("team-a"), PodName("api-6d4b75cb6d-hwx2k"), "uid-1"};

// An API server with one namespace and one pod, whose watches stay open and send nothing.
void answer_quietly(const std::string& request, ScriptedServer::Answer& answer) {
  if (request.find("watch=true") != std::string::npos) {
    answer.start_stream();
    answer.hang();
  } else {
    answer.json(200, request.starts_with("GET /api/v1/pods?") ? kPods : kNamespaces);
  }
}

struct Cluster {
  ClusterPodsOptions options_for(std::string api) const {
    ClusterPodsOptions options;
    options.watch.api = std::move(api);
    options.watch.backoff = {.first = 10ms, .longest = 50ms};
    options.selection.namespaces = LabelSelector::parse("tenant=true").value();
    options.selection.node_name = "node-1";
    options.data_directory = folder.path();
    options.store_every = 20ms;
    options.trust_kept_after = 100ms;
    return options;
  }
  std::unique_ptr<ClusterPods> open(std::string api) {
    return ClusterPods::open(
               {.library = library, .clock = clock, .random = random, .disk = disk, .metrics = metrics},
               options_for(std::move(api)))
        .value();
  }

  conformance::ScratchFolder folder;
  net::Library library = net::Library::open().value();
  local::SystemClock clock;
  local::SystemRandom random;
  local::PosixDisk disk;
  Metrics metrics;
};

TEST(ClusterPods, LearnsFromTheApi) {
  Cluster cluster;
  ScriptedServer server(answer_quietly);
  const auto pods = cluster.open(server.url());
  ASSERT_TRUE(fakes::comes_true([&] { return pods->is_informed(); }));
  const std::optional<PodFacts> facts = pods->pod(kKnown);
  ASSERT_TRUE(facts && facts->is_selected);
  EXPECT_EQ(facts->labels.at("app"), "web");
  EXPECT_EQ(facts->namespace_labels.at("tenant"), "true");
  EXPECT_EQ(facts->workload, "api");
  EXPECT_FALSE(pods->pod({Namespace("other"), PodName("x"), "y"})->is_selected);
  EXPECT_EQ(pods->pod({Namespace("team-a"), PodName("x"), "y"}), std::nullopt);
}

TEST(ClusterPods, IsNotInformedBeforeTheApiWasEverReached) {
  Cluster cluster;
  ScriptedServer server([](const std::string&, ScriptedServer::Answer& answer) { answer.json(500, "{}"); });
  const auto pods = cluster.open(server.url());
  ASSERT_TRUE(fakes::comes_true([&] { return server.requests().size() > 4; }));
  EXPECT_FALSE(pods->is_informed());
  EXPECT_EQ(pods->pod(kKnown), std::nullopt);
}

TEST(ClusterPods, KnowsAfterARestartWhatItKnewThoughTheApiIsDown) {
  Cluster cluster;
  {
    ScriptedServer server(answer_quietly);
    const auto pods = cluster.open(server.url());
    ASSERT_TRUE(fakes::comes_true([&] { return pods->is_informed(); }));
  }
  ScriptedServer down([](const std::string&, ScriptedServer::Answer& answer) { answer.json(503, "{}"); });
  const auto pods = cluster.open(down.url());
  EXPECT_TRUE(pods->is_informed());
  ASSERT_TRUE(fakes::comes_true([&] { return pods->pod(kKnown).has_value(); }));
  const std::optional<PodFacts> facts = pods->pod(kKnown);
  ASSERT_TRUE(facts && facts->is_selected);
  EXPECT_EQ(facts->workload, "api");
}

TEST(ClusterPods, SaysWhenWhatItKnowsMayBeOutOfDate) {
  Cluster cluster;
  std::atomic<int> status{0};  // the status that watches get; 0 keeps them open
  ScriptedServer server([&](const std::string& request, ScriptedServer::Answer& answer) {
    const bool is_refused = status != 0 && request.find("watch=true") != std::string::npos;
    return is_refused ? answer.json(status, "{}") : answer_quietly(request, answer);
  });
  status = 403;
  const auto pods = cluster.open(server.url());
  ASSERT_TRUE(fakes::comes_true([&] { return pods->is_informed() && !pods->freshness().ok(); }));
  ASSERT_TRUE(fakes::comes_true([&] {
    return pods->freshness().error().what.find("403") != std::string::npos;
  })) << pods->freshness().error().what;
  EXPECT_EQ(pods->freshness().error().fault, Fault::Denied);
  status = 0;
  // A watch that was accepted counts as working even if it sends nothing.
  EXPECT_TRUE(fakes::comes_true([&] { return pods->freshness().ok(); }));
}

TEST(ClusterPods, RefusesToSendATokenInTheClear) {
  Cluster cluster;
  ClusterPodsOptions options = cluster.options_for("http://192.0.2.1:8080");  // TEST-NET-1, RFC 5737
  options.token_file = "/token";
  const ClusterPods::Deps deps{.library = cluster.library,
                               .clock = cluster.clock,
                               .random = cluster.random,
                               .disk = cluster.disk,
                               .metrics = cluster.metrics};
  const auto pods = ClusterPods::open(deps, options);
  ASSERT_FALSE(pods.ok());
  EXPECT_EQ(pods.error().fault, Fault::Invalid);
  EXPECT_NE(pods.error().what.find("kube.token_file"), std::string::npos) << pods.error().what;
  options.token_file.clear();
  EXPECT_TRUE(ClusterPods::open(deps, options).ok());
}

TEST(ClusterPods, KeepsWhatItKnowsOnDiskWhileItRuns) {
  Cluster cluster;
  ScriptedServer server(answer_quietly);
  const auto pods = cluster.open(server.url());
  const std::string path = cluster.folder.path() + "/known-pods";
  EXPECT_TRUE(fakes::comes_true([&] { return std::filesystem::exists(path); }));
}

TEST(ClusterPods, StartsAnewFromADamagedFile) {
  Cluster cluster;
  const std::unique_ptr<WritableFile> file =
      cluster.disk.create(cluster.folder.path() + "/known-pods").value();
  ASSERT_TRUE(file->append("headgate-known-pods 1\ncrc 1\n").ok());
  ScriptedServer server(answer_quietly);
  const auto pods = cluster.open(server.url());
  ASSERT_TRUE(fakes::comes_true([&] { return pods->is_informed(); }));
  EXPECT_TRUE(pods->pod(kKnown)->is_selected);
}

}  // namespace
}  // namespace headgate::kube

namespace headgate::conformance {
namespace {

struct ClusterPodsFixture {
  static constexpr bool kKnowsAll = false;
  ClusterPodsFixture() {
    CHECK(fakes::comes_true([&] { return pods_->is_informed(); }));
  }
  Kube& kube() { return *pods_; }
  PodId known() { return headgate::kube::kKnown; }
  PodId unknown() { return {Namespace("team-a"), PodName("never-was"), "uid-2"}; }

  headgate::kube::Cluster cluster_;
  fakes::ScriptedServer server_{headgate::kube::answer_quietly};
  std::unique_ptr<headgate::kube::ClusterPods> pods_ = cluster_.open(server_.url());
};
INSTANTIATE_TYPED_TEST_SUITE_P(ClusterPods, KubeConformance, ClusterPodsFixture);

}  // namespace
}  // namespace headgate::conformance
