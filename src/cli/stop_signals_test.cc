#include "cli/stop_signals.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include "base/mutex.h"
#include "fakes/waiting.h"

namespace headgate::cli {
namespace {

void wait_for(const std::stop_token& token) {
  Mutex mutex;
  CondVar stopped;
  const SteadyTime until = CondVar::after(fakes::kPatience);
  const MutexLock lock(mutex);
  while (stopped.wait_until(mutex, until, token)) {
  }
  EXPECT_TRUE(token.stop_requested());
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
        alarm(60);         // a limit, should the signal do nothing
        for (;;) pause();  // as a write that hangs
      },
      testing::ExitedWithCode(128 + SIGTERM), "");
}

}  // namespace
}  // namespace headgate::cli
