// What every LogSink keeps.
//
// A Backend has:
//   LogSink& sink();            no groups, new for each test
//   std::int64_t now_ms();      what the service takes for now
//   Deadline soon();  Deadline passed();
//   std::vector<std::string> messages(group, stream);   all that it holds, in order
//   static constexpr bool kRejectsByAge;  CloudWatch: over 14 days old or over 2 hours ahead
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ports/log_sink.h"

namespace headgate::conformance {

template <typename Backend>
class LogSinkConformance : public testing::Test {
 protected:
  static constexpr std::int64_t kHourMs = 3'600'000;

  LogSink& sink() { return backend_.sink(); }
  void make(const LogGroup& group, const LogStream& stream) {
    const Result<> made_group = sink().create_group(group, backend_.soon());
    ASSERT_TRUE(made_group.ok()) << made_group.error().what;
    const Result<> made_stream = sink().create_stream(group, stream, backend_.soon());
    ASSERT_TRUE(made_stream.ok()) << made_stream.error().what;
  }
  Result<RejectedEvents> put(const std::vector<LogEvent>& events) {
    return sink().put_events(group_, stream_, events, backend_.soon());
  }
  void expect_invalid(const std::vector<LogEvent>& events) {
    const Result<RejectedEvents> outcome = put(events);
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().fault, Fault::Invalid) << outcome.error().what;
    EXPECT_TRUE(backend_.messages(group_, stream_).empty());
  }

  const LogGroup group_{"/headgate/team-a"};
  const LogStream stream_{"api/pod-1"};
  Backend backend_;
};
TYPED_TEST_SUITE_P(LogSinkConformance);

TYPED_TEST_P(LogSinkConformance, KeepsMessagesByteForByteAndInOrder) {
  this->make(this->group_, this->stream_);
  const std::int64_t now = this->backend_.now_ms();
  const std::vector<std::string> messages = {"plain",
                                             R"({"a": 1.10, "a": "\u00e9"})",
                                             "tab\t quote\" back\\slash",
                                             " blanks  ",
                                             "\xf0\x9f\x90\xb3 \xc3\xa9 \x01\x1f\x7f \xc2\x85",
                                             "two\nlines\r\n",
                                             "</script>"};
  std::vector<LogEvent> events;
  events.reserve(messages.size());
  for (const std::string& message : messages) events.push_back({now, message});
  const auto first = this->put(events);
  ASSERT_TRUE(first.ok()) << first.error().what;
  EXPECT_FALSE(first->too_new_from || first->too_old_until || first->expired_until);
  ASSERT_TRUE(this->put({{now + 1, "last"}}).ok());
  std::vector<std::string> expected = messages;
  expected.emplace_back("last");
  EXPECT_EQ(this->backend_.messages(this->group_, this->stream_), expected);
}

TYPED_TEST_P(LogSinkConformance, GroupAndStreamMustBeThere) {
  const std::vector<LogEvent> events = {{this->backend_.now_ms(), "text"}};
  EXPECT_EQ(this->put(events).error().fault, Fault::NotFound);
  EXPECT_EQ(this->sink().create_stream(this->group_, this->stream_, this->backend_.soon()).error().fault,
            Fault::NotFound);
  ASSERT_TRUE(this->sink().create_group(this->group_, this->backend_.soon()).ok());
  EXPECT_EQ(this->put(events).error().fault, Fault::NotFound);
  this->make(this->group_, this->stream_);
  EXPECT_TRUE(this->put(events).ok());
}

TYPED_TEST_P(LogSinkConformance, MakingWhatIsThereIsSuccessAndKeepsIt) {
  this->make(this->group_, this->stream_);
  ASSERT_TRUE(this->put({{this->backend_.now_ms(), "text"}}).ok());
  this->make(this->group_, this->stream_);
  EXPECT_EQ(this->backend_.messages(this->group_, this->stream_), std::vector<std::string>{"text"});
}

TYPED_TEST_P(LogSinkConformance, StreamsAndGroupsAreApart) {
  const std::vector<LogGroup> groups = {LogGroup("/a/b"), LogGroup("/a-b"), LogGroup("a/b"),
                                        LogGroup("/a/b/c")};
  const std::vector<LogStream> streams = {LogStream("c/d"), LogStream("c"), LogStream("c%2Fd"),
                                          LogStream("C")};
  for (const LogGroup& group : groups) {
    for (const LogStream& stream : streams) {
      this->make(group, stream);
      const std::string text = group.str() + ' ' + stream.str();
      const std::vector<LogEvent> events = {{this->backend_.now_ms(), text}};
      ASSERT_TRUE(this->sink().put_events(group, stream, events, this->backend_.soon()).ok());
    }
  }
  for (const LogGroup& group : groups) {
    for (const LogStream& stream : streams) {
      EXPECT_EQ(this->backend_.messages(group, stream),
                std::vector<std::string>{group.str() + ' ' + stream.str()});
    }
  }
}

