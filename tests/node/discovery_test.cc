// What a node's log directory can look like: the real collector over a real file system, told of pods as the
// Kubernetes API says them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "collect/collector.h"
#include "conformance/manual_clock.h"
#include "conformance/scratch_folder.h"
#include "kube/known_pods.h"
#include "local/inotify_events.h"
#include "local/posix_disk.h"
#include "local/system_random.h"
#include "model/compression/compressed_reader.h"
#include "model/record_reader.h"

namespace headgate {
namespace {

namespace fs = std::filesystem;

// Lists of the API, without the network.
class ListedPods : public Kube {
 public:
  void list(std::string_view namespaces, std::string_view pods) {
    known_.replace_namespaces(kube::parse_list(namespaces).value().items, {});
    known_.replace_pods(kube::parse_list(pods).value().items, {});
  }
  void watch(std::string_view pod_event) {
    known_.apply_to_pods(kube::parse_watch_event(pod_event).value(), {});
  }
  std::optional<PodFacts> pod(const PodId& id) override { return known_.facts(id); }
  bool is_informed() override { return known_.is_informed(); }
  std::uint64_t changes() override { return known_.changes(); }

 private:
  kube::KnownPods known_{{}};
};

class Discovery : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_.at("pods"));
    options_.pod_logs = folder_.at("pods");
    options_.data_directory = folder_.at("data");
    options_.cluster = ClusterId("c");
    options_.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options_.spool_free_bytes_min = 0;
    kube_.list(
        R"({"items":[{"metadata":{"name":"team"}}]})",
        R"({"items":[{"metadata":{"namespace":"team","name":"web-1","uid":"u-1","labels":{"app":"web"}}}]})");
  }
  void open() {
    auto opened = collect::Collector::open({.clock = clock_,
                                            .random = random_,
                                            .disk = disk_,
                                            .kube = kube_,
                                            .metrics = metrics_,
                                            .events = events_.get()},
                                           options_);
    ASSERT_TRUE(opened.ok()) << opened.error().what;
    collector_ = std::move(opened).value();
  }
  void write(const std::string& path, const std::string& text) {
    const fs::path file = folder_.at(path);
    fs::create_directories(file.parent_path());
    clock_.pass(std::chrono::microseconds{1});
    std::ofstream(file, std::ios::app) << to_rfc3339(clock_.now()) << " stdout F " << text << '\n';
  }
  void link(const std::string& to, const std::string& path) {
    const fs::path file = folder_.at(path);
    fs::create_directories(file.parent_path());
    fs::create_symlink(fs::path(to).is_absolute() ? to : folder_.at(to), file);
  }
  // What came since the last time, "key's pod and application/container: message", sorted.
  std::vector<std::string> collect() {
    for (int round = 0; round < 30; ++round) {
      EXPECT_TRUE(collector_->turn().ok());
      clock_.pass(std::chrono::seconds{1});
    }
    EXPECT_TRUE(collector_->seal_all().ok());
    std::vector<std::string> found;
    for (const std::uint64_t sequence : collector_->take_sealed()) {
      collect::SealedBatch batch =
          collect::open_sealed_batch(disk_, collector_->spool().directory(), sequence).value();
      const std::string key = batch.manifest().key.str();
      CompressedReader plain(batch, {});
      RecordReader records(plain, {});
      for (auto record = records.next(); record.ok() && *record != nullptr; record = records.next()) {
        found.push_back(key.substr(0, key.rfind('/')) + " " + std::string((*record)->container_name) + ": " +
                        std::string((*record)->message));
      }
    }
    std::sort(found.begin(), found.end());
    return found;
  }

  using Found = std::vector<std::string>;
  const conformance::ScratchFolder folder_;
  conformance::ManualClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  ListedPods kube_;
  Metrics metrics_;
  std::unique_ptr<local::InotifyEvents> events_ = std::move(local::InotifyEvents::open()).value();
  collect::CollectorOptions options_;
  std::unique_ptr<collect::Collector> collector_;
};

