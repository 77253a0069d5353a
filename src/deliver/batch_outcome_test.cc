#include "deliver/batch_outcome.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate::deliver {
namespace {

// "too old: 0 1, too new: 8 9" of a batch of ten whose messages are their numbers.
std::string refused(const RejectedEvents& rejected) {
  static const std::vector<std::string> kNumbers = {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"};
  std::vector<LogEvent> batch;
  batch.reserve(kNumbers.size());
  for (const std::string& number : kNumbers) batch.push_back({.at_ms = 1, .message = number});
  BatchOutcome events(batch);
  events.add(rejected, batch);
  std::string text;
  for (const BatchOutcome::Reason& reason : events.by_reason()) {
    text += std::string(reason.reason) + ":";
    for (const LogEvent& event : reason.events) text += " " + std::string(event.message);
    text += ";";
  }
  return text;
}

TEST(BatchOutcome, ReadsRejectedIndexesAsTheServiceMeansThem) {
  EXPECT_EQ(refused({}), "");
  EXPECT_EQ(refused({.too_new_from = 8}), "too new: 8 9;");   // inclusive
  EXPECT_EQ(refused({.too_old_until = 2}), "too old: 0 1;");  // exclusive
  EXPECT_EQ(refused({.expired_until = 1}), "expired: 0;");    // exclusive
  EXPECT_EQ(refused({.too_new_from = 10}), "");
  EXPECT_EQ(refused({.too_old_until = 0, .expired_until = 0}), "");
}

TEST(BatchOutcome, AddsNothingTwiceWhereReasonsOverlap) {
  EXPECT_EQ(refused({.too_old_until = 2, .expired_until = 4}), "too old: 0 1;expired: 2 3;");
  EXPECT_EQ(refused({.too_old_until = 4, .expired_until = 2}), "too old: 0 1 2 3;");
  EXPECT_EQ(refused({.too_new_from = 3, .too_old_until = 5}), "too old: 0 1 2;too new: 3 4 5 6 7 8 9;");
}

TEST(BatchOutcome, IndexesBeyondTheBatchReadNothingBeyondIt) {
  EXPECT_EQ(refused({.too_new_from = 99, .too_old_until = 99}), "too old: 0 1 2 3 4 5 6 7 8 9;");
}

std::vector<LogEvent> batch_of(const std::vector<std::string>& messages) {
  std::vector<LogEvent> batch;
  batch.reserve(messages.size());
  for (const std::string& message : messages) batch.push_back({.at_ms = 1, .message = message});
  return batch;
}

TEST(BatchOutcome, IsTheSameAfterItWasWrittenDownAndRead) {
  const std::vector<std::string> messages = {"a", "b", "c", "d", "e", "f"};
  const std::vector<LogEvent> batch = batch_of(messages);
  const std::span<const LogEvent> all(batch);
  BatchOutcome before(all);
  before.add({.too_old_until = 1}, all.first(3));
  before.add_invalid(all.subspan(4, 1));
  BatchOutcome after(all);
  ASSERT_TRUE(after.resume(before.text()));
  EXPECT_EQ(after.text(), before.text());
  EXPECT_TRUE(after.is_any_accepted());
  std::string waiting;
  for (std::size_t index = 0; index < batch.size(); ++index) {
    if (after.is_waiting(index)) waiting += messages[index];
  }
  EXPECT_EQ(waiting, "df");
  ASSERT_EQ(after.by_reason().size(), 2U);
  EXPECT_EQ(after.by_reason()[0].events.front().message, "a");
  EXPECT_EQ(after.by_reason()[1].events.front().message, "e");
}

TEST(BatchOutcome, TakesNothingThatIsOfOtherEventsOrDamaged) {
  const std::vector<std::string> messages = {"a", "b"};
  const std::vector<LogEvent> batch = batch_of(messages);
  BatchOutcome written(batch);
  written.add({}, batch);
  const std::string text = written.text();
  const std::vector<std::string> other = {"a", "c"};
  const std::vector<LogEvent> others = batch_of(other);
  EXPECT_FALSE(BatchOutcome(others).resume(text));
  const std::string fingerprint = text.substr(0, 17);
  for (const std::string& damaged :
       {std::string(), text.substr(0, 16), fingerprint, text.substr(1), fingerprint + "a", fingerprint + "a3",
        fingerprint + "a2a", fingerprint + "x2", fingerprint + "a18446744073709551617", fingerprint + "2a",
        fingerprint + "a2 "}) {
    BatchOutcome outcome(batch);
    EXPECT_FALSE(outcome.resume(damaged)) << damaged;
    EXPECT_TRUE(outcome.is_waiting(0) && outcome.is_waiting(1));
  }
}

TEST(BatchOutcome, WhatNoCallTookIsNothingThatWasAccepted) {
  const std::vector<std::string> messages = {"a", "b"};
  const std::vector<LogEvent> batch = batch_of(messages);
  BatchOutcome outcome(batch);
  EXPECT_FALSE(outcome.is_any_accepted());
  outcome.add_invalid(batch);
  EXPECT_FALSE(outcome.is_any_accepted());
  outcome.add_too_old(batch);
  outcome.add_too_new(batch);
  EXPECT_FALSE(outcome.is_any_accepted());
  outcome.add({.too_old_until = 2}, batch);
  EXPECT_TRUE(outcome.is_any_accepted());
}

TEST(BatchOutcome, KnowsEventsSentInAnotherOrderAndWithOtherTimes) {
  const std::vector<std::string> messages = {"a", "b", "c", "d"};
  const std::vector<LogEvent> batch = batch_of(messages);
  std::vector<LogEvent> sent = {batch[3], batch[1], batch[0]};
  for (LogEvent& event : sent) event.at_ms += 1'000;
  BatchOutcome outcome(batch);
  outcome.add({.too_new_from = 2}, sent);
  EXPECT_EQ(outcome.text().substr(16), ":nawa");
  ASSERT_EQ(outcome.by_reason().size(), 1U);
  EXPECT_EQ(outcome.by_reason()[0].events[0].at_ms, 1) << "with the time that it says";
}

}  // namespace
}  // namespace headgate::deliver
