// When to give up waiting. Durations are judged on the steady clock, which the Clock port gives, so that a
// test can run a day in a millisecond.
// Tests: src/process/queue_worker_test.cc
#pragma once

#include <algorithm>
#include <chrono>

namespace headgate {

using SteadyTime = std::chrono::time_point<std::chrono::steady_clock, std::chrono::nanoseconds>;

// Before everything that happened, and still a moment one can count from: SteadyTime::min() would overflow.
constexpr SteadyTime kLongAgo{SteadyTime::duration::min() / 2};

// A moment on the steady clock after which a call answers Fault::Retry instead of waiting on.
struct Deadline {
  SteadyTime at = SteadyTime::max();

  static Deadline never() { return Deadline{}; }
  static Deadline after(SteadyTime now, std::chrono::nanoseconds wait) { return Deadline{now + wait}; }
  bool passed(SteadyTime now) const { return now >= at; }
  // What is left, never negative.
  std::chrono::nanoseconds left(SteadyTime now) const {
    return passed(now) ? std::chrono::nanoseconds{0} : at - now;
  }
};

inline Deadline sooner(Deadline one, Deadline other) {
  return Deadline{std::min(one.at, other.at)};
}

}  // namespace headgate
