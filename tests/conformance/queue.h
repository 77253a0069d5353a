// What every Queue keeps.
//
// A Backend has:
//   Queue& queue();                    empty, new for each test
//   void pass(std::chrono::seconds);   lets that time go by
//   static constexpr std::uint32_t kReceivesMax;   receives before a message becomes a dead letter
//   static constexpr bool kReportsVoidReceipts;    false: removing by one may be a success that does nothing
//                                                  (SQS)
//   static constexpr bool kExpiredReceiptRemoves;  after its visibility a receipt removes until the message
//                                                  is received again
//   static constexpr bool kOldReceiptsWork;        true: an older receipt does what the last does (SQS may).
//                                                  May be left out
//   static constexpr bool kDepthIsExact;           false: depth() is approximate (SQS)
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/mutex.h"
#include "ports/queue.h"

namespace headgate::conformance {

using std::chrono::seconds;

template <typename Backend>
class QueueConformance : public testing::Test {
 protected:
  Queue& queue() { return backend_.queue(); }
  void send(const std::string& body, seconds delay = seconds{0}) {
    const Result<> sent = queue().send(body, delay, Deadline::never());
    ASSERT_TRUE(sent.ok()) << sent.error().what;
  }
  std::vector<ReceivedMessage> receive(std::size_t count_max = 10, seconds visibility = seconds{30}) {
    auto received = queue().receive({.count_max = count_max, .visibility = visibility}, Deadline::never());
    EXPECT_TRUE(received.ok()) << received.error().what;
    return received.ok() ? std::move(received).value() : std::vector<ReceivedMessage>();
  }
  // The message that must be there, alone.
  ReceivedMessage receive_one(seconds visibility = seconds{30}) {
    std::vector<ReceivedMessage> received = receive(10, visibility);
    EXPECT_EQ(received.size(), 1U);
    return received.empty() ? ReceivedMessage{} : received.front();
  }
  // Receives it until it is a dead letter.
  void exhaust(const std::string& body) {
    for (std::uint32_t i = 0; i < Backend::kReceivesMax; ++i) {
      EXPECT_EQ(receive_one(seconds{5}).body, body);
      backend_.pass(seconds{6});
    }
    EXPECT_TRUE(receive().empty());
  }
  void expect_void(const Result<>& outcome) {
    if (Backend::kReportsVoidReceipts) {
      ASSERT_FALSE(outcome.ok());
      EXPECT_EQ(outcome.error().fault, Fault::NotFound) << outcome.error().what;
    }
  }

