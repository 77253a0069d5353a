#include "local/sqlite_queue.h"
#include "base/mutex.h"

#include <set>
#include <thread>

#include "conformance/child_process.h"
#include "conformance/dead_letters.h"
#include "conformance/manual_clock.h"
#include "conformance/queue.h"
#include "conformance/scratch_folder.h"
#include "fakes/waiting.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace headgate::conformance {
namespace {

struct SqliteQueueFixture {
  static constexpr std::uint32_t kReceivesMax = 3;
  static constexpr bool kReportsVoidReceipts = true;
  static constexpr bool kExpiredReceiptRemoves = true;
  static constexpr bool kDepthIsExact = true;
  Queue& queue() { return *queue_; }
  DeadLetters& letters() { return *queue_; }
  void pass(std::chrono::seconds time) { clock_.pass(time); }

  ManualClock clock_;
  local::SystemRandom random_;
  ScratchFolder folder_;
  std::unique_ptr<local::SqliteQueue> queue_ =
      local::SqliteQueue::open(clock_, random_, folder_.at("state.db"), {.receives_max = kReceivesMax})
          .value();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, QueueConformance, SqliteQueueFixture);
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, DeadLettersConformance, SqliteQueueFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

using conformance::ChildProcess;
using conformance::ManualClock;
using conformance::Reports;
using std::chrono::seconds;

class SqliteQueueTest : public testing::Test {
 protected:
  std::unique_ptr<SqliteQueue> open(Clock& clock) {
    auto queue = SqliteQueue::open(clock, random_, folder_.at("state.db"), {});
    CHECK(queue.ok());
    return std::move(queue).value();
  }

