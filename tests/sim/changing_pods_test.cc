// Pods whose labels, annotations or namespaces change while they are collected: the real collector over the
// simulated disk.
#include "sim/collector_on_disk.h"

namespace headgate::collect {
namespace {

// Counts how often the checkpoints are written.
class CountingDisk final : public Disk {
 public:
  explicit CountingDisk(Disk& disk) : disk_(disk) {}
  Result<std::unique_ptr<ReadableFile>> open(const std::string& path) override { return disk_.open(path); }
  Result<std::unique_ptr<WritableFile>> create(const std::string& path) override {
    if (path.find("checkpoints") != std::string::npos) ++checkpoints;
    return disk_.create(path);
  }
  Result<FileStat> stat(const std::string& path) override { return disk_.stat(path); }
  Result<std::vector<DirectoryEntry>> list(const std::string& directory) override {
    return disk_.list(directory);
  }
  Result<> make_directories(const std::string& directory) override {
    return disk_.make_directories(directory);
  }
  Result<> rename(const std::string& from, const std::string& to) override { return disk_.rename(from, to); }
  Result<> remove(const std::string& path) override { return disk_.remove(path); }
  Result<> sync_directory(const std::string& directory) override { return disk_.sync_directory(directory); }
  Result<std::uint64_t> free_bytes(const std::string& directory) override {
    return disk_.free_bytes(directory);
  }
  int checkpoints = 0;

 private:
  Disk& disk_;
};

class ChangingPods : public sim::CollectorOnDisk {
 protected:
  using Messages = std::vector<std::string>;

  static PodFacts labelled(const std::string& application) { return {.labels = {{"app", application}}}; }
  static PodFacts excluded() { return {.is_selected = false, .is_excluded = true}; }
  static PodFacts without_main() {
    PodFacts facts = labelled("web");
    facts.excluded_containers = {ContainerName("main")};
    return facts;
  }
  static PodFacts not_selected() { return {.is_selected = false}; }

