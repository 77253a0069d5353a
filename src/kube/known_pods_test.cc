#include "kube/known_pods.h"

#include <gtest/gtest.h>

#include "kube/known_pods_file.h"
#include "model/compression/checksum.h"

namespace headgate::kube {
namespace {

using namespace std::chrono_literals;
constexpr Timestamp kNow = Timestamp::from_seconds(1'756'553'221);
constexpr std::string_view kSelected = "hypershift.openshift.io/hosted-control-plane";

LabelSelector selector(std::string_view text) {
  return LabelSelector::parse(text).value();
}

ApiObject space(std::string name,
                std::map<std::string, std::string> labels = {{std::string(kSelected), "true"}}) {
  return {.name = std::move(name), .labels = std::move(labels)};
}

ApiObject pod(std::string in, std::string name, std::map<std::string, std::string> labels = {},
              std::map<std::string, std::string> annotations = {}) {
  ApiObject object;
  object.namespace_name = std::move(in);
  object.uid = "uid-" + name;
  object.name = std::move(name);
  object.labels = std::move(labels);
  object.annotations = std::move(annotations);
  return object;
}

PodId id(std::string_view in, std::string_view name) {
  return {Namespace(in), PodName(name), "uid-" + std::string(name)};
}

WatchEvent event(WatchEvent::Kind kind, ApiObject object) {
  return {.kind = kind, .object = std::move(object)};
}

Selection standard() {
  Selection selection;
  selection.namespaces = selector(std::string(kSelected) + "=true");
  return selection;
}

enum class Judged { Selected, NotSelected, Excluded, Unknown };
Judged judged(const std::optional<PodFacts>& facts) {
  if (!facts) return Judged::Unknown;
  if (facts->is_excluded) return Judged::Excluded;
  return facts->is_selected ? Judged::Selected : Judged::NotSelected;
}

TEST(KnownPods, AreSelectedByNamespacePodAndAnnotation) {
  Selection selection = standard();
  selection.pods = selector("tier in (api,db),!debug");
  KnownPods known(selection);
  known.replace_namespaces(
      {space("team"), space("hidden", {{std::string(kSelected), "true"}, {"vector.dev/exclude", "true"}}),
       space("other", {})},
      kNow);
  known.replace_pods(
      {pod("team", "yes", {{"tier", "api"}}), pod("team", "wrong-tier", {{"tier", "web"}}),
       pod("team", "debugged", {{"tier", "api"}, {"debug", ""}}),
       pod("other", "elsewhere", {{"tier", "api"}}), pod("hidden", "in-hidden", {{"tier", "api"}}),
       pod("team", "annotated", {{"tier", "api"}}, {{"headgate.io/exclude", "true"}}),
       pod("team", "not-annotated", {{"tier", "db"}}, {{"headgate.io/exclude", "false"}}),
       pod("team", "vector", {{"tier", "api"}, {"vector.dev/exclude", "true"}})},
      kNow);
  const struct {
    const char* in;
    const char* name;
    Judged judged;
  } rows[] = {
      {"team", "yes", Judged::Selected},
      {"team", "wrong-tier", Judged::NotSelected},
      {"team", "debugged", Judged::NotSelected},
      {"other", "elsewhere", Judged::NotSelected},
      {"hidden", "in-hidden", Judged::Excluded},
      {"team", "annotated", Judged::Excluded},
      {"team", "not-annotated", Judged::Selected},
      {"team", "vector", Judged::Excluded},
      {"team", "no-one-knows", Judged::Unknown},
      {"other", "no-one-knows", Judged::NotSelected},  // whoever it is
      {"hidden", "no-one-knows", Judged::Excluded},
  };
  for (const auto& row : rows) EXPECT_EQ(judged(known.facts(id(row.in, row.name))), row.judged) << row.name;
  EXPECT_EQ(judged(known.facts({Namespace("team"), PodName("yes"), "another-uid"})), Judged::Unknown);
}

TEST(KnownPods, TellLabelsWorkloadAndExcludedContainers) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  ApiObject object =
      pod("team", "api-0", {{"app", "api"}},
          {{"headgate.io/exclude-containers", "a, b ,,"}, {"vector.dev/exclude-containers", "c"}});
  object.owner_kind = "StatefulSet";
  object.owner_name = "api";
  known.replace_pods({object}, kNow);
  const std::optional<PodFacts> facts = known.facts(id("team", "api-0"));
  ASSERT_TRUE(facts && facts->is_selected);
  EXPECT_EQ(facts->labels.at("app"), "api");
  EXPECT_EQ(facts->namespace_labels.at(std::string(kSelected)), "true");
  EXPECT_EQ(facts->workload, "api");
  EXPECT_EQ(facts->excluded_containers,
            (std::set<ContainerName>{ContainerName("a"), ContainerName("b"), ContainerName("c")}));
}

TEST(KnownPods, KnowNothingUntilBothListsAreThere) {
  KnownPods known(standard());
  EXPECT_FALSE(known.is_informed());
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  known.replace_pods({pod("team", "a"), pod("team", "hidden", {{"vector.dev/exclude", "true"}})}, kNow);
  EXPECT_FALSE(known.is_informed());
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);  // is its namespace selected?
  EXPECT_EQ(judged(known.facts(id("team", "hidden"))), Judged::Excluded);
  known.replace_namespaces({space("team")}, kNow);
  EXPECT_TRUE(known.is_informed());
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
}

TEST(KnownPods, WithAnEmptySelectorEveryNamespaceIsSelected) {
  KnownPods known(Selection{});
  known.replace_namespaces({space("team", {})}, kNow);
  known.replace_pods({pod("team", "a")}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("team")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
}

TEST(KnownPods, WaitForTheirNamespacesLabelsWhereThoseAreNeeded) {
  KnownPods known(Selection{.tenant_label = "tenant"});
  known.replace_namespaces({}, kNow);
  known.replace_pods({pod("team", "a")}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  known.apply_to_namespaces(event(WatchEvent::Kind::Added, space("team", {{"tenant", "t"}})), kNow);
  ASSERT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  EXPECT_EQ(known.facts(id("team", "a"))->namespace_labels.at("tenant"), "t");
}

TEST(KnownPods, FollowEvents) {
  KnownPods known(standard());
  known.replace_namespaces({}, kNow);
  known.replace_pods({}, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Added, pod("team", "a")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::NotSelected);
  known.apply_to_namespaces(event(WatchEvent::Kind::Added, space("team")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  known.apply_to_pods(event(WatchEvent::Kind::Modified, pod("team", "a", {{"vector.dev/exclude", "true"}})),
                      kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Excluded);
  known.apply_to_pods(event(WatchEvent::Kind::Modified, pod("team", "a")), kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Modified, space("team", {})), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Excluded)
      << "it lives on in a namespace without the label";
}

TEST(KnownPods, StayKnownForAWhileWhenGoneWithTheirNamespace) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({pod("team", "a")}, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", "a")), kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("team")), kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", "never-seen-alive")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  EXPECT_EQ(judged(known.facts(id("team", "never-seen-alive"))), Judged::Selected);
  known.prune(kNow + 6h, 6h);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  known.prune(kNow + 6h + 1ns, 6h);
  EXPECT_TRUE(known.pods().empty() && known.namespaces().empty());
}

// However it is learned that a namespace lost its label: none of its pods is collected, whatever becomes of
// them.
TEST(KnownPods, OfANamespaceThatLostItsLabelAreNeverSelected) {
  for (const bool is_by_list : {false, true}) {
    KnownPods known(standard());
    known.replace_namespaces({space("team")}, kNow);
    known.replace_pods({pod("team", "old"), pod("team", "ended")}, kNow);
    known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", "ended")), kNow);
    if (is_by_list) {
      known.replace_namespaces({space("team", {})}, kNow);
    } else {
      known.apply_to_namespaces(event(WatchEvent::Kind::Modified, space("team", {})), kNow);
    }
    known.apply_to_pods(event(WatchEvent::Kind::Added, pod("team", "new")), kNow);
    const auto expect_none = [&](const char* when) {
      for (const char* name : {"old", "ended", "new", "never-told-of"}) {
        EXPECT_EQ(judged(known.facts(id("team", name))), Judged::Excluded) << name << ' ' << when;
        EXPECT_EQ(judged(known.assumed(id("team", name))), Judged::Excluded) << name << ' ' << when;
      }
    };
    expect_none("at once");
    for (const char* name : {"old", "new", "came-and-went"})
      known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", name)), kNow);
    expect_none("after they ended");
    known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("team", {})), kNow + 1h);
    expect_none("after it was deleted too");
    known.prune(kNow + 100h, 6h);
    EXPECT_TRUE(known.namespaces().empty());
    EXPECT_EQ(judged(known.facts(id("team", "new"))), Judged::NotSelected);
    EXPECT_EQ(judged(known.assumed(id("team", "new"))), Judged::NotSelected);
  }
}

TEST(KnownPods, OfANamespaceRecreatedWithoutTheLabelAreNotSelected) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({}, kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("team")), kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Added, space("team", {})), kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Added, pod("team", "a")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::NotSelected)
      << "not excluded: should the label come, its lines are read from the beginning";
  known.apply_to_namespaces(event(WatchEvent::Kind::Modified, space("team")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
}

TEST(KnownPods, OfANamespaceDeletedUnseenAreStillCollected) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({}, kNow);
  known.replace_namespaces({}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "short-lived"))), Judged::Unknown);
  EXPECT_EQ(judged(known.assumed(id("team", "short-lived"))), Judged::Selected);
}

