// Time, as the stages see it. Wall time is for what people read, steady time for durations.
#pragma once

#include <chrono>
#include <stop_token>

#include "base/deadline.h"
#include "model/time/timestamp.h"

namespace headgate {

// Any thread.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Timestamp now() const = 0;      // may jump, also back
  virtual SteadyTime steady() const = 0;  // never goes back
  // Waits that long, or until `stop`; says whether it was stopped.
  virtual bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) = 0;
};

}  // namespace headgate
