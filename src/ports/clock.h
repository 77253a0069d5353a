// The time, for the stages. Wall time is for what people read, steady time for durations.
// Tests: tests/conformance/clock.h
#pragma once

#include <chrono>
#include <stop_token>

#include "base/deadline.h"
#include "model/time/timestamp.h"

namespace headgate {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;      // wall time, which may jump forwards and backwards
  virtual SteadyTime steady() const = 0;  // never goes backwards
  // Waits for this time, or until `stop`. Returns true if it was stopped.
  virtual bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) = 0;
};

}  // namespace headgate
