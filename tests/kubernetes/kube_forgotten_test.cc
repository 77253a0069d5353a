// What becomes of a watch whose place kube-apiserver and etcd have forgotten: each way that they say so, one
// exchange at a time, so that things happen in between.
#include <functional>
#include <set>

#include "kube/resource_watch.h"
#include "kubernetes/agent_at_kube_apiserver.h"

namespace headgate::kube {
namespace {

// The machine's clock, which lets something happen whenever it is read, while it is told to.
class EventfulClock : public Clock {
 public:
  Timestamp now() const override { return clock_.now(); }
  SteadyTime steady() const override {
    if (at_reading) at_reading();
    return clock_.steady();
  }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    return clock_.sleep(wait, stop);
  }
  std::function<void()> at_reading = {};

 private:
  local::SystemClock clock_;
};

class ForgottenByKubeApiserver : public AgentAtKubeApiserver {
 protected:
  void begin() {
    WatchOptions options;
    options.api = cluster_.url();
    options.page_limit = 2;
    options.watch_max = 4s;
    watch_ = std::make_unique<ResourceWatch>(
        ResourceWatch::Deps{eventful_clock_, random_, metrics_, *client_, token_file_}, std::move(options),
        WatchedResource{.name = "pods", .path = "/api/v1/pods", .field_selector = "spec.nodeName=node-1"},
        ResourceWatch::Listener{.replace =
                                    [this](const std::vector<ApiObject>& all) {
                                      names_.clear();
                                      for (const ApiObject& pod : all) names_.insert(pod.name);
                                    },
                                .apply =
                                    [this](const WatchEvent& event) {
                                      if (event.kind == WatchEvent::Kind::Deleted) {
                                        names_.erase(event.object.name);
                                      } else {
                                        names_.insert(event.object.name);
                                      }
                                    }});
  }
  std::chrono::milliseconds turn() { return watch_->turn({}); }
  using Names = std::set<std::string>;

  // From a place that will be forgotten to a watch that goes on, through `forget`, by the fifth exchange.
  template <typename Forget>
  void expect_nothing_missed(Forget forget) {
    for (const char* name : {"a", "b", "c"}) add_pod(name);
    begin();
    EXPECT_EQ(turn(), 0ms);
    ASSERT_EQ(names_, (Names{"a", "b", "c"}));
    cluster_.ask("DELETE", "/api/v1/namespaces/team-a/pods/a", R"({"gracePeriodSeconds":0})");
    for (const char* name : {"d", "e", "f"}) add_pod(name);
    forget();
    ASSERT_EQ(lists(), 1);
    turn();
    EXPECT_EQ(events("ERROR") + failures(), 2) << "it was told that its place is forgotten, once";
    EXPECT_EQ(turn(), 0ms);
    EXPECT_EQ(lists(), 2);
    EXPECT_EQ(names_, (Names{"b", "c", "d", "e", "f"}));
    add_pod("g");
    EXPECT_EQ(turn(), 0ms);
    EXPECT_EQ(lists(), 2);
    EXPECT_EQ(names_, (Names{"b", "c", "d", "e", "f", "g"}));
  }

  EventfulClock eventful_clock_;
  TokenFile token_file_{disk_, clock_, folder_.at("token")};
  std::unique_ptr<net::HttpClient> client_;
  std::unique_ptr<ResourceWatch> watch_;
  Names names_;

  void SetUp() override {
    AgentAtKubeApiserver::SetUp();
    client_ = net::HttpClient::open(library_, clock_, {.ca_file = cluster_.ca_file()}).value();
  }
};

TEST_F(ForgottenByKubeApiserver, MissesNothingAfterARestartAndACompactionOfEtcd) {
  expect_nothing_missed([&] {
    cluster_.compact();
    cluster_.stop_api();
    cluster_.start_api();
    ASSERT_TRUE(cluster_.is_up());
  });
}

TEST_F(ForgottenByKubeApiserver, MissesNothingWhenTheServerAsksACompactedEtcd) {
  cluster_.stop_api();
  cluster_.start_api({"--watch-cache=false"});
  ASSERT_TRUE(cluster_.is_up());
  expect_nothing_missed([&] { cluster_.compact(); });
}

TEST_F(ForgottenByKubeApiserver, ListsAnewWhenEtcdIsCompactedBetweenTwoPages) {
  cluster_.stop_api();
  cluster_.start_api({"--watch-cache=false"});
  ASSERT_TRUE(cluster_.is_up());
  Names all = {"a", "b", "c"};
  for (const std::string& name : all) add_pod(name);
  begin();
  eventful_clock_.at_reading = [&] {
    const std::string late = "late-" + std::to_string(all.size());
    add_pod(late);
    all.insert(late);
    cluster_.compact();
  };
  EXPECT_GT(turn(), 0ms);
  EXPECT_EQ(failures(), 1);
  EXPECT_EQ(lists(), 0);
  eventful_clock_.at_reading = {};
  EXPECT_EQ(turn(), 0ms);
  EXPECT_EQ(lists(), 1);
  EXPECT_EQ(names_, all);
}

}  // namespace
}  // namespace headgate::kube