TEST_F(Discovery, FollowsLinksToLogsThatAreKeptElsewhere) {
  write("elsewhere/0.log", "a file elsewhere");
  link("elsewhere/0.log", "pods/team_web-1_u-1/file/0.log");
  write("other/container/0.log", "a container elsewhere");
  link("other/container", "pods/team_web-1_u-1/container");
  write("real/main/0.log", "a pod elsewhere");
  kube_.list(R"({"items":[{"metadata":{"name":"team"}}]})",
             R"({"items":[{"metadata":{"namespace":"team","name":"web-1","uid":"u-1","labels":{"app":"web"}}},
                          {"metadata":{"namespace":"team","name":"api-1","uid":"u-2","labels":{"app":"api"}}}]})");
  link("real", "pods/team_api-1_u-2");
  link("nowhere", "pods/team_web-1_u-1/gone/0.log");
  open();
  EXPECT_EQ(collect(), (Found{"c/team/api/api-1 main: a pod elsewhere",
                              "c/team/web/web-1 container: a container elsewhere",
                              "c/team/web/web-1 file: a file elsewhere"}));
  write("elsewhere/0.log", "more of it");
  EXPECT_EQ(collect(), Found{"c/team/web/web-1 file: more of it"});
}

// Docker's files are rotated where they are; the link stays.
TEST_F(Discovery, ReadsAFileThatWasRotatedBehindItsLinkToItsEnd) {
  write("docker/abc/abc-json.log", "one");
  link("docker/abc/abc-json.log", "pods/team_web-1_u-1/main/0.log");
  open();
  EXPECT_EQ(collect(), Found{"c/team/web/web-1 main: one"});
  write("docker/abc/abc-json.log", "two");
  fs::rename(folder_.at("docker/abc/abc-json.log"), folder_.at("docker/abc/abc-json.log.1"));
  write("docker/abc/abc-json.log", "three");
  EXPECT_EQ(collect(), (Found{"c/team/web/web-1 main: three", "c/team/web/web-1 main: two"}));
}

// Kubelet links every log from /var/log/containers, too.
TEST_F(Discovery, ReadsALogOnceThatIsLinkedFromOtherPlaces) {
  write("pods/team_web-1_u-1/main/0.log", "one");
  link("pods/team_web-1_u-1/main/0.log", "containers/web-1_team_main-0f5c.log");
  link("pods/team_web-1_u-1/main/0.log", "pods/web-1_team_main-0f5c.log");
  link("pods/team_web-1_u-1/main/0.log", "pods/team_web-1_u-1/latest.log");
  link("pods/team_web-1_u-1/main/0.log", "pods/team_web-1_u-1/main/latest.log");
  link("pods", "linked");
  options_.pod_logs = folder_.at("linked");
  open();
  EXPECT_EQ(collect(), Found{"c/team/web/web-1 main: one"});
}

TEST_F(Discovery, KnowsAStaticPodByTheHashThatItsMirrorNames) {
  const std::string hash = "3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f";
  kube_.list(R"({"items":[{"metadata":{"name":"kube-system"}}]})",
             R"({"items":[{"metadata":{"namespace":"kube-system","name":"etcd-node-1","uid":"of-the-mirror",
                 "annotations":{"kubernetes.io/config.hash":")" +
                 hash + R"(","kubernetes.io/config.mirror":")" + hash +
                 R"(","kubernetes.io/config.source":"file"},
                 "ownerReferences":[{"kind":"Node","name":"node-1","controller":true}]}}]})");
  write("pods/kube-system_etcd-node-1_" + hash + "/etcd/0.log", "one");
  open();
  EXPECT_EQ(collect(), Found{"c/kube-system/etcd/etcd-node-1 etcd: one"});
}

