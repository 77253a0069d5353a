// The machine's clocks behind the Clock port: the only place of the product that reads them.
#pragma once

#include "ports/clock.h"

namespace headgate::local {

// Any thread; holds nothing. A sleep ends at once when it is asked to stop.
class SystemClock : public Clock {
 public:
  Timestamp now() const override;      // CLOCK_REALTIME
  SteadyTime steady() const override;  // CLOCK_MONOTONIC: stands still while the machine is suspended
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override;
};

}  // namespace headgate::local
