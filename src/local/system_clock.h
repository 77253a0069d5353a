// The machine's clocks behind the Clock port; no other place of the product reads them.
#pragma once

#include "ports/clock.h"

namespace headgate::local {

// Thread-safe, without state. A sleep ends at once when it is asked to stop.
class SystemClock : public Clock {
 public:
  Timestamp now() const override;      // CLOCK_REALTIME
  SteadyTime steady() const override;  // CLOCK_MONOTONIC, which stands still while the machine is suspended
  bool sleep(std::chrono::nanoseconds wait, const std::stop_token& stop) override;
};

}  // namespace headgate::local