  ManualClock clock_;
  SystemClock system_clock_;
  SystemRandom random_;
  conformance::ScratchFolder folder_;
};

TEST_F(SqliteQueueTest, WaitsUntilItsDeadlineButNeverOver20Seconds) {
  const auto queue = open(clock_);
  SteadyTime before = clock_.steady();
  EXPECT_TRUE(queue->receive({.wait = seconds{7}}, Deadline::never()).value().empty());
  EXPECT_EQ(clock_.steady() - before, seconds{7});
  before = clock_.steady();
  EXPECT_TRUE(queue->receive({.wait = seconds{7}}, Deadline::after(before, seconds{3})).value().empty());
  EXPECT_EQ(clock_.steady() - before, seconds{3});
  before = clock_.steady();
  EXPECT_TRUE(queue->receive({.wait = seconds{60}}, Deadline::never()).value().empty());
  EXPECT_EQ(clock_.steady() - before, seconds{20});
}

TEST_F(SqliteQueueTest, AReceiverSeesAnotherProcesssMessageWithin200Ms) {
  const auto ours = open(clock_);
  const auto theirs = open(clock_);  // knows nothing of our waiting
  // A message that becomes visible while we wait is as one that someone else sends then.
  ASSERT_TRUE(theirs->send("text", seconds{5}, Deadline::never()).ok());
  const SteadyTime before = clock_.steady();
  EXPECT_EQ(ours->receive({.wait = seconds{20}}, Deadline::never()).value().size(), 1U);
  EXPECT_LE(clock_.steady() - before, std::chrono::milliseconds{5200});
}

// A clock whose sleeps last until they are stopped, and that says when one has begun.
class SleepingClock : public ManualClock {
 public:
  bool sleep(std::chrono::nanoseconds, const std::stop_token& stop) override {
    const SteadyTime until = CondVar::after(fakes::kPatience);
    const MutexLock lock(mutex_);
    is_asleep_ = true;
    changed_.notify_all();
    while (changed_.wait_until(mutex_, until, stop)) {
    }
    EXPECT_TRUE(stop.stop_requested()) << "nobody ended the sleep";
    return true;
  }
  void await_sleeper() {
    const SteadyTime until = CondVar::after(fakes::kPatience);
    const MutexLock lock(mutex_);
    while (!is_asleep_ && changed_.wait_until(mutex_, until)) {
    }
    EXPECT_TRUE(is_asleep_);
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  bool is_asleep_ GUARDED_BY(mutex_) = false;
};

TEST_F(SqliteQueueTest, ASendWakesAWaitingReceiver) {
  SleepingClock clock;
  const auto queue = open(clock);
  std::string body;
  {
    std::jthread receiver([&] {
      const auto received = queue->receive({.count_max = 1, .wait = seconds{20}}, Deadline::never());
      if (received.ok() && !received->empty()) body = received->front().body;
    });
    clock.await_sleeper();
    ASSERT_TRUE(queue->send("woken", seconds{0}, Deadline::never()).ok());
  }
  EXPECT_EQ(body, "woken");
}

TEST_F(SqliteQueueTest, GivesWhatHasWaitedLongestFirst) {
  const auto queue = open(clock_);
  for (const std::string body : {"a", "b", "c"}) {
    ASSERT_TRUE(queue->send(body, seconds{0}, Deadline::never()).ok());
    clock_.pass(seconds{1});
  }
  const auto first = queue->receive({.count_max = 1, .visibility = seconds{5}}, Deadline::never()).value();
  ASSERT_EQ(first.at(0).body, "a");
  clock_.pass(seconds{6});  // `a` failed: it comes after those that have not been tried
  std::string order;
  for (const ReceivedMessage& message : queue->receive({.visibility = seconds{5}}, Deadline::never()).value())
    order += message.body;
  EXPECT_EQ(order, "bca");
}

TEST_F(SqliteQueueTest, ManyDeadMessagesAreNotInTheWayOfALivingOne) {
  const auto queue = SqliteQueue::open(clock_, random_, folder_.at("state.db"), {.receives_max = 1}).value();
  for (int i = 0; i < 35; ++i) ASSERT_TRUE(queue->send("poison", seconds{0}, Deadline::never()).ok());
  for (int i = 0; i < 4; ++i) ASSERT_TRUE(queue->receive({.visibility = seconds{1}}, Deadline::never()).ok());
  clock_.pass(seconds{2});
  ASSERT_TRUE(queue->send("alive", seconds{0}, Deadline::never()).ok());
  const auto received = queue->receive({.visibility = seconds{1}}, Deadline::never()).value();
  ASSERT_EQ(received.size(), 1U);
  EXPECT_EQ(received[0].body, "alive");
  EXPECT_EQ(queue->depth(Deadline::never()).value().dead, 35U);
}

TEST_F(SqliteQueueTest, VisibilityNeverEndsOver12HoursAfterTheReceive) {
  const auto queue = open(clock_);
  ASSERT_TRUE(queue->send("text", seconds{0}, Deadline::never()).ok());
  const std::string receipt =
      queue->receive({.count_max = 1, .visibility = seconds{40'000}}, Deadline::never())
          .value()
          .at(0)
          .receipt;
  clock_.pass(seconds{30'000});
  EXPECT_TRUE(queue->change_visibility(receipt, seconds{13'200}, Deadline::never()).ok());
  EXPECT_EQ(queue->change_visibility(receipt, seconds{13'201}, Deadline::never()).error().fault,
            Fault::Invalid);
}

TEST_F(SqliteQueueTest, RefusesAQueueThatGivesNothing) {
  EXPECT_EQ(SqliteQueue::open(clock_, random_, folder_.at("q.db"), {.receives_max = 0}).error().fault,
            Fault::Invalid);
}

TEST_F(SqliteQueueTest, WhatWasSentOutlivesAKill) {
  for (int round = 0; round < 8; ++round) {
    ChildProcess child([&](const Reports& reports) {
      const auto queue = open(system_clock_);
      while (queue->send("round " + std::to_string(round), seconds{0}, Deadline::never()).ok())
        reports.report();
      return 1;
    });
    int sent = 0;
    while (sent < 5 + round && child.await_report() != 0) ++sent;
    child.kill();
    const auto queue = open(system_clock_);
    int received = 0;
    while (true) {
      const auto messages = queue->receive({.visibility = seconds{600}}, Deadline::never()).value();
      if (messages.empty()) break;
      for (const ReceivedMessage& message : messages) {
        EXPECT_EQ(message.body, "round " + std::to_string(round));
        EXPECT_TRUE(queue->remove(message.receipt, Deadline::never()).ok());
        ++received;
      }
    }
    EXPECT_GE(received, sent);  // some may have been sent and not reported
  }
}

TEST_F(SqliteQueueTest, TwoProcessesShareAQueueAndNoMessageIsGivenTwice) {
  constexpr int kMessages = 120;
  {
    const auto queue = open(system_clock_);
    for (int i = 0; i < kMessages; ++i) {
      ASSERT_TRUE(
          queue->send(std::string(1, static_cast<char>('!' + i % 60)), seconds{0}, Deadline::never()).ok());
    }
  }
  const auto work = [&](const Reports& reports) {
    const auto queue = open(system_clock_);
    while (true) {
      const auto messages = queue->receive({.count_max = 3, .visibility = seconds{600}}, Deadline::never());
      if (!messages.ok()) return 1;
      if (messages->empty()) return 0;
      for (const ReceivedMessage& message : *messages) {
        if (!queue->remove(message.receipt, Deadline::never()).ok()) return 2;
        reports.report(message.body[0]);
      }
    }
  };
  ChildProcess first(work);
  ChildProcess second(work);
  std::multiset<char> seen;
  for (ChildProcess* child : {&first, &second}) {
    for (char body = child->await_report(); body != 0; body = child->await_report()) seen.insert(body);
    EXPECT_EQ(child->wait(), 0);
  }
  EXPECT_EQ(seen.size(), static_cast<std::size_t>(kMessages));
  for (int i = 0; i < 60; ++i) EXPECT_EQ(seen.count(static_cast<char>('!' + i)), 2U);
}

}  // namespace
}  // namespace headgate::local
