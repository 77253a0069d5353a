#include "deliver/refused_events.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::deliver {
namespace {

// "too old: 0 1, too new: 8 9" of a batch of ten whose messages are their numbers.
std::string refused(const RejectedEvents& rejected) {
  static const std::vector<std::string> kNumbers = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  std::vector<LogEvent> batch;
  batch.reserve(kNumbers.size());
  for (const std::string& number : kNumbers) batch.push_back({.at_ms = 1, .message = number});
  RefusedEvents events;
  events.add(rejected, batch);
  std::string text;
  for (const RefusedEvents::Reason& reason : events.by_reason()) {
    text += std::string(reason.reason) + ":";
    for (const LogEvent& event : reason.events) text += " " + std::string(event.message);
    text += ";";
  }
  return text;
}

TEST(RefusedEvents, ReadsRejectedIndexesAsTheServiceMeansThem) {
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({.too_new_from = 8}), "too new: 8 9;");   // inclusive
  EXPECT_EQ(refused({.too_old_until = 2}), "too old: 0 1;");  // exclusive
  EXPECT_EQ(refused({.expired_until = 1}), "expired: 0;");    // exclusive
  EXPECT_EQ(refused({.too_new_from = 10}), "");
  EXPECT_EQ(refused({.too_old_until = 0, .expired_until = 0}), "");
}

TEST(RefusedEvents, AddsNothingTwiceWhereReasonsOverlap) {
  EXPECT_EQ(refused({.too_old_until = 2, .expired_until = 4}), "too old: 0 1;expired: 2 3;");
  EXPECT_EQ(refused({.too_old_until = 4, .expired_until = 2}), "too old: 0 1 2 3;");
  EXPECT_EQ(refused({.too_new_from = 3, .too_old_until = 5}), "too old: 0 1 2;too new: 3 4 5 6 7 8 9;");
}

TEST(RefusedEvents, IndexesBeyondTheBatchReadNothingBeyondIt) {
  EXPECT_EQ(refused({.too_new_from = 99, .too_old_until = 99}), "too old: 0 1 2 3 4 5 6 7 8 9;");
}

}  // namespace
}  // namespace headgate::deliver
