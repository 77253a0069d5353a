// Whose lines share an object, when batches are sealed, and what memory they take: the real collector over
// the simulated disk.
#include <gtest/gtest.h>

#include <set>

#include "sim/collector_on_disk.h"

namespace headgate::collect {
namespace {

using Keys = std::vector<std::string>;
class Partitioning : public sim::CollectorOnDisk {
 protected:
  // Lines that an agent reads which begins with what the checkpoints and the spool say.
  std::size_t checkpointed_lines_read_again() {
    if (!open().ok()) return SIZE_MAX;
    (void)collector_->take_sealed();
    read();
    EXPECT_TRUE(collector_->seal_all().ok());
    return sealed_messages().size();
  }
};

TEST_F(Partitioning, PacksTheNamespacesThatSaySoAndNoOthers) {
  options_.policies[Namespace("packed")].partition = Partition::Tenant;
  ASSERT_TRUE(open().ok());
  for (const char* tenant : {"packed", "plain"}) {
    say(tenant, "web-1", "one");
    say(tenant, "api-1", "two");
    say(tenant, "web-1", "three");
  }
  read();
  ASSERT_TRUE(collector_->seal_all().ok());
  std::map<std::string, std::vector<sim::SaidLine>> objects;
  for (const Sealed& one : sealed()) objects[one.key] = one.lines;
  EXPECT_EQ(objects.size(), 3U);
  EXPECT_EQ(objects["c/packed/_packed/node-1"],
            (std::vector<sim::SaidLine>{
                {"api", "api-1", "two"}, {"web", "web-1", "one"}, {"web", "web-1", "three"}}));
  EXPECT_EQ(objects["c/plain/web/web-1"],
            (std::vector<sim::SaidLine>{{"web", "web-1", "one"}, {"web", "web-1", "three"}}));
  EXPECT_EQ(objects["c/plain/api/api-1"], (std::vector<sim::SaidLine>{{"api", "api-1", "two"}}));
}

TEST_F(Partitioning, SealsEachNamespaceByItsOwnAgeAndSize) {
  options_.policy = {.partition = Partition::Tenant, .age_max = std::chrono::minutes{5}};
  options_.policies[Namespace("fast")] = {.age_max = std::chrono::seconds{2}};
  options_.policies[Namespace("small")] = {.partition = Partition::Tenant, .bytes_max = 1000};
  ASSERT_TRUE(open().ok());
  for (const char* tenant : {"fast", "small", "slow"}) say(tenant, "web-1", "one");
  read();
  EXPECT_EQ(sealed_keys(), Keys{});
  clock_.advance(std::chrono::seconds{3});
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/fast/web/web-1"});
  say("small", "web-1", std::string(1000, 'x'));
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/small/_packed/node-1"});
  clock_.advance(std::chrono::minutes{5});
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/slow/_packed/node-1"});
}

// More pods than may have batches of their own: nothing is sealed early, and every line arrives once.
TEST_F(Partitioning, TwoThousandPodsThatWriteAtOnceMakeFewObjects) {
  constexpr int kPodCount = 2'000;
  constexpr int kRounds = 12;
  constexpr int kTenantCount = 4;
  options_.policy.age_max = std::chrono::minutes{5};
  options_.batches_open_max = 400;
  ASSERT_TRUE(open().ok());
  std::set<std::string> said;
  std::set<std::string> found;
  std::size_t lines = 0;
  std::size_t objects = 0;
  std::size_t shared = 0;
  const auto collect = [&] {
    for (const Sealed& one : sealed()) {
      ++objects;
      shared += one.key.find("_packed") == std::string::npos ? 0 : 1;
      for (const sim::SaidLine& line : one.lines) {
        ++lines;
        found.insert(line.pod + ": " + line.message);
      }
    }
  };
  for (int round = 0; round < kRounds; ++round) {
    for (int number = 0; number < kPodCount; ++number) {
      const std::string pod = "web-" + std::to_string(number);
      say("tenant-" + std::to_string(number % kTenantCount), pod, std::to_string(round));
      said.insert(pod + ": " + std::to_string(round));
    }
    read();
    clock_.advance(std::chrono::seconds{2});
    read();
    collect();
    EXPECT_EQ(objects, 0U) << round;
  }
  clock_.advance(std::chrono::minutes{5});
  read();
  collect();
  EXPECT_EQ(objects, 300U + kTenantCount);  // three quarters of 400 are pods' own
  EXPECT_EQ(shared, std::size_t{kTenantCount});
  EXPECT_EQ(lines, std::size_t{kPodCount} * kRounds);
  EXPECT_TRUE(found == said);
  EXPECT_EQ(checkpointed_lines_read_again(), 0U);
}

TEST_F(Partitioning, APodHasABatchOfItsOwnAgainOnceThereAreSlots) {
  options_.policy.age_max = std::chrono::minutes{5};
  options_.batches_open_max = 4;
  ASSERT_TRUE(open().ok());
  for (int number = 0; number < 8; ++number) say("ns", "web-" + std::to_string(number), "one");
  read();
  clock_.advance(std::chrono::minutes{5});
  read();
  EXPECT_EQ(sealed_keys(),
            (Keys{"c/ns/_packed/node-1", "c/ns/web/web-0", "c/ns/web/web-1", "c/ns/web/web-2"}));
  EXPECT_EQ(metric("headgate_collect_sharing_containers"), 5);
  say("ns", "web-7", "two");
  read();
  clock_.advance(std::chrono::minutes{5});
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/ns/web/web-7"});
  EXPECT_EQ(metric("headgate_collect_sharing_containers"), 4);
}

// More tenants than slots, each of which needs one: they take turns, and not at every line.
TEST_F(Partitioning, TenantsForWhomThereIsNoSlotWaitForATenthOfTheAge) {
  options_.policy = {.partition = Partition::Tenant, .age_max = std::chrono::seconds{100}};
  options_.batches_open_max = 2;
  ASSERT_TRUE(open().ok());
  for (const char* tenant : {"a", "b", "c"}) say(tenant, "web-1", "one");
  read();
  clock_.advance(std::chrono::seconds{9});
  read();
  EXPECT_EQ(sealed_keys(), Keys{});
  clock_.advance(std::chrono::seconds{1});
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/a/_packed/node-1"});
  clock_.advance(std::chrono::seconds{1});
  read();
  clock_.advance(std::chrono::seconds{100});
  read();
  EXPECT_EQ(sealed_keys(), (Keys{"c/b/_packed/node-1", "c/c/_packed/node-1"}));
}

// No object of such a template can be shared.
TEST_F(Partitioning, WithoutAPlaceForSharedObjectsPodsWaitToo) {
  options_.key_template = *KeyTemplate::parse("{cluster_id}/{namespace}/{pod_name}/{file}");
  options_.policy.age_max = std::chrono::seconds{100};
  options_.batches_open_max = 2;
  ASSERT_TRUE(open().ok());
  for (int number = 0; number < 3; ++number) say("ns", "web-" + std::to_string(number), "one");
  read();
  EXPECT_EQ(sealed_keys(), Keys{});
  clock_.advance(std::chrono::seconds{10});
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/ns/web-0"});
  clock_.advance(std::chrono::seconds{1});
  read();
  EXPECT_EQ(stored_messages().size(), 2U);
}

TEST_F(Partitioning, HoldsNoMoreThanItsMemoryHoweverManyTenantsThereAre) {
  options_.policy.partition = Partition::Tenant;
  options_.policies[Namespace("tenant-0")] = {};
  options_.buffers_bytes_max = 1U << 20U;
  ASSERT_TRUE(open().ok());
  std::size_t lines = 0;
  std::size_t bytes = 0;
  for (int round = 0; round < 5; ++round) {
    for (int tenant = 0; tenant < 20; ++tenant) {
      for (const char* pod : {"web-1", "api-1"}) {
        std::string noise;
        while (noise.size() < 20'000) noise += std::to_string(random_.next());
        say("tenant-" + std::to_string(tenant), pod, noise);
        bytes += noise.size();
        ++lines;
      }
    }
    clock_.advance(std::chrono::seconds{2});
    read();
    EXPECT_LE(collector_->buffered_bytes(), options_.buffers_bytes_max);
    EXPECT_GT(collector_->buffered_bytes(), options_.buffers_bytes_max / 4);
  }
  EXPECT_GT(bytes, options_.buffers_bytes_max * 3);
  EXPECT_EQ(sealed_keys(), Keys{});  // that made no objects
  ASSERT_TRUE(collector_->seal_all().ok());
  EXPECT_EQ(collector_->buffered_bytes(), 0U);
  for (const Sealed& one : sealed()) lines -= one.lines.size();
  EXPECT_EQ(lines, 0U);
}

TEST_F(Partitioning, SmallCompressionUsesItsRateInBothKindsOfObjects) {
  int tenants = 0;
  for (const Partition partition : {Partition::Pod, Partition::Tenant}) {
    std::vector<std::uint64_t> bytes;
    for (const std::uint64_t rate : {0U, 1U << 20U}) {
      options_.policy.partition = partition;
      options_.thorough_bytes_per_second = rate;
      ASSERT_TRUE(open().ok());
      (void)sealed();
      const std::string tenant = "tenant-" + std::to_string(tenants++);
      for (int line = 0; line < 4'000; ++line) {
        say(tenant, "web-1", "a word or two of " + std::to_string(line * 7919 % 1000) + " that come again");
      }
      read();
      ASSERT_TRUE(collector_->seal_all().ok());
      const std::vector<Sealed> objects = sealed();
      ASSERT_EQ(objects.size(), 1U);
      EXPECT_EQ(objects[0].lines.size(), 4'000U);
      bytes.push_back(objects[0].bytes);
    }
    EXPECT_LT(bytes[1] * 100, bytes[0] * 95) << bytes[0] << " and " << bytes[1];
  }
}

// Of one read little is compressed at once; most waits in buffers until its batch is sealed.
TEST_F(Partitioning, SmallCompressionStaysWithinItsRateUnderLoad) {
  constexpr std::uint64_t kRate = 20'000;
  constexpr std::uint64_t kRoundBytes = 1'000'000;
  constexpr int kRounds = 10;
  options_.thorough_bytes_per_second = kRate;
  for (const Partition partition : {Partition::Pod, Partition::Tenant}) {
    options_.policy.partition = partition;
    ASSERT_TRUE(open().ok());
    Counter& small = metrics_.counter("headgate_collect_thorough_bytes_total", "");
    const std::uint64_t before = small.value();
    for (int round = 0; round < kRounds; ++round) {
      for (std::uint64_t bytes = 0; bytes < kRoundBytes; bytes += 1'000)
        say("tenant", "web-" + std::to_string(bytes % 20'000), std::string(1'000, 'x'));
      read();
      clock_.advance(std::chrono::seconds{20});  // time for 400 KB
      say("tenant", "web-0", "one more");
      read();
      ASSERT_TRUE(collector_->seal_all().ok());
    }
    const std::uint64_t compressed = small.value() - before;
    EXPECT_GE(compressed, kRate * 20 * kRounds / 2);
    // Four seconds' worth at once, and what waited when the last of it was given is owed.
    EXPECT_LE(compressed, kRate * (20 * kRounds + 4) + kRoundBytes * 3 / 2);
  }
}

TEST_F(Partitioning, CompressesAtTheLevelThatItIsTold) {
  std::vector<std::uint64_t> bytes;
  for (const int level : {4, 5, 9}) {
    options_.batch.level = level;
    ASSERT_TRUE(open().ok());
    const std::string tenant = "tenant-" + std::to_string(level);
    for (int line = 0; line < 4'000; ++line)
      say(tenant, "web-1", "a word or two of " + std::to_string(line * 7919 % 1000) + " that come again");
    read();
    ASSERT_TRUE(collector_->seal_all().ok());
    for (const Sealed& object : sealed()) {
      if (object.key.find(tenant) != std::string::npos) bytes.push_back(object.bytes);
    }
  }
  ASSERT_EQ(bytes.size(), 3U);
  const auto differ = [](std::uint64_t left, std::uint64_t right) {  // by more than names and times do
    return std::max(left, right) * 100 > std::min(left, right) * 102;
  };
  EXPECT_TRUE(differ(bytes[0], bytes[1])) << bytes[0] << " and " << bytes[1];
  EXPECT_TRUE(differ(bytes[1], bytes[2])) << bytes[1] << " and " << bytes[2];
}

TEST_F(Partitioning, GoesFromOneWayOfCompressingToTheOtherWithinABatch) {
  options_.thorough_bytes_per_second = 20'000;
  ASSERT_TRUE(open().ok());
  std::size_t lines = 0;
  for (int round = 0; round < 40; ++round) {
    for (int line = 0; line < 200; ++line, ++lines) say("tenant", "web-1", "line " + std::to_string(lines));
    read();
    clock_.advance(std::chrono::milliseconds{100 * (round % 20)});
  }
  ASSERT_TRUE(collector_->seal_all().ok());
  const std::vector<Sealed> objects = sealed();
  ASSERT_EQ(objects.size(), 1U);
  ASSERT_EQ(objects[0].lines.size(), lines);
  for (std::size_t line = 0; line < lines; ++line) {
    ASSERT_EQ(objects[0].lines[line].message, "line " + std::to_string(line));
  }
}

TEST_F(Partitioning, SaysAtTheStartThatAKeyHasNoPlaceForIt) {
  options_.policies[Namespace("packed")].partition = Partition::Tenant;
  options_.key_template = *KeyTemplate::parse("{namespace}/{file}");
  EXPECT_EQ(open().error().fault, Fault::Invalid);
  options_.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  options_.node = NodeName();
  EXPECT_EQ(open().error().fault, Fault::Invalid);
  options_.node = NodeName("node-1");
  EXPECT_TRUE(open().ok());
}

}  // namespace
}  // namespace headgate::collect
