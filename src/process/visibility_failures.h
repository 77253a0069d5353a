// A queue that does not let a message's visibility be changed: counted, and logged once an hour.
#pragma once

#include <cstddef>

#include "base/metrics.h"
#include "base/repeated_log.h"
#include "base/result.h"
#include "ports/clock.h"

namespace headgate::process {

// Any thread.
class VisibilityFailures {
 public:
  VisibilityFailures(Clock& clock, Metrics& metrics);
  // What became of a change of so many messages. A receipt that is void (NotFound) is no failure: the message
  // came to someone else meanwhile.
  void saw(const Result<>& changed, std::size_t messages = 1);

 private:
  Clock& clock_;
  Counter& refused_;
  Counter& failed_;
  RepeatedLog said_{4};
};

}  // namespace headgate::process