TYPED_TEST_P(LogSinkConformance, RefusesWholeBatchesBeyondTheLimits) {
  this->make(this->group_, this->stream_);
  const std::int64_t now = this->backend_.now_ms();
  this->expect_invalid({});
  this->expect_invalid({{now, "x"}, {now, ""}});
  this->expect_invalid({{now, "x"}, {now - 1, "earlier"}});
  this->expect_invalid({{now - kLogBatchSpanMsMax - 1, "x"}, {now, "over 24 hours later"}});
  this->expect_invalid(std::vector<LogEvent>(kLogBatchEventsMax + 1, LogEvent{now, "x"}));
  const std::string half(kLogBatchBytesMax / 2 - kLogEventOverheadBytes, 'x');
  this->expect_invalid({{now, half}, {now, half + "x"}});
}

TYPED_TEST_P(LogSinkConformance, TakesBatchesAtTheLimits) {
  this->make(this->group_, this->stream_);
  const std::int64_t now = this->backend_.now_ms();
  const std::string half(kLogBatchBytesMax / 2 - kLogEventOverheadBytes, 'x');
  const auto largest = this->put({{now - kLogBatchSpanMsMax, half}, {now, half}});
  ASSERT_TRUE(largest.ok()) << largest.error().what;
  const auto most = this->put(std::vector<LogEvent>(kLogBatchEventsMax, LogEvent{now, "x"}));
  ASSERT_TRUE(most.ok()) << most.error().what;
  EXPECT_EQ(this->backend_.messages(this->group_, this->stream_).size(), kLogBatchEventsMax + 2);
}

TYPED_TEST_P(LogSinkConformance, EventsOutsideTheAgesAreToldApartFromTheRest) {
  if (!TypeParam::kRejectsByAge) GTEST_SKIP() << "keeps events of any age";
  this->make(this->group_, this->stream_);
  const std::int64_t now = this->backend_.now_ms();
  const std::int64_t oldest = now - 14 * 24 * this->kHourMs;
  const auto old = this->put({{oldest - 2000, "a"}, {oldest - 1000, "b"}, {oldest + 60'000, "kept"}});
  ASSERT_TRUE(old.ok()) << old.error().what;
  EXPECT_EQ(old->too_old_until, 2U);
  EXPECT_FALSE(old->too_new_from.has_value());
  const auto early =
      this->put({{now, "kept too"}, {now + 3 * this->kHourMs, "c"}, {now + 3 * this->kHourMs, "d"}});
  ASSERT_TRUE(early.ok()) << early.error().what;
  EXPECT_EQ(early->too_new_from, 1U);
  EXPECT_FALSE(early->too_old_until.has_value());
  const std::vector<std::string> expected = {"kept", "kept too"};
  EXPECT_EQ(this->backend_.messages(this->group_, this->stream_), expected);
}

TYPED_TEST_P(LogSinkConformance, AfterItsDeadlineACallIsRetryAndDidNothing) {
  this->make(this->group_, this->stream_);
  const Deadline passed = this->backend_.passed();
  const std::vector<LogEvent> events = {{this->backend_.now_ms(), "text"}};
  EXPECT_EQ(this->sink().put_events(this->group_, this->stream_, events, passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->sink().create_group(LogGroup("g"), passed).error().fault, Fault::Retry);
  EXPECT_EQ(this->sink().create_stream(this->group_, LogStream("s"), passed).error().fault, Fault::Retry);
  EXPECT_TRUE(this->backend_.messages(this->group_, this->stream_).empty());
}

REGISTER_TYPED_TEST_SUITE_P(LogSinkConformance, KeepsMessagesByteForByteAndInOrder, GroupAndStreamMustBeThere,
                            MakingWhatIsThereIsSuccessAndKeepsIt, StreamsAndGroupsAreApart,
                            RefusesWholeBatchesBeyondTheLimits, TakesBatchesAtTheLimits,
                            EventsOutsideTheAgesAreToldApartFromTheRest,
                            AfterItsDeadlineACallIsRetryAndDidNothing);

}  // namespace headgate::conformance
