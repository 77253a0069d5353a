// The agent's threads over a real disk, and a store with moods.
#include "collect/agent.h"
#include "base/mutex.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <functional>

#include "conformance/scratch_folder.h"
#include "fakes/memory_store.h"
#include "fakes/waiting.h"
#include "local/named_pods.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "model/compression/compressed_reader.h"

namespace headgate::collect {
namespace {

using std::chrono::milliseconds;

// Any thread. Answers as its mood says, else stores.
class MoodyStore : public fakes::MemoryStore {
 public:
  using Mood = std::function<Result<>(const ObjectKey& key)>;
  using MemoryStore::MemoryStore;
  void be(Mood mood) {
    const MutexLock lock(mood_mutex_);
    mood_ = std::move(mood);
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override {
    Mood mood;
    {
      const MutexLock lock(mood_mutex_);
      mood = mood_;
    }
    if (mood) TRY(mood(key));
    return MemoryStore::open_writer(key, std::move(options), deadline);
  }

 private:
  Mutex mood_mutex_;
  Mood mood_;  // guarded
};

class AgentTest : public testing::Test {
 protected:
  AgentTest() {
    EXPECT_TRUE(disk_.make_directories(folder_.at("pods")).ok());
    options_.collector.pod_logs = folder_.at("pods");
    options_.collector.data_directory = folder_.at("data");
    options_.collector.cluster = ClusterId("c");
    options_.collector.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options_.collector.policy.age_max = milliseconds{10};
    options_.collector.scan_interval = milliseconds{10};
    options_.collector.spool_free_bytes_min = 0;
    options_.backoff = {.first = milliseconds{1}, .longest = milliseconds{20}};
    options_.poll = milliseconds{2};
    options_.uploads = 2;
  }
  void say(const std::string& tenant, const std::string& pod, int lines) {
    const std::string directory = folder_.at("pods/") + tenant + "_" + pod + "_uid/main";
    ASSERT_TRUE(disk_.make_directories(directory).ok());
    std::ofstream file(directory + "/0.log", std::ios::app);
    for (int line = 0; line < lines; ++line) {
      file << to_rfc3339(clock_.now()) << " stdout F " << pod << " says " << line << ".\n";
    }
  }
  std::unique_ptr<Agent> start() {
    return Agent::start(
               {.clock = clock_, .random = random_, .disk = disk_, .kube = pods_, .metrics = metrics_},
               store_, options_)
        .value();
  }
  std::ptrdiff_t stored_lines(const std::string& tenant) const {
    StringSource source{store_.text_under("c/" + tenant + "/")};
    CompressedReader plain(source, {});
    std::ptrdiff_t lines = 0;
    std::array<char, 4096> piece;
    while (const std::size_t bytes = plain.read(piece).value()) {
      lines += std::count(piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(bytes), '\n');
    }
    return lines;
  }
  std::uint64_t count(const std::string& counter) { return metrics_.counter(counter, "").value(); }

