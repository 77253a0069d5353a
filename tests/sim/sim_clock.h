// Time that moves when the simulation says so.
#pragma once

#include "ports/clock.h"

namespace headgate::sim {

class SimClock : public Clock {
 public:
  Timestamp now() const override { return wall_; }
  SteadyTime steady() const override { return steady_; }
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override {
    advance(wait);
    return stop.stop_requested();
  }
  void advance(std::chrono::nanoseconds by) {
    wall_ = wall_ + by;
    steady_ += by;
  }
  // Somebody set the wall clock.
  void jump(std::chrono::nanoseconds by) { wall_ = wall_ + by; }

 private:
  Timestamp wall_ = Timestamp::from_seconds(1'756'553'221);  // 2025-08-30T11:27:01Z
  SteadyTime steady_{std::chrono::hours{1}};
};

}  // namespace headgate::sim