// What a pod is taken for that stays unknown.
TEST(KnownPods, ThatStayUnknownAreCollectedIfNothingCanForbidIt) {
  const auto with = [](std::string_view namespaces, std::string_view pods, std::string tenant_label) {
    Selection selection{.tenant_label = std::move(tenant_label)};
    selection.namespaces = selector(namespaces);
    selection.pods = selector(pods);
    return selection;
  };
  const struct {
    const char* what;
    Selection selection;
    bool is_api_heard;
    Judged judged;
  } rows[] = {
      {"nothing is selected by, and the API never spoke", with("", "", ""), false, Judged::Selected},
      {"nothing is selected by", with("", "", ""), true, Judged::Selected},
      {"namespaces, and the API never spoke", with("wanted=yes", "", ""), false, Judged::Unknown},
      {"namespaces", with("wanted=yes", "", ""), true, Judged::Selected},
      {"other namespaces", with("wanted=no", "", ""), true, Judged::NotSelected},
      {"pods", with("", "tier=web", ""), true, Judged::Unknown},
      {"pods, and the API never spoke", with("", "tier=web", ""), false, Judged::Unknown},
      {"a tenant label that the namespace has", with("", "", "team"), true, Judged::Selected},
      {"a tenant label, and the API never spoke", with("", "", "team"), false, Judged::Unknown},
      {"a tenant label that the pod may have", with("", "", "owner"), true, Judged::Unknown},
  };
  for (const auto& row : rows) {
    KnownPods known(row.selection);
    if (row.is_api_heard) {
      known.replace_namespaces({space("ns", {{"wanted", "yes"}, {"team", "sellers"}})}, kNow);
      known.replace_pods({}, kNow);
    }
    const std::optional<PodFacts> assumed = known.assumed(id("ns", "unknown"));
    EXPECT_EQ(judged(assumed), row.judged) << row.what;
    if (row.is_api_heard && row.judged == Judged::Selected) {
      EXPECT_EQ(assumed->namespace_labels.at("team"), "sellers") << row.what;
    }
  }
}

