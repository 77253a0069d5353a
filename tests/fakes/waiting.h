// Waits for what another thread or process does. No test waits without a limit: what does not happen in time
// is a failure that says what was waited for, and the test comes to its end.
#pragma once

#include <gtest/gtest.h>

#include <chrono>

#include "base/mutex.h"
#include "local/system_clock.h"

namespace headgate::fakes {

// Far beyond what a busy machine needs.
constexpr std::chrono::seconds kPatience{60};

// Whether the condition becomes true in time. It is looked at each millisecond.
template <typename Condition>
testing::AssertionResult comes_true(Condition condition, std::chrono::milliseconds patience = kPatience) {
  local::SystemClock clock;
  const SteadyTime end = clock.steady() + patience;
  while (!condition()) {
    if (clock.steady() >= end)
      return testing::AssertionFailure() << "not within " << patience.count() << " ms";
    clock.sleep(std::chrono::milliseconds{1}, {});
  }
  return testing::AssertionSuccess();
}

// As std::latch, but a wait that takes too long fails the test and ends. Any thread.
class Latch {
 public:
  explicit Latch(int count = 1) : left_(count) {}
  void count_down() {
    const MutexLock lock(mutex_);
    --left_;
    changed_.notify_all();
  }
  void wait() {
    const SteadyTime until = CondVar::after(kPatience);
    const MutexLock lock(mutex_);
    while (left_ > 0 && changed_.wait_until(mutex_, until)) {
    }
    if (left_ > 0)
      ADD_FAILURE() << "a latch lacks " << left_ << " threads after " << kPatience.count() << " s";
  }
  void arrive_and_wait() {
    count_down();
    wait();
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int left_ GUARDED_BY(mutex_);
};

}  // namespace headgate::fakes
