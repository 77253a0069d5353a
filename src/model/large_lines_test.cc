#include "model/large_lines.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>
#include <vector>

namespace headgate {
namespace {

TEST(LargeLines, GivesTheTurnToOneAtATimeAndToEachThatWaits) {
  LargeLines turns;
  std::atomic<int> at_it = 0;
  std::atomic<int> most = 0;
  std::atomic<int> done = 0;
  {
    std::vector<std::jthread> threads;
    for (int number = 0; number < 8; ++number) {
      threads.emplace_back([&] {
        for (int round = 0; round < 200; ++round) {
          if (!turns.begin({}).ok()) return;
          const int now = ++at_it;
          if (now > most) most = now;
          --at_it;
          turns.end();
        }
        ++done;
      });
    }
  }
  EXPECT_EQ(done, 8);
  EXPECT_EQ(most, 1);
}

TEST(LargeLines, WhoWaitsTooLongOrIsStoppedHoldsUpNobody) {
  LargeLines turns(std::chrono::milliseconds{1});
  ASSERT_TRUE(turns.begin({}).ok());
  const Result<> late = turns.begin({});
  ASSERT_FALSE(late.ok());
  EXPECT_EQ(late.error().fault, Fault::Retry);
  EXPECT_EQ(late.error().blame, Blame::Us);
  std::stop_source stop;
  stop.request_stop();
  const Result<> stopped = turns.begin(stop.get_token());
  ASSERT_FALSE(stopped.ok());
  EXPECT_EQ(stopped.error().fault, Fault::Stopped);
  turns.end();
  EXPECT_TRUE(turns.begin({}).ok());
}

}  // namespace
}  // namespace headgate
