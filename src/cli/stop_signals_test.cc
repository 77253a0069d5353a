#include "cli/stop_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>

namespace headgate::cli {
namespace {

void wait_for(const std::stop_token& token) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, token, [] { return false; });
}

TEST(StopSignals, AskToStopOnInterruptAndOnTermination) {
  for (const int signal : {SIGINT, SIGTERM}) {
    StopSignals signals;
    EXPECT_FALSE(signals.token().stop_requested());
    ASSERT_EQ(kill(getpid(), signal), 0);
    wait_for(signals.token());
    EXPECT_TRUE(signals.token().stop_requested());
  }
}

TEST(StopSignals, EndTheProcessOnTheSecondSignal) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_EXIT(
      {
        StopSignals signals;
        kill(getpid(), SIGINT);
        wait_for(signals.token());
        kill(getpid(), SIGTERM);
        for (;;) pause();  // as a write that hangs
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
}

}  // namespace
}  // namespace headgate::cli