  Backend backend_;
};
TYPED_TEST_SUITE_P(QueueConformance);

TYPED_TEST_P(QueueConformance, GivesAMessageAsItWasSentAndToOneReceiverOnly) {
  const std::string body = R"({"Message":"a \"quoted\" text, \u00e9 and )"
                           "\xf0\x9f\x90\xb3\"}";
  this->send(body);
  const ReceivedMessage message = this->receive_one();
  EXPECT_EQ(message.body, body);
  EXPECT_EQ(message.receive_count, 1U);
  EXPECT_FALSE(message.id.empty());
  EXPECT_FALSE(message.receipt.empty());
  EXPECT_GT(message.sent_at, Timestamp{});
  EXPECT_TRUE(this->receive().empty());
}

TYPED_TEST_P(QueueConformance, ARemovedMessageNeverComesBack) {
  this->send("text");
  const ReceivedMessage message = this->receive_one();
  ASSERT_TRUE(this->queue().remove(message.receipt, Deadline::never()).ok());
  this->backend_.pass(seconds{3600});
  EXPECT_TRUE(this->receive().empty());
  this->expect_void(this->queue().remove(message.receipt, Deadline::never()));
}

TYPED_TEST_P(QueueConformance, AMessageComesAgainAfterItsVisibility) {
  this->send("text");
  const ReceivedMessage first = this->receive_one(seconds{30});
  this->backend_.pass(seconds{29});
  EXPECT_TRUE(this->receive().empty());
  this->backend_.pass(seconds{2});
  const ReceivedMessage second = this->receive_one();
  EXPECT_EQ(second.id, first.id);
  EXPECT_EQ(second.body, "text");
  EXPECT_EQ(second.receive_count, 2U);
  EXPECT_EQ(second.sent_at, first.sent_at);
  EXPECT_NE(second.receipt, first.receipt);
}

TYPED_TEST_P(QueueConformance, AReceiptIsVoidOnceTheMessageWasReceivedAgain) {
  if constexpr (requires { TypeParam::kOldReceiptsWork; }) GTEST_SKIP() << "keeps older receipts";
  this->send("text");
  const ReceivedMessage first = this->receive_one(seconds{5});
  this->backend_.pass(seconds{6});
  const ReceivedMessage second = this->receive_one(seconds{60});
  this->expect_void(this->queue().remove(first.receipt, Deadline::never()));
  this->expect_void(this->queue().change_visibility(first.receipt, seconds{0}, Deadline::never()));
  EXPECT_TRUE(this->receive().empty());  // neither removed nor made visible
  this->backend_.pass(seconds{61});
  EXPECT_EQ(this->receive_one().id, second.id);
}

TYPED_TEST_P(QueueConformance, AnExpiredReceiptMayStillRemoveButNotExtend) {
  this->send("text");
  const ReceivedMessage message = this->receive_one(seconds{5});
  this->backend_.pass(seconds{6});
  this->expect_void(this->queue().change_visibility(message.receipt, seconds{30}, Deadline::never()));
  const Result<> removed = this->queue().remove(message.receipt, Deadline::never());
  if (TypeParam::kExpiredReceiptRemoves) {
    EXPECT_TRUE(removed.ok());
    EXPECT_TRUE(this->receive().empty());
  } else {
    this->expect_void(removed);
    EXPECT_EQ(this->receive_one().id, message.id);
  }
}

TYPED_TEST_P(QueueConformance, VisibilityIsExtendedAndGivenUp) {
  this->send("text");
  const ReceivedMessage message = this->receive_one(seconds{5});
  ASSERT_TRUE(this->queue().change_visibility(message.receipt, seconds{60}, Deadline::never()).ok());
  this->backend_.pass(seconds{50});
  EXPECT_TRUE(this->receive().empty());
  ASSERT_TRUE(this->queue().change_visibility(message.receipt, seconds{0}, Deadline::never()).ok());
  EXPECT_EQ(this->receive_one().receive_count, 2U);
}

TYPED_TEST_P(QueueConformance, ADelayedMessageWaits) {
  this->send("later", seconds{10});
  this->send("now");
  EXPECT_EQ(this->receive_one(seconds{60}).body, "now");
  if (TypeParam::kDepthIsExact) {
    EXPECT_EQ(this->queue().depth(Deadline::never()).value().delayed, 1U);
  }
  this->backend_.pass(seconds{11});
  EXPECT_EQ(this->receive_one().body, "later");
}

TYPED_TEST_P(QueueConformance, GivesNoMoreThanAskedAndEachMessageOnce) {
  constexpr std::size_t kMessages = 25;
  for (std::size_t i = 0; i < kMessages; ++i) this->send("message " + std::to_string(i));
  std::map<std::string, int> seen;
  for (const std::size_t count_max : {1U, 10U, 3U, 10U, 10U}) {
    const std::vector<ReceivedMessage> received = this->receive(count_max);
    EXPECT_LE(received.size(), count_max);
    for (const ReceivedMessage& message : received) ++seen[message.body];
  }
  for (int more = 0; more < 20 && seen.size() < kMessages; ++more) {
    for (const ReceivedMessage& message : this->receive()) ++seen[message.body];
  }
  EXPECT_EQ(seen.size(), kMessages);
  for (const auto& [body, times] : seen) EXPECT_EQ(times, 1) << body;
}

TYPED_TEST_P(QueueConformance, ThreadsNeverGetTheSameMessage) {
  constexpr int kMessages = 60;
  for (int i = 0; i < kMessages; ++i) this->send(std::to_string(i));
  Mutex mutex;
  std::map<std::string, int> seen;
  {
    std::vector<std::jthread> receivers;
    receivers.reserve(4);
    for (int i = 0; i < 4; ++i) {
      receivers.emplace_back([&] {
        for (auto received = this->receive(3); !received.empty(); received = this->receive(3)) {
          for (const ReceivedMessage& message : received) {
            EXPECT_TRUE(this->queue().remove(message.receipt, Deadline::never()).ok());
            const MutexLock lock(mutex);
            ++seen[message.body];
          }
        }
      });
    }
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kMessages));
  for (const auto& [body, times] : seen) EXPECT_EQ(times, 1) << body;
}

