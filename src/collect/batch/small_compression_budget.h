// How many bytes a second get small compression, which takes more CPU than fast compression, on a node that
// others pay for.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <utility>

#include "base/deadline.h"

namespace headgate::collect {

// A token bucket with hysteresis: once it is empty it refuses until it is half full, because each switch of
// compressor ends a gzip member and costs ratio. One thread. Pure: time is an argument.
class SmallCompressionBudget {
 public:
  // 0: it always refuses. A burst may take what four seconds give.
  explicit SmallCompressionBudget(std::uint64_t bytes_per_second)
      : bytes_per_second_(static_cast<double>(bytes_per_second)),
        most_(kBurstSeconds * bytes_per_second_),
        left_(most_) {}

  bool has_any(SteadyTime now) {
    if (now > last_) {
      const std::chrono::duration<double> passed = now - std::exchange(last_, now);
      left_ = std::min(left_ + passed.count() * bytes_per_second_, most_);
    }
    if (left_ <= 0) is_spent_ = true;
    if (left_ > most_ / 2) is_spent_ = false;
    return !is_spent_;
  }
  // May take more than is left: the difference is paid back first.
  void take(std::uint64_t bytes) { left_ -= static_cast<double>(bytes); }

 private:
  static constexpr double kBurstSeconds = 4;
  const double bytes_per_second_;
  const double most_;
  double left_;
  bool is_spent_ = false;
  SteadyTime last_ = kLongAgo;
};

}  // namespace headgate::collect