  conformance::ScratchFolder folder_;
  local::SystemClock clock_;
  local::SystemRandom random_;
  local::PosixDisk disk_;
  local::NamedPods pods_;
  Metrics metrics_;
  MoodyStore store_{clock_, BucketName("central")};
  Agent::Options options_;
};

TEST_F(AgentTest, StoresEverythingOnceAStoreThatRefusedItTakesIt) {
  for (const Fault fault : {Fault::Invalid, Fault::Denied, Fault::NotFound, Fault::Retry}) {
    store_.be([fault](const ObjectKey&) { return Error{fault, "AssumeRole: InvalidIdentityToken"}; });
    const std::string tenant = "tenant-" + std::to_string(static_cast<int>(fault));
    say(tenant, "web-0", 10);
    const std::uint64_t before = count("headgate_store_retries_total");
    const std::unique_ptr<Agent> agent = start();
    ASSERT_TRUE(fakes::comes_true([&] { return count("headgate_store_retries_total") > before + 5; }));
    store_.be(nullptr);
    EXPECT_TRUE(fakes::comes_true([&] { return stored_lines(tenant) == 10; }));
    EXPECT_EQ(agent->stop(std::chrono::seconds{10}), 0U);
  }
  EXPECT_EQ(count("headgate_collect_dropped_total"), 0U);
  for (const auto& file : std::filesystem::directory_iterator(folder_.at("data/spool"))) {
    ADD_FAILURE() << file.path();
  }
}

TEST_F(AgentTest, ATenantThatTheStoreRefusesHoldsUpNoOther) {
  options_.backoff = {.first = std::chrono::hours{1}, .longest = std::chrono::hours{1}};
  store_.be([](const ObjectKey& key) {
    return key.view().starts_with("c/refused/") ? Result<>(Error{Fault::Denied, "PutObject: AccessDenied"})
                                                : Result<>();
  });
  for (int pod = 0; pod < 8; ++pod) say("refused", "web-" + std::to_string(pod), 1);
  const std::unique_ptr<Agent> agent = start();
  ASSERT_TRUE(fakes::comes_true([&] { return count("headgate_store_refusals_total") == 8; }));
  say("other", "web-0", 10);
  EXPECT_TRUE(fakes::comes_true([&] { return stored_lines("other") == 10; }));
  EXPECT_EQ(agent->stop(milliseconds{1}), 8U);
}

TEST_F(AgentTest, ABatchThatIsDamagedInTheSpoolIsPutAside) {
  store_.be([](const ObjectKey&) { return Error{Fault::Retry, "the store is away"}; });
  say("tenant", "web-0", 10);
  std::unique_ptr<Agent> agent = start();
  ASSERT_TRUE(fakes::comes_true([&] { return count("headgate_store_retries_total") > 0; }));
  for (const auto& file : std::filesystem::directory_iterator(folder_.at("data/spool"))) {
    std::fstream batch(file.path(), std::ios::in | std::ios::out);
    batch.seekp(30);
    batch << "changed";
  }
  store_.be(nullptr);
  EXPECT_TRUE(fakes::comes_true([&] { return count("headgate_collect_dropped_total") == 10; }));
  EXPECT_EQ(agent->stop(std::chrono::seconds{10}), 0U);
  EXPECT_EQ(stored_lines("tenant"), 0);
}

TEST_F(AgentTest, LeavesUploadsOffAtTheEndOfItsGrace) {
  options_.leave = std::stop_source();
  std::atomic<int> hanging = 0;
  store_.be([&](const ObjectKey&) -> Result<> {
    ++hanging;
    clock_.sleep(std::chrono::hours{1}, options_.leave.get_token());
    return Error{Fault::Stopped, "stopped"};
  });
  for (int pod = 0; pod < 5; ++pod) say("tenant", "web-" + std::to_string(pod), 10);
  std::unique_ptr<Agent> agent = start();
  ASSERT_TRUE(fakes::comes_true([&] { return hanging == 2; }));
  const SteadyTime began = clock_.steady();
  EXPECT_EQ(agent->stop(milliseconds{50}), 5U);
  EXPECT_LT(clock_.steady() - began, std::chrono::seconds{20});
  agent.reset();

  store_.be(nullptr);
  options_.leave = std::stop_source();
  agent = start();
  EXPECT_TRUE(fakes::comes_true([&] { return stored_lines("tenant") == 50; }));
  EXPECT_EQ(agent->stop(std::chrono::seconds{10}), 0U);
  EXPECT_EQ(stored_lines("tenant"), 50);
}

TEST_F(AgentTest, ReadsForHalfOfItsGraceAtMost) {
  options_.poll = std::chrono::hours{1};  // so that all is left to the end
  options_.collector.scan_interval = std::chrono::hours{1};
  say("tenant", "first-0", 1);
  std::unique_ptr<Agent> agent = start();
  ASSERT_TRUE(fakes::comes_true([&] { return count("headgate_collect_lines_total") == 1; }));
  say("tenant", "second-0", 10);
  agent->stop(milliseconds{0});
  agent.reset();
  EXPECT_EQ(count("headgate_collect_lines_total"), 1U);
  agent = start();
  EXPECT_EQ(agent->stop(std::chrono::seconds{10}), 0U);
  EXPECT_EQ(count("headgate_collect_lines_total"), 11U);
  EXPECT_EQ(stored_lines("tenant"), 11);
}

}  // namespace
}  // namespace headgate::collect
