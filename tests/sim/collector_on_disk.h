// A node's pods and the real collector over the simulated disk, for tests of one behaviour at a time.
#pragma once

#include <gtest/gtest.h>

#include "collect/collector.h"
#include "sim/packed_object.h"
#include "sim/sim_clock.h"

namespace headgate::sim {

// Unless told otherwise knows every pod: its application is its name's first three letters; all have `labels`
// too. What become() says of a pod of that name goes before.
class LabelledPods : public Kube {
 public:
  std::optional<PodFacts> pod(const PodId& id) override {
    if (!knows_pods) return std::nullopt;
    const auto told = told_.find(id.pod.str());
    if (told != told_.end()) return told->second;
    PodFacts facts{.labels = labels};
    facts.labels["app"] = id.pod.str().substr(0, 3);
    return facts;
  }
  std::optional<PodFacts> assumed(const PodId& /*id*/) override {
    return assumes ? std::optional(assumed_facts) : std::nullopt;
  }
  std::uint32_t runs_ended(const PodId& id, const ContainerName& /*container*/) override {
    const auto told = runs_ended_.find(id.pod.str());
    return told == runs_ended_.end() ? 0 : told->second;
  }
  bool is_informed() override { return knows_pods; }
  std::uint64_t changes() override { return changes_; }
  void become(const std::string& pod, std::optional<PodFacts> facts) {
    told_[pod] = std::move(facts);
    ++changes_;
  }
  void end_runs(const std::string& pod, std::uint32_t runs) {
    runs_ended_[pod] = runs;
    ++changes_;
  }
  std::map<std::string, std::string> labels;
  bool knows_pods = true;
  bool assumes = true;  // that a pod that stays unknown is `assumed_facts`
  PodFacts assumed_facts;

 private:
  std::map<std::string, std::optional<PodFacts>> told_;
  std::map<std::string, std::uint32_t> runs_ended_;
  std::uint64_t changes_ = 0;
};

class CollectorOnDisk : public testing::Test {
 protected:
  static constexpr const char* kPods = "/pods";
  static constexpr const char* kData = "/data";
  CollectorOnDisk() {
    options_.cluster = ClusterId("c");
    options_.node = NodeName("node-1");
    options_.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    EXPECT_TRUE(disk_.make_directories(kPods).ok());
  }
  Result<> open() {
    collector_.reset();
    collector_ = TRY(collect::Collector::open(
        {.clock = clock_, .random = random_, .disk = disk_, .kube = kube_, .metrics = metrics_}, options_));
    return {};
  }
  static std::string log_of(const std::string& namespace_name, const std::string& pod) {
    return std::string(kPods) + "/" + namespace_name + "_" + pod + "_uid/main/0.log";
  }
  // As the runtime writes it, `tag` and stream before it.
  void say(const std::string& namespace_name, const std::string& pod, std::string_view text,
           std::string_view tag = "stdout F") {
    clock_.advance(std::chrono::nanoseconds{1});
    disk_.runtime_append(log_of(namespace_name, pod),
                         to_rfc3339(clock_.now()) + " " + std::string(tag) + " " + std::string(text) + "\n");
  }
  // Whole scans, with nothing to read.
  void scan(int times) {
    for (; times > 0; --times) read();
  }
  void read() {
    collector_->look_again();
    for (int count = 0; count < 100; ++count) {
      const Result<bool> turned = collector_->turn();
      ASSERT_TRUE(turned.ok()) << turned.error().what;
      if (!*turned) return;
    }
  }
  // With its labels, if it has any. A turn measures at most once a second.
  double metric(const std::string& name) {
    const std::string text = metrics_.exposition();
    const std::string begin = "\n" + name + " ";
    const std::size_t at = text.find(begin);
    EXPECT_NE(at, std::string::npos) << name;
    return at == std::string::npos ? -1 : std::strtod(text.c_str() + at + begin.size(), nullptr);
  }
  struct Sealed {
    std::string key;  // without its file
    std::vector<SaidLine> lines;
    std::uint64_t bytes = 0;  // compressed
  };
  // What was sealed since the last time, in that order.
  std::vector<Sealed> sealed() {
    std::vector<Sealed> found;
    for (const std::uint64_t sequence : collector_->take_sealed()) {
      const collect::SealedBatch batch =
          collect::open_sealed_batch(disk_, collector_->spool().directory(), sequence).value();
      const std::string key = batch.manifest().key.str();
      found.push_back({.key = key.substr(0, key.rfind('/')),
                       .lines = lines_of(object_of(disk_, collector_->spool(), batch.manifest())),
                       .bytes = batch.manifest().object_bytes});
    }
    return found;
  }
  std::vector<std::string> sealed_keys() {
    std::vector<std::string> keys;
    for (const Sealed& one : sealed()) keys.push_back(one.key);
    return keys;
  }

  std::vector<std::string> sealed_messages() {
    std::vector<std::string> messages;
    for (const Sealed& one : sealed()) {
      for (const SaidLine& line : one.lines) messages.push_back(line.message);
    }
    return messages;
  }

  // All that was read is in the store, and the next agent knows.
  std::vector<std::string> stored_messages() {
    EXPECT_TRUE(collector_->seal_all().ok());
    std::vector<std::string> messages;
    std::vector<collect::BatchManifest> stored;
    for (const std::uint64_t sequence : collector_->take_sealed()) {
      stored.push_back(
          collect::open_sealed_batch(disk_, collector_->spool().directory(), sequence)->manifest());
      for (const SaidLine& line : lines_of(object_of(disk_, collector_->spool(), stored.back())))
        messages.push_back(line.message);
    }
    EXPECT_TRUE(collector_->confirm(std::move(stored)).ok());
    return messages;
  }

  Faults faults_{FaultPlan{}};
  SimDisk disk_{faults_};
  SimClock clock_;
  SeededRandom random_{1};
  LabelledPods kube_;
  Metrics metrics_;
  collect::CollectorOptions options_{.pod_logs = kPods, .data_directory = kData};
  std::unique_ptr<collect::Collector> collector_;
};

}  // namespace headgate::sim
