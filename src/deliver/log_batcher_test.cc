#include "deliver/log_batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace headgate::deliver {
namespace {

constexpr std::int64_t kAt = 1'756'553'221'000;

// How many events each batch gets when `sizes` come one after another.
std::vector<std::size_t> batches_of(const std::vector<std::size_t>& sizes, LogLimits limits = {}) {
  LogBatcher batcher(limits);
  std::vector<std::size_t> counts;
  const std::string text(2'000'000, 'x');
  for (const std::size_t bytes : sizes) {
    if (!batcher.fits(kAt, bytes)) {
      counts.push_back(batcher.size());
      batcher.clear();
    }
    batcher.add(kAt, std::string_view(text).substr(0, bytes));
  }
  if (batcher.size() > 0) counts.push_back(batcher.size());
  return counts;
}

using Counts = std::vector<std::size_t>;

TEST(LogBatcher, CutsAtTheNumberOfEventsThatTheServiceTakes) {
  EXPECT_EQ(batches_of(Counts(10'000, 5)), Counts{10'000});
  EXPECT_EQ(batches_of(Counts(10'001, 5)), (Counts{10'000, 1}));
  EXPECT_EQ(batches_of(Counts(1'500, 5), {.events_max = 1'000}), (Counts{1'000, 500}));
}

TEST(LogBatcher, CutsBeforeTheByteThatWouldBeTooMany) {
  // Each event counts 26 bytes more than its message.
  EXPECT_EQ(batches_of(Counts(4, 100 - 26), {.bytes_max = 400}), Counts{4});
  EXPECT_EQ(batches_of({74, 74, 74, 75}, {.bytes_max = 400}), (Counts{3, 1}));
  EXPECT_EQ(batches_of(Counts(10, 200'000)), (Counts{5, 5}));
  EXPECT_EQ(batches_of({1'048'550, 1}), (Counts{1, 1}));
}

TEST(LogBatcher, CutsAlikeWhetherEventsAreAddedOrPassedOver) {
  const LogLimits limits{.bytes_max = 400, .events_max = 4};
  const std::vector<std::size_t> sizes = {74, 74, 74, 75, 300, 1, 1, 1, 1, 1, 374};
  const std::string text(400, 'x');
  for (unsigned added = 0; added < 1U << sizes.size(); ++added) {  // each bit an event
    LogBatcher all(limits);
    LogBatcher some(limits);
    std::size_t stored = 0;
    for (std::size_t number = 0; number < sizes.size(); ++number) {
      ASSERT_EQ(all.fits(kAt, sizes[number]), some.fits(kAt, sizes[number])) << added << " " << number;
      if (!all.fits(kAt, sizes[number])) {
        all.clear();
        some.clear();
        stored = 0;
      }
      const std::string_view message = std::string_view(text).substr(0, sizes[number]);
      all.add(kAt, message);
      if ((added >> number) % 2 == 1) {
        some.add(kAt, message);
        ++stored;
      } else {
        some.pass_over(kAt, message.size());
      }
      ASSERT_FALSE(some.empty());
      ASSERT_EQ(some.events().size(), stored);
    }
  }
}

TEST(LogBatcher, CutsWhereEventsWouldSpanMoreThanADay) {
  LogBatcher batcher(LogLimits{});
  batcher.add(kAt, "first");
  EXPECT_TRUE(batcher.fits(kAt + kLogBatchSpanMsMax, 1));
  EXPECT_FALSE(batcher.fits(kAt + kLogBatchSpanMsMax + 1, 1));
  EXPECT_FALSE(batcher.fits(kAt - kLogBatchSpanMsMax - 1, 1));
  batcher.add(kAt - 1'000, "earlier");
  EXPECT_FALSE(batcher.fits(kAt - 1'000 + kLogBatchSpanMsMax + 1, 1));
}

// Many: short ranges are sorted by insertion, which keeps any order.
TEST(LogBatcher, GivesEventsByTimeAndThoseOfOneTimeInTheOrderTheyCame) {
  constexpr int kEvents = 1000;
  LogBatcher batcher(LogLimits{});
  std::vector<std::string> messages;
  std::vector<std::pair<std::int64_t, std::string>> wanted;
  messages.reserve(kEvents);
  for (int number = 0; number < kEvents; ++number) {
    const std::int64_t at = kAt + number * 7 % 3;
    messages.push_back(std::to_string(number));
    batcher.add(at, messages.back());
    wanted.emplace_back(at, messages.back());
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<std::pair<std::int64_t, std::string>> given;
  for (const LogEvent& event : batcher.events()) given.emplace_back(event.at_ms, event.message);
  EXPECT_EQ(given, wanted);
  batcher.clear();
  EXPECT_EQ(batcher.events().size(), 0U);
}

TEST(LogBatcher, TakesAnyEventWhenEmpty) {
  const LogBatcher batcher(LogLimits{});
  EXPECT_TRUE(batcher.fits(kAt, 1'048'550));
}

}  // namespace
}  // namespace headgate::deliver
