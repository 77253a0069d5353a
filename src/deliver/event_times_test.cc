#include "deliver/event_times.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::deliver {
namespace {

constexpr std::int64_t kNow = 1'756'553'221'000;
constexpr std::int64_t kMinute = 60'000;
constexpr std::int64_t kHour = 60 * kMinute;
constexpr std::int64_t kDay = 24 * kHour;

Timestamp at(std::int64_t ms) {
  return Timestamp::from_milliseconds(ms);
}

// By how much the time that is chosen differs from `now`, in minutes.
std::int64_t chosen(std::int64_t at_ms, std::optional<std::int64_t> written_ms,
                    const std::optional<LogTimes>& taken = kLogTimes) {
  const std::optional<Timestamp> written = written_ms ? std::optional(at(kNow + *written_ms)) : std::nullopt;
  return (event_times(at(kNow + at_ms), written, taken).at_ms - kNow) / kMinute;
}

TEST(EventTimes, AreTheRecordsOwnIfTheServiceCouldTakeThem) {
  EXPECT_EQ(chosen(-5 * kMinute, 0), -5);
  EXPECT_EQ(chosen(-14 * kDay, 0), -14 * 24 * 60);
  EXPECT_EQ(chosen(-14 * kDay - kMinute, 0), 0) << "a business date, or a clock that is off";
  EXPECT_EQ(chosen(2 * kHour, 0), 120);
  EXPECT_EQ(chosen(9 * kHour, 0), 0) << "Tokyo's time, taken for UTC";
  EXPECT_EQ(chosen(9 * kHour - 20 * kDay, -20 * kDay), -20 * 24 * 60) << "by when it was written, not by now";
  EXPECT_EQ(chosen(-400 * kDay, std::nullopt), -400 * 24 * 60) << "nothing better is known";
  EXPECT_EQ(chosen(-400 * kDay, 0, std::nullopt), -400 * 24 * 60) << "files take any time";
  EXPECT_EQ(event_times(at(-5), std::nullopt, kLogTimes).at_ms, 0) << "before 1970 there are none";
}

struct Sent {
  std::string events;
  std::string too_old;
  std::string too_new;
  std::size_t restamped;
};

struct Line {
  std::int64_t at_ms;
  std::optional<std::int64_t> written_ms = {};
};

// Messages are the numbers of the lines.
Sent send(const std::vector<Line>& lines, const std::optional<LogTimes>& taken = kLogTimes) {
  EventBatcher batcher(LogLimits{});
  for (std::size_t number = 0; number < lines.size(); ++number) {
    EventTimes times{.at_ms = kNow + lines[number].at_ms};
    if (lines[number].written_ms) times.written_at = at(kNow + *lines[number].written_ms);
    batcher.add(times, std::to_string(number));
  }
  batcher.pass_over(kNow, 5);
  const auto parts = batcher.parts({.first_ms = kNow, .last_ms = kNow});
  Sent sent{};
  const auto words = [](const std::vector<LogEvent>& events) {
    std::string text;
    for (const LogEvent& event : events) text += std::string(event.message) + " ";
    return text;
  };
  for (const auto part : parts) {
    const TimedEvents made = timed(batcher, part, taken, at(kNow));
    sent.events += words(made.events);
    sent.too_old += words(made.too_old);
    sent.too_new += words(made.too_new);
    sent.restamped += made.restamped;
    for (std::size_t one = 1; one < made.events.size(); ++one)
      EXPECT_LE(made.events[one - 1].at_ms, made.events[one].at_ms);
  }
  return sent;
}

TEST(EventTimes, AvoidWhatTheServiceIsSureToRefuse) {
  const Sent sent = send({{.at_ms = 0},
                          {.at_ms = -14 * kDay},
                          {.at_ms = -14 * kDay - 10 * kMinute},
                          {.at_ms = -14 * kDay - 20 * kMinute},
                          {.at_ms = 2 * kHour + 10 * kMinute},
                          {.at_ms = 2 * kHour + 20 * kMinute},
                          {.at_ms = 3650 * kDay},
                          {.at_ms = -kNow}});
  EXPECT_EQ(sent.events, "2 1 0 4 ");
  EXPECT_EQ(sent.too_old, "7 3 ");
  EXPECT_EQ(sent.too_new, "5 6 ");
  EXPECT_EQ(sent.restamped, 0U);
  EXPECT_EQ(send({{.at_ms = -900 * kDay}, {.at_ms = 900 * kDay}}, std::nullopt).events, "0 1 ");
}

TEST(EventTimes, WhatBecameTooOldIsSentWithTheTimeItWasWritten) {
  const Sent sent = send({{.at_ms = -15 * kDay, .written_ms = -2 * kDay},
                          {.at_ms = -16 * kDay, .written_ms = -1 * kDay},
                          {.at_ms = -16 * kDay, .written_ms = -15 * kDay},
                          {.at_ms = 4 * kHour, .written_ms = -kMinute}});
  EXPECT_EQ(sent.events, "0 1 3 ");
  EXPECT_EQ(sent.too_old, "2 ");
  EXPECT_EQ(sent.restamped, 3U);
}

TEST(EventTimes, ACallSpansADayAtMost) {
  const auto sizes = [](const std::vector<std::int64_t>& times) {
    std::vector<LogEvent> events;
    for (const std::int64_t time : times) events.push_back({.at_ms = time, .message = "m"});
    std::string text;
    for (const auto part : cut_by_span(events, kLogBatchSpanMsMax)) text += std::to_string(part.size()) + " ";
    return text;
  };
  EXPECT_EQ(sizes({}), "");
  EXPECT_EQ(sizes({0}), "1 ");
  EXPECT_EQ(sizes({0, 1, kDay, kDay + 1, 2 * kDay, 2 * kDay + 2}), "3 2 1 ");
}

}  // namespace
}  // namespace headgate::deliver
