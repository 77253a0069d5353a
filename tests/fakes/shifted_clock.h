// Real time for sockets and their time-outs, beside which a test lets time pass without waiting.
#pragma once

#include <atomic>
#include <chrono>
#include <stop_token>

#include "local/system_clock.h"
#include "ports/clock.h"

namespace headgate::fakes {

// Any thread.
class ShiftedClock final : public Clock {
 public:
  Timestamp now() const override { return clock_.now() + shift_.load(); }
  SteadyTime steady() const override { return clock_.steady() + shift_.load(); }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    return clock_.sleep(wait, stop);
  }
  void advance(std::chrono::nanoseconds time) { shift_ = shift_.load() + time; }

 private:
  local::SystemClock clock_;
  std::atomic<std::chrono::nanoseconds> shift_{std::chrono::nanoseconds{0}};
};

}  // namespace headgate::fakes