TEST(KnownPods, AreNotSelectedBeforeTheApiHasListedPodsToo) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  EXPECT_EQ(judged(known.assumed(id("team", "a"))), Judged::Unknown);
  known.replace_pods({}, kNow);
  EXPECT_EQ(judged(known.assumed(id("team", "a"))), Judged::Selected);
}

TEST(KnownPods, WaitForTheirNamespaceWhichMayExcludeThem) {
  KnownPods known(Selection{});
  known.replace_pods({pod("team", "a")}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  known.replace_namespaces({}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  known.apply_to_namespaces(event(WatchEvent::Kind::Added, space("team", {{"vector.dev/exclude", "true"}})),
                            kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Excluded);
}

TEST(KnownPods, MayExcludeThemselvesOnlyWhereThatIsAllowed) {
  for (const bool may : {true, false}) {
    Selection selection = standard();
    selection.allow_opt_out = may;
    KnownPods known(selection);
    known.replace_namespaces({space("team")}, kNow);
    known.replace_pods({pod("team", "annotated", {}, {{"headgate.io/exclude", "true"}}),
                        pod("team", "labelled", {{"vector.dev/exclude", "true"}}),
                        pod("team", "disguised", {{"app", "headgate"}}),
                        pod("team", "partly", {}, {{"headgate.io/exclude-containers", "main"}})},
                       kNow);
    for (const char* name : {"annotated", "labelled", "disguised"})
      EXPECT_EQ(judged(known.facts(id("team", name))), may ? Judged::Excluded : Judged::Selected) << name;
    EXPECT_EQ(known.facts(id("team", "partly"))->excluded_containers.size(), may ? 1U : 0U);
  }
}

TEST(KnownPods, OfHeadgateItselfAreLeftOutUnlessTheyAreAskedFor) {
  for (const bool is_asked_for : {false, true}) {
    Selection selection = standard();
    selection.collect_own_logs = is_asked_for;
    selection.allow_opt_out = false;
    selection.own_namespace = "logging";
    selection.own_pod = "agent-x2x4q";
    KnownPods known(selection);
    known.replace_namespaces({space("logging"), space("team")}, kNow);
    known.replace_pods(
        {pod("logging", "agent-x2x4q"), pod("logging", "worker", {{"app", "headgate-process"}}),
         pod("logging", "api", {{"app.kubernetes.io/part-of", "headgate"}}),
         pod("logging", "named", {{"app.kubernetes.io/name", "headgate"}}),
         pod("logging", "other", {{"app", "headgates"}}), pod("team", "agent-x2x4q")},
        kNow);
    for (const char* name : {"agent-x2x4q", "worker", "api", "named"}) {
      EXPECT_EQ(judged(known.facts(id("logging", name))), is_asked_for ? Judged::Selected : Judged::Excluded)
          << name;
    }
    EXPECT_EQ(judged(known.facts(id("logging", "other"))), Judged::Selected);
    EXPECT_EQ(judged(known.facts(id("team", "agent-x2x4q"))), Judged::Selected);
  }
}

// An annotation of a pod that is long gone is as good as ever while its logs are there.
TEST(KnownPods, StayKnownWhileSomebodyAsksForThem) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({pod("team", "a", {}, {{"headgate.io/exclude", "true"}})}, kNow);
  known.replace_pods({}, kNow);
  known.note_asked(id("team", "a"), kNow + 5h);
  known.prune(kNow + 11h, 6h);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Excluded);
  KnownPods later(standard());
  later.restore(known.namespaces(), known.pods(), known.selection().namespaces.text(), kNow + 100h);
  later.trust_earlier_run();
  later.prune(kNow + 106h, 6h);
  EXPECT_EQ(judged(later.facts(id("team", "a"))), Judged::Excluded);
  later.prune(kNow + 107h, 6h);
  EXPECT_TRUE(later.pods().empty());
}

