#include "deliver/event_batcher.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

namespace headgate::deliver {
namespace {

constexpr std::int64_t kAt = 1'756'553'221'000;
constexpr std::int64_t kHour = 3'600'000;

using Counts = std::vector<std::size_t>;

// How many events each batch gets when `sizes` come one after another.
Counts batches_of(const Counts& sizes, LogLimits limits = {}) {
  EventBatcher batcher(limits);
  Counts counts;
  std::size_t count = 0;
  const std::string text(2'000'000, 'x');
  for (const std::size_t bytes : sizes) {
    if (!batcher.fits(bytes)) {
      counts.push_back(std::exchange(count, 0));
      batcher.clear();
    }
    batcher.add({.at_ms = kAt}, std::string_view(text).substr(0, bytes));
    ++count;
  }
  if (count > 0) counts.push_back(count);
  return counts;
}

TEST(EventBatcher, CutsAtTheNumberOfEventsThatTheServiceTakes) {
  EXPECT_EQ(batches_of(Counts(10'000, 5)), Counts{10'000});
  EXPECT_EQ(batches_of(Counts(10'001, 5)), (Counts{10'000, 1}));
  EXPECT_EQ(batches_of(Counts(1'500, 5), {.events_max = 1'000}), (Counts{1'000, 500}));
}

TEST(EventBatcher, CutsBeforeTheByteThatWouldBeTooMany) {
  // Each event counts 26 bytes more than its message.
  EXPECT_EQ(batches_of(Counts(4, 100 - 26), {.bytes_max = 400}), Counts{4});
  EXPECT_EQ(batches_of({74, 74, 74, 75}, {.bytes_max = 400}), (Counts{3, 1}));
  EXPECT_EQ(batches_of(Counts(10, 200'000)), (Counts{5, 5}));
  EXPECT_EQ(batches_of({1'048'550, 1}), (Counts{1, 1}));
}

// Its parts as "0 2 | 1 3": which event, by the order they came in; those passed over in brackets.
std::string parts_of(const std::vector<std::int64_t>& times, const EventBatcher::UsualTimes& usual = {},
                     unsigned passed_over = 0) {
  EventBatcher batcher(LogLimits{});
  for (std::size_t number = 0; number < times.size(); ++number) {
    const std::string message = std::to_string(number);
    if ((passed_over >> number) % 2 == 0) {
      batcher.add({.at_ms = times[number]}, message);
    } else {
      batcher.pass_over(times[number], message.size());
    }
  }
  std::string text;
  for (const auto part : batcher.parts(usual)) {
    if (!text.empty()) text += "|";
    for (const EventBatcher::Event& event : part)
      text += event.is_passed_over() ? "(" + std::to_string(event.at_ms) + ")" : batcher.message_of(event);
  }
  return text;
}

TEST(EventBatcher, CutsPartsBySpanWhateverTheOrderOfTimes) {
  constexpr std::int64_t kDay = 24 * kHour;
  const EventBatcher::UsualTimes usual{.first_ms = kAt - 14 * kDay, .last_ms = kAt + 2 * kHour};
  EXPECT_EQ(parts_of({}), "");
  EXPECT_EQ(parts_of({kAt, kAt - kDay, kAt - 1}), "120") << "a day is not over a day";
  EXPECT_EQ(parts_of({kAt, kAt - kDay - 1, kAt - 1}), "12|0");
  EXPECT_EQ(parts_of({kAt, kAt - 2 * kDay, kAt, kAt - 2 * kDay, kAt, kAt - 2 * kDay}), "135|024");
  // Times over midnight are no reason to cut.
  EXPECT_EQ(parts_of({kAt - 13 * kHour, kAt, kAt - 12 * kHour, kAt + 1}), "0213");
  // Of what is too old or too new for any service there is one part each.
  EXPECT_EQ(
      parts_of({kAt - 20 * kDay, kAt, kAt - 30 * kDay, kAt + 3 * kDay, kAt - 900 * kDay, kAt + 9 * kDay},
               usual),
      "420|1|35");
}

TEST(EventBatcher, CutsAlikeWhetherEventsAreAddedOrPassedOver) {
  const std::vector<std::int64_t> times = {kAt, kAt - 30 * kHour, kAt + 1, kAt - 60 * kHour,
                                           kAt - 29 * kHour};
  const auto cuts = [](std::string text) {  // where it is cut, not what is there
    std::string shape;
    bool is_inside = false;
    for (const char byte : text) {
      if (byte == '(') is_inside = true;
      if (byte == '|') shape += '|';
      if (byte == ')' || (!is_inside && byte != '|')) shape += '.';
      if (byte == ')') is_inside = false;
    }
    return shape;
  };
  EXPECT_EQ(cuts(parts_of(times)), ".|..|..");
  for (unsigned passed_over = 0; passed_over < 1U << times.size(); ++passed_over)
    EXPECT_EQ(cuts(parts_of(times, {}, passed_over)), ".|..|..") << passed_over;
  EventBatcher all(LogLimits{.bytes_max = 400});
  EventBatcher some(LogLimits{.bytes_max = 400});
  for (int number = 0; number < 4; ++number) {
    EXPECT_EQ(all.fits(74), some.fits(74));
    all.add({.at_ms = kAt}, std::string(74, 'x'));
    some.pass_over(kAt, 74);
  }
  EXPECT_FALSE(all.fits(1));
  EXPECT_FALSE(some.fits(1));
}

// Many: short ranges are sorted by insertion, which keeps any order.
TEST(EventBatcher, SortsEventsByTimeAndKeepsTheOrderOfEqualTimes) {
  constexpr int kEvents = 1000;
  EventBatcher batcher(LogLimits{});
  std::vector<std::pair<std::int64_t, std::string>> wanted;
  for (int number = 0; number < kEvents; ++number) {
    const std::int64_t at = kAt + number * 7 % 3;
    wanted.emplace_back(at, std::to_string(number));
    batcher.add({.at_ms = at}, wanted.back().second);
  }
  std::stable_sort(wanted.begin(), wanted.end(),
                   [](const auto& left, const auto& right) { return left.first < right.first; });
  std::vector<std::pair<std::int64_t, std::string>> given;
  const auto parts = batcher.parts({});
  ASSERT_EQ(parts.size(), 1U);
  for (const EventBatcher::Event& event : parts[0])
    given.emplace_back(event.at_ms, batcher.message_of(event));
  EXPECT_EQ(given, wanted);
  batcher.clear();
  EXPECT_TRUE(batcher.empty() && batcher.parts({}).empty());
}

TEST(EventBatcher, TakesAnyEventWhenEmpty) {
  const EventBatcher batcher(LogLimits{});
  EXPECT_TRUE(batcher.fits(1'048'550));
}

}  // namespace
}  // namespace headgate::deliver
