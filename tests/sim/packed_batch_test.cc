// Packed batches on the simulated disk: what stands in the object, and what happens when the disk is full.
#include "collect/batch/packed_batch.h"

#include <gtest/gtest.h>

#include <map>

#include "sim/packed_object.h"

namespace headgate::collect {
namespace {

using sim::add;
using sim::index_of;
using sim::lines_of;
using sim::SaidLine;

// `count` lines of so many pods, a few in a row, long enough to fill buffers.
std::vector<SaidLine> said(std::size_t count, std::size_t pods, std::size_t message_bytes = 300) {
  sim::SeededRandom random(count + pods);
  std::vector<SaidLine> lines;
  while (lines.size() < count) {
    const std::uint64_t pod = random.below(pods);
    for (std::uint64_t run = 1 + random.below(5); run > 0 && lines.size() < count; --run) {
      std::string message = std::to_string(lines.size());
      while (message.size() < message_bytes) message += " " + std::to_string(random.next());
      lines.push_back({.application = "app-" + std::to_string(pod % 3),
                       .pod = "pod-" + std::to_string(pod),
                       .message = std::move(message)});
    }
  }
  return lines;
}

std::map<std::string, std::vector<std::string>> by_pod(const std::vector<SaidLine>& lines) {
  std::map<std::string, std::vector<std::string>> pods;
  for (const SaidLine& line : lines) pods[line.application + "/" + line.pod].push_back(line.message);
  return pods;
}

struct PackedBatchOnDisk : testing::Test {
  sim::Faults faults{{}};
  sim::SimDisk disk{faults};
  Spool spool = Spool::open(disk, {.directory = "/data/spool"}, 0).value();
};

TEST_F(PackedBatchOnDisk, HoldsEveryLineOfEveryPodInItsOrder) {
  const std::vector<SaidLine> lines = said(20'000, 40);
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    const std::string object = sim::packed_object(lines, {.codec = codec, .buffered_bytes_max = 1U << 20U});
    EXPECT_TRUE(by_pod(lines_of(object)) == by_pod(lines));
  }
}

TEST_F(PackedBatchOnDisk, EachMemberIsOnePodsAndItsIndexEntryTrue) {
  const std::string object = sim::packed_object(said(20'000, 40), {.buffered_bytes_max = 1U << 20U});
  const ObjectIndex index = index_of(object).value();
  EXPECT_EQ(index.sources.size(), 40U);
  EXPECT_GT(index.members.size(), 80U);  // the lines are six times the budget
  EXPECT_EQ(index.lines(), 20'000U);
  std::uint64_t first = 0;
  for (const IndexedMember& member : index.members) {
    const std::string cut = object.substr(first, member.bytes);
    first += member.bytes;
    const IndexedSource& source = index.sources[member.source];
    const std::vector<SaidLine> lines = lines_of(cut);
    ASSERT_EQ(lines.size(), member.lines);
    // The number of a message's line is also its time.
    const auto at = [](const SaidLine& line) {
      return Timestamp::from_milliseconds(sim::kSaidAtMs + std::stoll(line.message));
    };
    EXPECT_EQ(member.first_at, at(lines.front()));
    EXPECT_EQ(member.last_at, at(lines.back()));
    for (const SaidLine& line : lines) {
      ASSERT_EQ(line.application, source.application.view());
      ASSERT_EQ(line.pod, source.pod.view());
    }
  }
}

TEST_F(PackedBatchOnDisk, GivesAPodOneMemberWhereMemoryAllows) {
  const ObjectIndex index = index_of(sim::packed_object(said(2000, 9))).value();
  std::vector<IndexedSource> order;
  for (const IndexedMember& member : index.members) order.push_back(index.sources[member.source]);
  EXPECT_EQ(order.size(), 9U);
  EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));  // so that an application's members are one range
}

TEST_F(PackedBatchOnDisk, HoldsNoMoreThanItsBudget) {
  constexpr std::size_t kBudget = 256U << 10U;
  PackedBatch batch(spool, {.buffered_bytes_max = kBudget});
  std::int64_t after_ms = 0;
  for (SaidLine line : said(4000, 60)) {
    if (after_ms % 500 == 0) line.message = std::string(700'000, 'x');
    ASSERT_TRUE(add(batch, line, after_ms++).ok());
    ASSERT_LE(batch.buffered_bytes(), kBudget);
  }
  ASSERT_TRUE(batch.shrink_to(32U << 10U).ok());
  EXPECT_LE(batch.buffered_bytes(), 32U << 10U);
  ASSERT_TRUE(batch.shrink_to(0).ok());
  EXPECT_EQ(batch.buffered_bytes(), 0U);
  EXPECT_EQ(batch.lines(), 4000U);
}

TEST_F(PackedBatchOnDisk, KeepsRecordsOfAnySizeWhole) {
  std::vector<SaidLine> lines;
  for (const std::size_t bytes :
       {std::size_t{0}, std::size_t{1}, PackedBatch::kBlockBytes - 300, PackedBatch::kBlockBytes,
        PackedBatch::kBlockBytes * 3, std::size_t{1} << 20U}) {
    for (const char* pod : {"pod-1", "pod-2"}) {
      for (const char byte : {'x', '"', '\x01'}) {
        lines.push_back({.application = "app", .pod = pod, .message = std::string(bytes, byte)});
      }
    }
  }
  EXPECT_TRUE(by_pod(lines_of(sim::packed_object(lines))) == by_pod(lines));
}

TEST_F(PackedBatchOnDisk, SaysInTheManifestWhatItHolds) {
  const std::vector<SaidLine> lines = said(100, 3);
  PackedBatch batch(spool, {});
  std::size_t raw_bytes = 0;
  for (std::size_t number = 0; number < lines.size(); ++number) {
    ASSERT_TRUE(add(batch, lines[number], static_cast<std::int64_t>(number)).ok());
  }
  const BatchManifest manifest = batch.seal(ObjectKey("key"), {{.path = "/a"}}).value();
  const std::string object = object_of(disk, spool, manifest);
  const ObjectIndex index = index_of(object).value();
  for (const IndexedMember& member : index.members) raw_bytes += member.raw_bytes;
  EXPECT_EQ(manifest.key.view(), "key");
  EXPECT_EQ(manifest.lines, 100U);
  EXPECT_EQ(manifest.raw_bytes, raw_bytes);
  EXPECT_EQ(manifest.object_bytes, object.size());
  EXPECT_EQ(manifest.first_at, Timestamp::from_milliseconds(sim::kSaidAtMs));
  EXPECT_EQ(manifest.last_at, Timestamp::from_milliseconds(sim::kSaidAtMs + 99));
  ASSERT_EQ(manifest.covers.size(), 1U);
}

TEST_F(PackedBatchOnDisk, IsFullBeforeItsIndexIs) {
  PackedBatch batch(spool, {});
  std::size_t pods = 0;
  for (; !batch.is_full(); ++pods) {
    ASSERT_LT(pods, kIndexSourcesMax);
    ASSERT_TRUE(add(batch, {.application = "app", .pod = std::to_string(pods), .message = "m"}, 0).ok());
  }
  EXPECT_GT(pods, 1000U);
  const BatchManifest manifest = batch.seal(ObjectKey("key"), {}).value();
  EXPECT_EQ(index_of(object_of(disk, spool, manifest))->sources.size(), pods);
}

TEST(PackedBatch, StaysBrokenAfterAnErrorAndLeavesNoFile) {
  for (std::uint64_t crash_free_calls = 0; crash_free_calls < 3; ++crash_free_calls) {
    sim::Faults faults({.seed = 5 + crash_free_calls, .refuse_one_in = 2});
    sim::SimDisk disk(faults);
    Result<Spool> spool = Spool::open(disk, {.directory = "/data/spool"}, 0);
    while (!spool.ok()) spool = Spool::open(disk, {.directory = "/data/spool"}, 0);
    PackedBatch batch(*spool, {.buffered_bytes_max = PackedBatch::kBlockBytes});
    const std::vector<SaidLine> lines = said(5000, 4);
    Result<> added;
    for (const SaidLine& line : lines) {
      added = add(batch, line, 0);
      if (!added.ok()) break;
    }
    ASSERT_FALSE(added.ok());
    faults.calm();
    EXPECT_FALSE(add(batch, lines[0], 0).ok());
    EXPECT_FALSE(batch.shrink_to(0).ok());
    batch.discard();
    EXPECT_TRUE(disk.list("/data/spool")->empty());
  }
}

}  // namespace
}  // namespace headgate::collect