TEST(KnownPods, MissingFromAListAreGoneAndComeBack) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({pod("team", "a"), pod("team", "b")}, kNow);
  known.replace_pods({pod("team", "b")}, kNow + 1h);
  EXPECT_EQ(known.pods().at(id("team", "a")).gone_at, kNow + 1h);
  EXPECT_EQ(known.pods().at(id("team", "b")).gone_at, std::nullopt);
  known.replace_pods({pod("team", "a"), pod("team", "b")}, kNow + 2h);
  EXPECT_EQ(known.pods().at(id("team", "a")).gone_at, std::nullopt);
}

TEST(KnownPods, OfOtherNodesArePassedOver) {
  Selection selection = standard();
  selection.node_name = "node-1";
  KnownPods known(selection);
  ApiObject here = pod("team", "here");
  here.node_name = "node-1";
  ApiObject there = pod("team", "there");
  there.node_name = "node-2";
  known.replace_pods({here, there, pod("team", "metadata-only")}, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Added, there), kNow);
  EXPECT_EQ(known.pods().size(), 2U);
  EXPECT_FALSE(known.pods().contains(id("team", "there")));
}

TEST(KnownPods, ChangesAreCountedOnlyWhenSomethingChanged) {
  KnownPods known(standard());
  known.replace_pods({pod("team", "a")}, kNow);
  const std::uint64_t before = known.changes();
  known.replace_pods({pod("team", "a")}, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Modified, pod("team", "a")), kNow);
  EXPECT_EQ(known.changes(), before);
  known.apply_to_pods(event(WatchEvent::Kind::Modified, pod("team", "a", {{"x", "y"}})), kNow);
  EXPECT_GT(known.changes(), before);
}