TYPED_TEST_P(QueueConformance, AMessageReceivedTooOftenIsGivenNoMore) {
  this->send("poison");
  this->exhaust("poison");
  this->backend_.pass(seconds{3600});
  EXPECT_TRUE(this->receive().empty());
  if (TypeParam::kDepthIsExact) {
    EXPECT_EQ(this->queue().depth(Deadline::never()).value().dead, 1U);
  }
}

TYPED_TEST_P(QueueConformance, TellsHowManyMessagesAreWhere) {
  if (!TypeParam::kDepthIsExact) GTEST_SKIP() << "approximate by design";
  for (int i = 0; i < 3; ++i) this->send(std::to_string(i));
  this->send("later", seconds{60});
  const std::vector<ReceivedMessage> received = this->receive(2, seconds{30});
  ASSERT_EQ(received.size(), 2U);
  ASSERT_TRUE(this->queue().remove(received[0].receipt, Deadline::never()).ok());
  const QueueDepth depth = this->queue().depth(Deadline::never()).value();
  EXPECT_EQ(depth.waiting, 1U);
  EXPECT_EQ(depth.in_flight, 1U);
  EXPECT_EQ(depth.delayed, 1U);
  EXPECT_EQ(depth.dead, 0U);
}

TYPED_TEST_P(QueueConformance, RefusesWhatSqsWouldRefuse) {
  Queue& queue = this->queue();
  EXPECT_EQ(queue.send("", seconds{0}, Deadline::never()).error().fault, Fault::Invalid);
  EXPECT_EQ(queue.send(std::string(1'048'577, 'x'), seconds{0}, Deadline::never()).error().fault,
            Fault::Invalid);
  EXPECT_EQ(queue.send("x", seconds{901}, Deadline::never()).error().fault, Fault::Invalid);
  this->send("x");
  EXPECT_EQ(queue.receive({.count_max = 11}, Deadline::never()).error().fault, Fault::Invalid);
  EXPECT_EQ(queue.receive({.visibility = seconds{43'201}}, Deadline::never()).error().fault, Fault::Invalid);
  const ReceivedMessage message = this->receive_one();
  EXPECT_EQ(queue.change_visibility(message.receipt, seconds{43'201}, Deadline::never()).error().fault,
            Fault::Invalid);
}

REGISTER_TYPED_TEST_SUITE_P(QueueConformance, GivesAMessageAsItWasSentAndToOneReceiverOnly,
                            ARemovedMessageNeverComesBack, AMessageComesAgainAfterItsVisibility,
                            AReceiptIsVoidOnceTheMessageWasReceivedAgain,
                            AnExpiredReceiptMayStillRemoveButNotExtend, VisibilityIsExtendedAndGivenUp,
                            ADelayedMessageWaits, GivesNoMoreThanAskedAndEachMessageOnce,
                            ThreadsNeverGetTheSameMessage, AMessageReceivedTooOftenIsGivenNoMore,
                            TellsHowManyMessagesAreWhere, RefusesWhatSqsWouldRefuse);

}  // namespace headgate::conformance
