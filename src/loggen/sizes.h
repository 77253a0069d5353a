// How long log lines are: many short ones, a long tail.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace headgate::loggen {

// Equally likely lengths of a log-normal distribution with that mean, each moved into [bytes_min, bytes_max].
// Pure; `mean` lies within the bounds. Drawing one of them is drawing a length.
struct SizeBounds {
  std::size_t bytes_min = 0;
  std::size_t bytes_mean = 0;
  std::size_t bytes_max = 0;
};
std::vector<std::uint32_t> size_quantiles(const SizeBounds& bounds);

}  // namespace headgate::loggen