TEST(KnownPods, HaveALimitThatTheLongestGoneMakeRoomFor) {
  KnownPods known(Selection{});
  std::vector<ApiObject> all;
  for (std::size_t count = 0; count < KnownPods::kEntriesMax; ++count)
    all.push_back(pod("n", "p" + std::to_string(count)));
  known.replace_namespaces({space("n", {})}, kNow);
  known.replace_pods(all, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Added, pod("n", "more")), kNow);
  EXPECT_EQ(judged(known.facts(id("n", "more"))), Judged::Unknown);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("n", "p7")), kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("n", "p3")), kNow + 1s);
  known.apply_to_pods(event(WatchEvent::Kind::Added, pod("n", "more")), kNow);
  EXPECT_EQ(judged(known.facts(id("n", "more"))), Judged::Selected);
  EXPECT_FALSE(known.pods().contains(id("n", "p7")));
  EXPECT_EQ(known.pods().size(), KnownPods::kEntriesMax);
}

KnownPods example() {
  KnownPods known(standard());
  known.replace_namespaces({space("team"), space("gone"), space("left")}, kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("gone")), kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Modified, space("left", {})), kNow);
  known.replace_pods(
      {pod("team", "a", {{"app", "\"\\\n\xC3\xA9"}}, {{"headgate.io/exclude-containers", "x,y"}}),
       pod("team", "b", {}, {{"headgate.io/exclude", "true"}})},
      kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", "c")), kNow + 1ns);
  return known;
}

TEST(KeptPods, ReadBackAsTheyWere) {
  const KnownPods known = example();
  const Result<KeptPods> kept = read_kept_pods(write_kept_pods(known));
  ASSERT_TRUE(kept.ok()) << kept.error().what;
  EXPECT_EQ(kept->namespace_selector, known.selection().namespaces.text());
  EXPECT_EQ(kept->namespaces, known.namespaces());
  EXPECT_EQ(kept->pods, known.pods());
}

TEST(KeptPods, OfAnotherNamespaceSelectorSayNothingOfNamespaces) {
  const KeptPods kept = read_kept_pods(write_kept_pods(example())).value();
  Selection other;
  other.namespaces = selector("other=1");
  KnownPods known(other);
  known.restore(kept.namespaces, kept.pods, kept.namespace_selector, kNow);
  known.trust_earlier_run();
  EXPECT_FALSE(known.is_informed());
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  KnownPods same(standard());
  same.restore(kept.namespaces, kept.pods, kept.namespace_selector, kNow);
  same.trust_earlier_run();
  EXPECT_TRUE(same.is_informed());
  EXPECT_EQ(judged(same.facts(id("team", "a"))), Judged::Selected);
}

