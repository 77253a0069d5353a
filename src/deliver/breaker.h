// Stops calling a destination that does not answer, and looks again after a while, ever more rarely.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "base/deadline.h"

namespace headgate::deliver {

// One thread. Pure: time is an argument.
class Breaker {
 public:
  struct Options {
    std::uint32_t weight_max = 8;  // of failures in a row: then it opens
    std::chrono::milliseconds open_first{15'000};
    std::chrono::milliseconds open_longest{600'000};
    std::chrono::milliseconds probe_max{120'000};  // after which a probe that says nothing is forgotten
  };
  explicit Breaker(Options options) : options_(options) {}

  // None: go on. Else how long it is no use to try. After an open time one caller goes on, to see; the others
  // wait for what it finds.
  std::optional<std::chrono::milliseconds> refusal(SteadyTime now);
  void succeeded();
  void failed(SteadyTime now, std::uint32_t weight);
  bool is_open() const { return weight_ >= options_.weight_max; }

 private:
  const Options options_;
  std::uint32_t weight_ = 0;  // of failures in a row
  std::uint32_t opened_ = 0;  // how often, in a row
  SteadyTime open_until_ = kLongAgo;
  SteadyTime probing_until_ = kLongAgo;
};

}  // namespace headgate::deliver
