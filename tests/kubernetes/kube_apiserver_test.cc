// Our view of pods against kube-apiserver and etcd: what is listed and watched, what is refused, and which
// rights it takes.
#include "kubernetes/agent_at_kube_apiserver.h"

namespace headgate::kube {
namespace {

TEST_F(AgentAtKubeApiserver, KnowsThePodsOfItsNodeAndNoOther) {
  const PodId here =
      add_pod("kafka-0",
              R"("labels":{"app":"broker"},"ownerReferences":[{"apiVersion":"apps/v1","kind":"StatefulSet",)"
              R"("name":"kafka","uid":"uid-of-kafka","controller":true}])");
  const PodId elsewhere = add_pod("kafka-1", {}, "node-2");
  const PodId nowhere = add_pod("kafka-2", {}, "");
  const auto pods = watch_pods();
  ASSERT_TRUE(await_known(*pods, here));
  const PodFacts facts = pods->pod(here).value();
  EXPECT_TRUE(facts.is_selected);
  EXPECT_EQ(facts.labels.at("app"), "broker");
  EXPECT_EQ(facts.namespace_labels.at("wanted"), "yes");
  EXPECT_EQ(facts.workload, "kafka");
  EXPECT_FALSE(pods->pod(elsewhere).has_value());
  EXPECT_FALSE(pods->pod(nowhere).has_value());
}

TEST_F(AgentAtKubeApiserver, FollowsPodsThatComeChangeAndGo) {
  const PodId first = add_pod("first");
  const auto pods = watch_pods();
  ASSERT_TRUE(await_known(*pods, first));
  const PodId second = add_pod("second", R"("labels":{"app":"one"})");
  ASSERT_TRUE(await_known(*pods, second));
  EXPECT_EQ(pods->pod(second)->labels.at("app"), "one");
  const std::uint64_t changes = pods->changes();
  change_pod(second, R"("labels":{"app":"two"})");
  ASSERT_TRUE(fakes::comes_true([&] { return pods->pod(second)->labels.at("app") == "two"; }));
  change_pod(second, R"("annotations":{"headgate.io/exclude":"true"})");
  ASSERT_TRUE(fakes::comes_true([&] { return !is_selected(*pods, second); }));
  EXPECT_TRUE(pods->pod(second)->is_excluded);
  EXPECT_EQ(pods->changes(), changes + 2);
  add_pod("third", {}, "node-2");
  delete_pod(first);
  ASSERT_TRUE(fakes::comes_true([&] { return events("DELETED") == 1; }));
  EXPECT_TRUE(is_selected(*pods, first)) << "its logs may still be being read";
  EXPECT_EQ(events("ADDED"), 1) << "the third is of another node";
  EXPECT_EQ(lists(), 1);
  EXPECT_EQ(failures(), 0);
}

TEST_F(AgentAtKubeApiserver, KnowsANamespaceWhileItsLabelsAreWanted) {
  add_namespace("team-b");
  const PodId ours = add_pod("one");
  const PodId theirs = add_pod("one", {}, kNode, "team-b");
  const auto pods = watch_pods();
  ASSERT_TRUE(await_known(*pods, ours));
  EXPECT_TRUE(is_selected(*pods, ours));
  EXPECT_FALSE(is_selected(*pods, theirs));
  cluster_.ask("PATCH", "/api/v1/namespaces/team-b", R"({"metadata":{"labels":{"wanted":"yes"}}})");
  EXPECT_TRUE(fakes::comes_true([&] { return is_selected(*pods, theirs); }));
  cluster_.ask("PATCH", "/api/v1/namespaces/team-b", R"({"metadata":{"labels":{"wanted":"no"}}})");
  EXPECT_TRUE(fakes::comes_true([&] { return !is_selected(*pods, theirs); }));
  EXPECT_EQ(events("DELETED", "namespaces"), 0) << "one that no longer matches is not deleted";
  const PodId late = add_pod("late", {}, kNode, "team-b");
  EXPECT_TRUE(fakes::comes_true([&] { return events("ADDED") == 1; }));
  EXPECT_FALSE(is_selected(*pods, late));
  delete_pod(late);
  delete_pod(theirs);
  EXPECT_TRUE(fakes::comes_true([&] { return events("DELETED") == 2; }));
  EXPECT_FALSE(is_selected(*pods, late));
  EXPECT_FALSE(is_selected(*pods, theirs)) << "their namespace lives on without the label";
}

// The server sends one two seconds before it ends a watch, when anything changed of what its cache holds, be
// it another node's; what it told the watch at its beginning does not count.
TEST_F(AgentAtKubeApiserver, IsToldByBookmarksHowFarItCameWhileOthersChange) {
  const PodId first = add_pod("first");
  ClusterPodsOptions options;
  options.watch.watch_max = 8s;
  const auto pods = watch_pods(std::move(options));
  const auto is_told = [&] { return events("BOOKMARK") >= 2 && events("BOOKMARK", "namespaces") >= 2; };
  for (int change = 0; !is_told() && change < 100; ++change) {
    const std::string number = std::to_string(change);
    add_pod("other-" + number, {}, "node-2");
    add_namespace("other-" + number);
    (void)fakes::comes_true(is_told, 500ms);
  }
  EXPECT_TRUE(is_told());
  const PodId second = add_pod("second");
  ASSERT_TRUE(await_known(*pods, second));
  EXPECT_TRUE(is_selected(*pods, first));
  EXPECT_EQ(events("ADDED"), 1);
  EXPECT_EQ(lists() + lists("namespaces"), 2);
  EXPECT_EQ(failures() + failures("namespaces"), 0);
}

TEST_F(AgentAtKubeApiserver, GoesOnWhenTheServerWasAwayAndComesBack) {
  const PodId stays = add_pod("stays");
  const PodId goes = add_pod("goes");
  const auto pods = watch_pods();
  ASSERT_TRUE(await_known(*pods, stays));
  ASSERT_TRUE(fakes::comes_true([&] { return is_watching() && is_watching("namespaces"); }));
  cluster_.stop_api();
  ASSERT_TRUE(fakes::comes_true([&] { return failures() >= 3 && failures("namespaces") >= 3; }));
  EXPECT_FALSE(is_watching());
  EXPECT_TRUE(is_selected(*pods, stays)) << "what was known stays known";
  cluster_.start_api();
  ASSERT_TRUE(cluster_.is_up());
  const PodId comes = add_pod("comes");
  delete_pod(goes);
  add_namespace("team-b", R"("wanted":"yes")");
  const PodId theirs = add_pod("one", {}, kNode, "team-b");
  ASSERT_TRUE(fakes::comes_true([&] { return is_selected(*pods, comes) && is_selected(*pods, theirs); }));
  EXPECT_TRUE(is_selected(*pods, stays));
  EXPECT_TRUE(is_watching());
}

TEST_F(AgentAtKubeApiserver, IsRefusedWithAWrongTokenAndReadsTheNextOne) {
  const PodId pod = add_pod("one");
  write_token("wrong");
  EXPECT_EQ(cluster_.status_for("wrong", "/api/v1/pods"), 401);
  const auto pods = watch_pods();
  ASSERT_TRUE(fakes::comes_true([&] { return failures() >= 3 && failures("namespaces") >= 3; }));
  EXPECT_FALSE(pods->is_informed());
  write_token(token_);
  EXPECT_TRUE(fakes::comes_true([&] { return is_selected(*pods, pod); }));
}

TEST_F(AgentAtKubeApiserver, TellsNothingToAServerThatItsAuthorityDidNotSign) {
  add_pod("one");
  const auto client = net::HttpClient::open(library_, clock_, {.ca_file = cluster_.other_ca_file()}).value();
  const auto answer = client->send({.url = cluster_.url() + "/api/v1/pods"},
                                   {.deadline = Deadline::after(clock_.steady(), 20s)});
  ASSERT_FALSE(answer.ok());
  EXPECT_EQ(answer.error().fault, Fault::Denied) << answer.error().what;
  ClusterPodsOptions options;
  options.ca_file = cluster_.other_ca_file();
  const auto pods = watch_pods(std::move(options));
  ASSERT_TRUE(fakes::comes_true([&] { return failures() >= 3 && failures("namespaces") >= 3; }));
  EXPECT_FALSE(pods->is_informed());
  EXPECT_EQ(lists() + lists("namespaces"), 0);
}

TEST_F(AgentAtKubeApiserver, NeedsEachOfItsRights) {
  add_pod("one");
  for (std::size_t missing = 0; missing < needed().size(); ++missing) {
    const Right& right = needed()[missing];
    const std::string& resource = right.resource;
    SCOPED_TRACE(testing::Message() << right.verb << ' ' << resource);
    Rights rights = needed();
    rights.erase(rights.begin() + static_cast<std::ptrdiff_t>(missing));
    cluster_.ask("PUT", std::string(kRoles) + "/agent", role(rights));
    std::string asked = "/api/v1/" + resource;
    asked += right.verb == "watch" ? "?watch=true&timeoutSeconds=1" : "?limit=1";
    ASSERT_TRUE(fakes::comes_true([&] { return cluster_.status_for(token_, asked) == 403; }));
    const double before = failures(resource);
    const auto pods = watch_pods();
    const std::string other = resource == "pods" ? "namespaces" : "pods";
    ASSERT_TRUE(fakes::comes_true([&] { return failures(resource) >= before + 3 && is_watching(other); }));
    EXPECT_FALSE(is_watching(resource));
  }
}

}  // namespace
}  // namespace headgate::kube
