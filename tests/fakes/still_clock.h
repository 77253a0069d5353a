// A Clock that moves only when told.
#pragma once

#include <atomic>

#include "ports/clock.h"

namespace headgate::fakes {

// Any thread.
class StillClock : public Clock {
 public:
  explicit StillClock(Timestamp start = Timestamp::from_seconds(1'800'000'000)) : start_(start) {}
  Timestamp now() const override { return start_ + std::chrono::nanoseconds{elapsed_.load()}; }
  SteadyTime steady() const override { return SteadyTime{std::chrono::nanoseconds{elapsed_.load()}}; }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    advance(wait);
    return stop.stop_requested();
  }
  void advance(std::chrono::nanoseconds by) { elapsed_ += by.count(); }

 private:
  const Timestamp start_;
  std::atomic<std::int64_t> elapsed_{0};
};

}  // namespace headgate::fakes
