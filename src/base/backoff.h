// How long to wait before trying again: exponential with full jitter
// (https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Pure: chance is an argument.
#pragma once

#include <chrono>
#include <cstdint>

namespace headgate {

struct Backoff {
  std::chrono::milliseconds first{200};  // the longest wait after the first failure
  std::chrono::milliseconds longest{30'000};

  // The wait after `failures` failures in a row (1 = the first), uniform in [ceiling/2, ceiling] where
  // ceiling = min(longest, first * 2^(failures-1)). `random` is any uniform 64-bit number.
  // Half of it is fixed so that a retry never follows at once.
  std::chrono::milliseconds wait(std::uint32_t failures, std::uint64_t random) const;
};

}  // namespace headgate