  void say(std::string_view text) { CollectorOnDisk::say("ns", "web-1", text); }
  // The cluster says so, and the collector has had the time to notice.
  void become(const PodFacts& facts) {
    kube_.become("web-1", facts);
    clock_.advance(options_.scan_interval);
    turn();
  }
  void turn() {
    for (int count = 0; count < 10; ++count) ASSERT_TRUE(collector_->turn().ok());
  }
  // An agent that has lost all that was not sealed.
  void start_anew() { ASSERT_TRUE(open().ok()); }
  Messages collected() {
    read();
    return stored_messages();
  }
};

TEST_F(ChangingPods, WhatIsWrittenAfterAPodWasExcludedIsNeverCollected) {
  for (const PodFacts& left_out : {excluded(), without_main(), not_selected()}) {
    kube_.become("web-1", labelled("web"));
    say("before");
    start_anew();
    read();
    say("not read yet");
    become(left_out);
    EXPECT_EQ(stored_messages(), (Messages{"before", "not read yet"}));
    say("unwanted");
    EXPECT_EQ(collected(), Messages{});
    become(labelled("web"));
    say("wanted again");
    EXPECT_EQ(collected(), Messages{"wanted again"});
    disk_.runtime_remove(log_of("ns", "web-1"));
    scan(5);
  }
}

TEST_F(ChangingPods, OneThatIsExcludedCostsNothingMore) {
  say("before");
  ASSERT_TRUE(open().ok());
  read();
  become(excluded());
  EXPECT_EQ(sealed_messages(), Messages{"before"}) << "sealed at once: nothing keeps its file open";
  clock_.advance(std::chrono::seconds{2});
  turn();
  EXPECT_EQ(metrics_.gauge("headgate_collect_containers", "").value(), 0);
  EXPECT_EQ(metrics_.gauge("headgate_collect_open_files", "").value(), 0);
}

TEST_F(ChangingPods, LinesBeforeTheExclusionAreCollectedHoweverLate) {
  const std::string log = log_of("ns", "web-1");
  say("first");
  ASSERT_TRUE(open().ok());
  read();
  for (int count = 0; count < 20; ++count) say("line " + std::to_string(count) + std::string(100'000, 'x'));
  disk_.runtime_rename(log, log + ".20250830-112701");  // it may still be written for 5 s
  say("last");
  become(excluded());
  say("unwanted");
  disk_.runtime_append(log + ".20250830-112701", to_rfc3339(clock_.now()) + " stdout F unwanted too\n");
  read();
  clock_.advance(std::chrono::seconds{6});
  const Messages messages = collected();
  ASSERT_EQ(messages.size(), 22U);
  EXPECT_EQ(messages.back(), "last");
}

TEST_F(ChangingPods, WhatIsPassedOverStaysSoWhenTheAgentStartsAnew) {
  for (const PodFacts& left_out : {excluded(), not_selected()}) {
    kube_.become("web-1", labelled("web"));
    say("before");
    start_anew();
    read();
    become(left_out);
    EXPECT_EQ(stored_messages(), Messages{"before"});
    say("unwanted");
    start_anew();
    EXPECT_EQ(collected(), Messages{});
    say("unwanted too");
    become(labelled("web"));
    EXPECT_EQ(collected(), Messages{});
    start_anew();
    say("wanted again");
    EXPECT_EQ(collected(), Messages{"wanted again"});
    disk_.runtime_remove(log_of("ns", "web-1"));
    scan(5);
  }
}

TEST_F(ChangingPods, ManySelectedAgainAtOnceWriteTheCheckpointsOnce) {
  const std::vector<std::string> pods = {"one-1", "two-1", "six-1"};
  const auto all_say = [&](const std::string& text) {
    for (const std::string& pod : pods) CollectorOnDisk::say("ns", pod, text);
  };
  const auto all_become = [&](const PodFacts& facts) {
    for (const std::string& pod : pods) kube_.become(pod, facts);
    clock_.advance(options_.scan_interval);
    turn();
  };
  all_say("before");
  CountingDisk disk(disk_);
  collector_ =
      Collector::open({.clock = clock_, .random = random_, .disk = disk, .kube = kube_, .metrics = metrics_},
                      options_)
          .value();
  read();
  all_become(excluded());
  EXPECT_EQ(stored_messages(), Messages(3, "before"));
  all_say("unwanted");
  EXPECT_EQ(collected(), Messages{});
  const int before = disk.checkpoints;
  all_become(labelled("web"));
  EXPECT_EQ(disk.checkpoints, before + 1);
  all_say("wanted again");
  EXPECT_EQ(collected(), Messages(3, "wanted again"));
  collector_.reset();  // before its disk
}

// The pod may be known before its namespace is.
TEST_F(ChangingPods, OneThatIsSelectedForTheFirstTimeIsReadFromItsBegin) {
  kube_.become("web-1", not_selected());
  say("first");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
  become(labelled("web"));
  EXPECT_EQ(collected(), Messages{"first"});
}

TEST_F(ChangingPods, OneExcludedFromTheStartIsReadFromWhereThatEnds) {
  kube_.become("web-1", excluded());
  say("unwanted");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
  become(labelled("web"));
  say("wanted");
  EXPECT_EQ(collected(), Messages{"wanted"});
}

TEST_F(ChangingPods, OneSelectedAgainEarlyIsSkippedAllTheSame) {
  say("before");
  ASSERT_TRUE(open().ok());
  read();
  const std::string log = log_of("ns", "web-1");
  disk_.runtime_rename(log, log + ".20250830-112701");  // waited for: it may still be written
  become(excluded());
  say("unwanted");
  kube_.become("web-1", labelled("web"));
  EXPECT_EQ(collected(), Messages{"before"});
  clock_.advance(std::chrono::seconds{6});
  EXPECT_EQ(collected(), Messages{});
  say("wanted again");
  EXPECT_EQ(collected(), Messages{"wanted again"});
}

TEST_F(ChangingPods, LinesAfterALabelChangedGoByTheNewOneEachOnce) {
  kube_.become("web-1", labelled("web"));
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  say("two");
  become(labelled("shop"));
  const std::vector<Sealed> before = sealed();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].key, "c/ns/web/web-1");
  EXPECT_EQ(before[0].lines.size(), 2U);
  say("three");
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  const std::vector<Sealed> after = sealed();
  ASSERT_EQ(after.size(), 1U);
  EXPECT_EQ(after[0].key, "c/ns/shop/web-1");
  ASSERT_EQ(after[0].lines.size(), 1U);
  EXPECT_EQ(after[0].lines[0].message, "three");
}

TEST_F(ChangingPods, PackedBatchesNameEachLinesApplication) {
  options_.policy.partition = Partition::Tenant;
  kube_.become("web-1", labelled("web"));
  say("one");
  CollectorOnDisk::say("ns", "api-1", "of another");
  ASSERT_TRUE(open().ok());
  read();
  become(labelled("shop"));
  say("two");
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  std::map<std::string, std::string> applications;
  for (const Sealed& one : sealed()) {
    for (const sim::SaidLine& line : one.lines) applications[line.message] = line.application;
  }
  EXPECT_EQ(applications,
            (std::map<std::string, std::string>{{"of another", "api"}, {"one", "web"}, {"two", "shop"}}));
}

TEST_F(ChangingPods, TheirTenantIsTheLabelsNewOneInPackedBatchesToo) {
  for (const Partition partition : {Partition::Pod, Partition::Tenant}) {
    options_.policy.partition = partition;
    options_.key_template = *KeyTemplate::parse("{tenant}/{application}/{pod_name}/{file}");
    options_.admission.tenant_label = "team";
    const auto tenant_is = [&](const std::string& tenant) {
      PodFacts facts = labelled("web");
      facts.namespace_labels["team"] = tenant;
      return facts;
    };
    kube_.become("web-1", tenant_is("a"));
    say("of a");
    start_anew();
    read();
    become(tenant_is("b"));
    say("of b");
    read();
    become(tenant_is("no/tenant"));
    say("of nobody");
    read();
    ASSERT_TRUE(collector_->seal_all().ok());
    std::map<std::string, std::string> tenants;
    for (const Sealed& one : sealed()) {
      for (const sim::SaidLine& line : one.lines)
        tenants[line.message] = one.key.substr(0, one.key.find('/'));
    }
    EXPECT_EQ(tenants,
              (std::map<std::string, std::string>{{"of a", "a"}, {"of b", "b"}, {"of nobody", "ns"}}));
    disk_.runtime_remove(log_of("ns", "web-1"));
    scan(5);
  }
}

TEST_F(ChangingPods, LinesAreJoinedAsTheLabelSaysNow) {
  kube_.become("web-1", labelled("web"));
  ASSERT_TRUE(open().ok());
  say("Traceback one");
  read();
  PodFacts joining = labelled("web");
  joining.labels["headgate.io/multiline"] = "java";
  become(joining);
  EXPECT_EQ(stored_messages(), Messages{"Traceback one"});
  say("java.lang.Exception: no");
  say("\tat Main.main(Main.java:3)");
  EXPECT_EQ(collected(), Messages{"java.lang.Exception: no\n\tat Main.main(Main.java:3)"});
}

// The runtime still writes to a file that has no name any more.
TEST_F(ChangingPods, ADeletedFileIsReadToItsEndBeforeANewLabelCounts) {
  kube_.become("web-1", labelled("web"));
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  say("last words");
  disk_.runtime_remove(log_of("ns", "web-1"));
  become(labelled("shop"));
  EXPECT_EQ(collected(), (Messages{"one", "last words"}));
  say("in a new file");
  clock_.advance(std::chrono::seconds{6});
  EXPECT_EQ(collected(), Messages{"in a new file"});
}

TEST_F(ChangingPods, OneThatTheClusterForgetsGoesOnAsBefore) {
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  kube_.become("web-1", std::nullopt);
  clock_.advance(options_.scan_interval);
  say("two");
  EXPECT_EQ(collected(), (Messages{"one", "two"}));
}

TEST_F(ChangingPods, OneThatIsNotKnownGoesByItsNameUntilItIs) {
  kube_.become("web-1", std::nullopt);
  options_.admission.pod_wait_max = std::chrono::seconds{20};
  say("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
  clock_.advance(std::chrono::seconds{19});
  EXPECT_EQ(collected(), Messages{});
  clock_.advance(std::chrono::seconds{1});
  read();
  become(labelled("shop"));
  const std::vector<Sealed> before = sealed();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].key, "c/ns/unknown/web-1");
  EXPECT_EQ(metrics_.counter("headgate_collect_unknown_pods_total", "").value(), 1U);
  say("two");
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  EXPECT_EQ(sealed_keys(), std::vector<std::string>{"c/ns/shop/web-1"});
}

TEST_F(ChangingPods, OneWronglyAssumedSelectedIsLeftAtOnce) {
  kube_.become("web-1", std::nullopt);
  options_.admission.pod_wait_max = std::chrono::seconds{0};
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  say("not read yet");
  become(not_selected());
  EXPECT_EQ(collected(), Messages{"one"});
}

TEST_F(ChangingPods, AContainerExcludedEverywhereIsSoInUnknownPodsToo) {
  options_.admission.pod_wait_max = std::chrono::seconds{0};
  options_.admission.excluded_containers = {ContainerName("main")};
  say("unwanted");
  CollectorOnDisk::say("ns", "api-1", "unwanted");
  kube_.become("web-1", std::nullopt);
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
}

TEST_F(ChangingPods, WaitSoLongForAClusterThatNeverSpoke) {
  kube_.knows_pods = false;
  options_.admission.api_wait_max = std::chrono::minutes{10};
  say("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
  clock_.advance(std::chrono::minutes{9});
  EXPECT_EQ(collected(), Messages{});
  clock_.advance(std::chrono::minutes{1});
  EXPECT_EQ(collected(), Messages{"one"});
  kube_.knows_pods = true;
  become(excluded());
  say("unwanted");
  EXPECT_EQ(collected(), Messages{});
}

TEST_F(ChangingPods, WaitForEverForASilentClusterIfConfiguredTo) {
  kube_.knows_pods = false;
  options_.admission.api_wait_max = std::chrono::minutes{0};
  say("one");
  ASSERT_TRUE(open().ok());
  EXPECT_EQ(collected(), Messages{});
  clock_.advance(std::chrono::hours{1000});
  EXPECT_EQ(collected(), Messages{});
}

// Not even when it has waited as long as it may: what nobody can say to be selected is not collected.
TEST_F(ChangingPods, WaitForEverForAClusterThatCannotSayWhatTheyAre) {
  for (const bool knows_others : {false, true}) {
    kube_.knows_pods = knows_others;
    kube_.become("web-1", std::nullopt);
    kube_.assumes = false;
    say("before it is known");
    start_anew();
    EXPECT_EQ(collected(), Messages{});
    clock_.advance(std::chrono::hours{1000});
    EXPECT_EQ(collected(), Messages{});
    EXPECT_EQ(metrics_.counter("headgate_collect_unknown_pods_total", "").value(), 0U);
    kube_.knows_pods = true;
    become(labelled("web"));
    EXPECT_EQ(collected(), Messages{"before it is known"});
  }
}

TEST_F(ChangingPods, AnUnknownOneBelongsToItsNamespacesTenant) {
  options_.key_template = *KeyTemplate::parse("{cluster_id}/{tenant}/{namespace}/{pod_name}/{file}");
  options_.admission.tenant_label = "team";
  options_.admission.pod_wait_max = std::chrono::seconds{0};
  kube_.become("web-1", std::nullopt);
  kube_.assumed_facts.namespace_labels = {{"team", "sellers"}};
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  EXPECT_EQ(sealed_keys(), std::vector<std::string>{"c/sellers/ns/web-1"});
}

TEST_F(ChangingPods, NothingIsLostOrRepeatedWhenTheDiskFailsMeanwhile) {
  kube_.become("web-1", labelled("web"));
  say("one");
  ASSERT_TRUE(open().ok());
  read();
  disk_.runtime_set_access(kData, sim::SimDisk::Access::Denied);
  kube_.become("web-1", labelled("shop"));
  clock_.advance(options_.scan_interval);
  for (int count = 0; count < 10; ++count) {
    (void)collector_->turn();
    clock_.advance(std::chrono::seconds{1});
  }
  say("two");
  disk_.runtime_set_access(kData, sim::SimDisk::Access::Granted);
  clock_.advance(std::chrono::seconds{2});
  EXPECT_EQ(collected(), (Messages{"one", "two"}));
}

}  // namespace
}  // namespace headgate::collect
