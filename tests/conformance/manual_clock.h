// Time that passes when a test says so.
#pragma once

#include <chrono>
#include <stop_token>

#include "base/mutex.h"
#include "ports/clock.h"

namespace headgate::conformance {

// Any thread. A sleep passes at once and takes its time with it.
class ManualClock : public Clock {
 public:
  Timestamp now() const override {
    const MutexLock lock(mutex_);
    return kStart + passed_;
  }
  SteadyTime steady() const override {
    const MutexLock lock(mutex_);
    return SteadyTime{} + std::chrono::hours{1} + passed_;
  }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    if (stop.stop_requested()) return true;
    pass(wait);
    return false;
  }
  void pass(std::chrono::nanoseconds time) {
    const MutexLock lock(mutex_);
    passed_ += time;
  }

 private:
  static constexpr Timestamp kStart = Timestamp::from_seconds(1'756'553'221);  // 2025-08-30T11:27:01Z

  mutable Mutex mutex_;
  std::chrono::nanoseconds passed_ GUARDED_BY(mutex_){0};
};

}  // namespace headgate::conformance
