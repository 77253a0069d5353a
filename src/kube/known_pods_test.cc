#include "kube/known_pods.h"

#include <gtest/gtest.h>

#include "kube/known_pods_file.h"

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
  known.replace_pods({pod("team", "a")}, kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("team")), kNow);
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Selected);
}

TEST(KnownPods, WaitForTheLabelsOfTheirNamespaceWhereThoseAreNeeded) {
  KnownPods known(Selection{.needs_namespace_labels = true});
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
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::NotSelected)
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
  known.replace_namespaces({space("team"), space("gone")}, kNow);
  known.apply_to_namespaces(event(WatchEvent::Kind::Deleted, space("gone")), kNow);
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
  known.restore(kept.namespaces, kept.pods, kept.namespace_selector);
  EXPECT_FALSE(known.is_informed());
  EXPECT_EQ(judged(known.facts(id("team", "a"))), Judged::Unknown);
  KnownPods same(standard());
  same.restore(kept.namespaces, kept.pods, kept.namespace_selector);
  EXPECT_TRUE(same.is_informed());
  EXPECT_EQ(judged(same.facts(id("team", "a"))), Judged::Selected);
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

}  // namespace
}  // namespace headgate::kube
