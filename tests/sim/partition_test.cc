// Whose lines share an object, when batches are sealed, and what memory they take: the real collector over
// the simulated disk.
#include <gtest/gtest.h>

#include "sim/collector_on_disk.h"

namespace headgate::collect {
namespace {

using Keys = std::vector<std::string>;
class Partitioning : public sim::CollectorOnDisk {};

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

TEST_F(Partitioning, SealsTheOldestOfBothKindsForOneBatchMore) {
  options_.policies[Namespace("packed")].partition = Partition::Tenant;
  options_.batches_open_max = 2;
  ASSERT_TRUE(open().ok());
  const auto wait = [&] { clock_.advance(std::chrono::seconds{2}); };
  say("packed", "web-1", "one");
  read();
  wait();
  say("plain", "web-1", "one");
  read();
  wait();
  EXPECT_EQ(sealed_keys(), Keys{});
  say("plain", "web-2", "one");
  read();
  wait();
  EXPECT_EQ(sealed_keys(), Keys{"c/packed/_packed/node-1"});
  say("packed", "web-1", "two");
  read();
  EXPECT_EQ(sealed_keys(), Keys{"c/plain/web/web-1"});
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

TEST_F(Partitioning, CompressesThoroughlyWhatItsRateAllowsInBothKindsOfObjects) {
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
TEST_F(Partitioning, CompressesThoroughlyNoMoreThanItsRateAllowsHoweverMuchWaits) {
  constexpr std::uint64_t kRate = 20'000;
  constexpr std::uint64_t kRoundBytes = 1'000'000;
  constexpr int kRounds = 10;
  options_.thorough_bytes_per_second = kRate;
  for (const Partition partition : {Partition::Pod, Partition::Tenant}) {
    options_.policy.partition = partition;
    ASSERT_TRUE(open().ok());
    Counter& thorough = metrics_.counter("headgate_collect_thorough_bytes_total", "");
    const std::uint64_t before = thorough.value();
    for (int round = 0; round < kRounds; ++round) {
      for (std::uint64_t bytes = 0; bytes < kRoundBytes; bytes += 1'000)
        say("tenant", "web-" + std::to_string(bytes % 20'000), std::string(1'000, 'x'));
      read();
      clock_.advance(std::chrono::seconds{20});  // time for 400 KB
      say("tenant", "web-0", "one more");
      read();
      ASSERT_TRUE(collector_->seal_all().ok());
    }
    const std::uint64_t compressed = thorough.value() - before;
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
