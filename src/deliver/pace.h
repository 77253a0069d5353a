// How fast calls to one destination may follow each other. There is no limit until it refuses one. Then the
// rate is half of what it accepted, and grows again as it accepts calls (additive increase, multiplicative
// decrease). CloudWatch's quotas belong to the tenant's whole account and are shared with all its other
// loggers, so nobody knows them.
// Tests: src/deliver/gate_test.cc
#pragma once

#include <chrono>
#include <optional>

#include "base/deadline.h"

namespace headgate::deliver {

// One thread. Pure: time is an argument.
class Pace {
 public:
  struct Options {
    double per_second_min = 1;
    double per_second_max = 1'000;  // beyond it there is no limit
    double increase = 1;            // calls per second more, for each second of calls taken
    double decrease = 0.5;          // what is left of the rate after a refusal
  };
  explicit Pace(Options options) : options_(options) {}

  // How long to wait before the next call, whose place is then taken; none when that is longer than
  // `wait_max`, and no place is taken.
  std::optional<std::chrono::nanoseconds> reserve(SteadyTime now, std::chrono::nanoseconds wait_max);
  void taken(SteadyTime now);
  // No call before `until`: the destination said so.
  void close(SteadyTime until);
  // What is left of that.
  std::chrono::nanoseconds closed_for(SteadyTime now) const;
  // Refused, or not answered. Several refusals within a second count once: they were sent at one rate.
  void refused(SteadyTime now);

  // None: as fast as they come.
  std::optional<double> per_second() const { return rate_; }

 private:
  void measure(SteadyTime now);

  const Options options_;
  std::optional<double> rate_;
  SteadyTime next_ = kLongAgo;  // when the next call may go
  SteadyTime closed_until_ = kLongAgo;
  SteadyTime refused_ = kLongAgo;  // when the rate was cut last
  SteadyTime window_ = kLongAgo;   // since when calls are counted
  double in_window_ = 0;
  double measured_ = 0;  // calls a second that were taken, in the window before
};

}  // namespace headgate::deliver