// Whoever copies a static pod's manifest into one for the API copies the hash too.
TEST_F(Discovery, KnowsAPodThatOnlyHasTheHashOfAStaticOneByItsUid) {
  kube_.list(R"({"items":[{"metadata":{"name":"team"}}]})",
             R"({"items":[{"metadata":{"namespace":"team","name":"web-2","uid":"u-2","labels":{"app":"web"},
                 "annotations":{"kubernetes.io/config.hash":"3bd0f3bbd26ffba6a8b3c1a3f1ed3a9f"}}}]})");
  write("pods/team_web-2_u-2/main/0.log", "one");
  open();
  EXPECT_EQ(collect(), Found{"c/team/web/web-2 main: one"});
}

TEST_F(Discovery, TakesInitAndEphemeralContainersWhenTheyCome) {
  write("pods/team_web-1_u-1/init-schema/0.log", "failed");
  write("pods/team_web-1_u-1/init-schema/1.log", "migrated");
  open();
  EXPECT_EQ(collect(),
            (Found{"c/team/web/web-1 init-schema: failed", "c/team/web/web-1 init-schema: migrated"}));
  write("pods/team_web-1_u-1/main/0.log", "serving");
  EXPECT_EQ(collect(), Found{"c/team/web/web-1 main: serving"});
  fs::remove(folder_.at("pods/team_web-1_u-1/init-schema/0.log"));
  write("pods/team_web-1_u-1/debugger-x2x4q/0.log", "$ ls");
  write("pods/team_web-1_u-1/main/0.log", "still serving");
  EXPECT_EQ(collect(),
            (Found{"c/team/web/web-1 debugger-x2x4q: $ ls", "c/team/web/web-1 main: still serving"}));
}

TEST_F(Discovery, FollowsWhatTheAnnotationsOfAPodSay) {
  const auto become = [this](const std::string& more) {
    kube_.watch(R"({"type":"MODIFIED","object":{"metadata":{"namespace":"team","name":"web-1","uid":"u-1",)" +
                more + "}}}");
    for (int round = 0; round < 2; ++round) {
      clock_.pass(options_.scan_interval);
      EXPECT_TRUE(collector_->turn().ok());
    }
  };
  write("pods/team_web-1_u-1/main/0.log", "one");
  write("pods/team_web-1_u-1/proxy/0.log", "of the proxy");
  open();
  EXPECT_TRUE(collector_->turn().ok());
  become(R"("labels":{"app":"web"},"annotations":{"headgate.io/exclude-containers":"proxy"})");
  write("pods/team_web-1_u-1/proxy/0.log", "unwanted");
  EXPECT_EQ(collect(), (Found{"c/team/web/web-1 main: one", "c/team/web/web-1 proxy: of the proxy"}));
  become(R"("labels":{"app":"web"},"annotations":{"headgate.io/exclude":"true"})");
  write("pods/team_web-1_u-1/main/0.log", "unwanted");
  EXPECT_EQ(collect(), Found{});
  become(R"("labels":{"app":"shop"})");
  write("pods/team_web-1_u-1/main/0.log", "two");
  write("pods/team_web-1_u-1/proxy/0.log", "of the proxy again");
  EXPECT_EQ(collect(), (Found{"c/team/shop/web-1 main: two", "c/team/shop/web-1 proxy: of the proxy again"}));
}

TEST_F(Discovery, FinishesAPodThatIsDeletedAndTakesTheNextOfThatName) {
  write("pods/team_web-1_u-1/main/0.log", "one");
  open();
  EXPECT_EQ(collect(), Found{"c/team/web/web-1 main: one"});
  write("pods/team_web-1_u-1/main/0.log", "last words");
  EXPECT_TRUE(collector_->turn().ok());
  fs::remove_all(folder_.at("pods/team_web-1_u-1"));
  kube_.list(
      R"({"items":[{"metadata":{"name":"team"}}]})",
      R"({"items":[{"metadata":{"namespace":"team","name":"web-1","uid":"u-9","labels":{"app":"web"}}}]})");
  write("pods/team_web-1_u-9/main/0.log", "reborn");
  EXPECT_EQ(collect(), (Found{"c/team/web/web-1 main: last words", "c/team/web/web-1 main: reborn"}));
}

}  // namespace
}  // namespace headgate