// Whatever changed while no agent ran is learned before anything is collected by what an earlier run knew.
TEST(KeptPods, SayNothingBeforeTheApiHasAnsweredOrIsTakenToBeAway) {
  const KeptPods kept = read_kept_pods(write_kept_pods(example())).value();
  const auto restored = [&] {
    KnownPods known(standard());
    known.restore(kept.namespaces, kept.pods, kept.namespace_selector, kNow);
    EXPECT_TRUE(known.is_informed());
    EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
    EXPECT_EQ(judged(known.facts(id("team", "b"))), Judged::Unknown);
    EXPECT_EQ(judged(known.assumed(id("team", "a"))), Judged::Unknown);
    EXPECT_EQ(judged(known.facts(id("left", "any"))), Judged::Unknown);
    return known;
  };
  {
    KnownPods known = restored();
    known.replace_pods({pod("team", "a"), pod("team", "new")}, kNow);
    EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
    known.replace_namespaces({space("team", {})}, kNow);
    for (const char* name : {"a", "c", "new"})
      EXPECT_EQ(judged(known.facts(id("team", name))), Judged::Excluded) << name;
  }
  {
    KnownPods known = restored();
    known.replace_namespaces({space("team")}, kNow);
    known.replace_pods({pod("team", "a", {{"vector.dev/exclude", "true"}})}, kNow);
    EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Excluded);
    EXPECT_EQ(judged(known.facts(id("team", "c"))), Judged::Selected) << "it ended before";
  }
  {
    KnownPods known = restored();
    known.trust_earlier_run();
    EXPECT_EQ(judged(known.facts(id("team", "b"))), Judged::Excluded);
    EXPECT_EQ(judged(known.facts(id("left", "any"))), Judged::Excluded);
    EXPECT_EQ(judged(known.assumed(id("left", "any"))), Judged::Excluded);
    EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
    known.apply_to_pods(event(WatchEvent::Kind::Added, pod("team", "new")), kNow);
    EXPECT_EQ(judged(known.facts(id("team", "new"))), Judged::Unknown)
        << "its namespace may have lost its label before it came";
    known.apply_to_pods(event(WatchEvent::Kind::Modified, pod("team", "a", {{"x", "y"}})), kNow);
    EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  }
}

TEST(KeptPods, OfTheFirstVersionKnowNoDeletedNamespaces) {
  std::string text =
      "headgate-known-pods 1\n{\"kind\":\"selector\",\"namespaces\":\"a=b\"}\n"
      "{\"kind\":\"namespace\",\"name\":\"there\",\"labels\":{}}\n"
      "{\"kind\":\"namespace\",\"name\":\"gone\",\"labels\":{},\"gone_at\":1}\n";
  text += "crc " + std::to_string(crc32c(0, text)) + "\n";
  const Result<KeptPods> kept = read_kept_pods(text);
  ASSERT_TRUE(kept.ok()) << kept.error().what;
  EXPECT_EQ(kept->namespaces.size(), 1U);
  EXPECT_TRUE(kept->namespaces.contains(Namespace("there")));
}

TEST(KeptPods, AreRefusedWhenAnyByteIsOther) {
  const std::string text = write_kept_pods(example());
  for (std::size_t at = 0; at < text.size(); ++at) {
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 1);
    EXPECT_FALSE(read_kept_pods(damaged).ok()) << "byte " << at;
    EXPECT_FALSE(read_kept_pods(text.substr(0, at)).ok()) << "cut at " << at;
  }
}

TEST(KnownPods, SayWhichRunsOfAContainerHaveEnded) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  ApiObject web = pod("team", "web");
  known.replace_pods({web}, kNow);
  EXPECT_EQ(known.runs_ended(id("team", "web"), ContainerName("main")), 0U);
  EXPECT_EQ(known.runs_ended(id("team", "nobody"), ContainerName("main")), 0U);

  std::uint64_t changes = known.changes();
  web.runs_ended = {{"main", 1}};
  known.apply_to_pods(event(WatchEvent::Kind::Modified, web), kNow);
  EXPECT_EQ(known.runs_ended(id("team", "web"), ContainerName("main")), 1U);
  EXPECT_EQ(known.runs_ended(id("team", "web"), ContainerName("side")), 0U);
  EXPECT_GT(known.changes(), changes);

  changes = known.changes();
  known.apply_to_pods(event(WatchEvent::Kind::Modified, web), kNow);
  EXPECT_EQ(known.changes(), changes) << "the same again";

  // Its last state can be told with its deletion alone.
  web.runs_ended = {{"main", 1}, {"side", 3}};
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, web), kNow);
  EXPECT_EQ(known.runs_ended(id("team", "web"), ContainerName("side")), 3U);
  EXPECT_GT(known.changes(), changes);
}

// A pod can be removed from the API by force while its containers live on.
TEST(KnownPods, ADeletedPodsContainersHaveNotEndedForThat) {
  KnownPods known(standard());
  known.replace_namespaces({space("team")}, kNow);
  known.replace_pods({pod("team", "web")}, kNow);
  known.apply_to_pods(event(WatchEvent::Kind::Deleted, pod("team", "web")), kNow);
  EXPECT_EQ(known.runs_ended(id("team", "web"), ContainerName("main")), 0U);
}

}  // namespace
}  // namespace headgate::kube
