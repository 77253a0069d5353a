#include "loggen/sizes.h"

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace headgate::loggen {
namespace {

constexpr std::size_t kQuantiles = 1024;
// Half of all lines lie between 0.6 and 1.7 times the median, one in a thousand is over ten times it.
constexpr double kSigma = 0.75;

// The value that a standard normal variable stays under with that probability, by bisection: 40 steps give
// more digits than a line length has.
double normal_quantile(double probability) {
  double low = -8;
  double high = 8;
  for (int step = 0; step < 40; ++step) {
    const double middle = (low + high) / 2;
    const double below = std::erfc(-middle / std::sqrt(2.0)) / 2;
    (below < probability ? low : high) = middle;
  }
  return low;
}

}  // namespace

std::vector<std::uint32_t> size_quantiles(const SizeBounds& bounds) {
  CHECK(bounds.bytes_min <= bounds.bytes_mean && bounds.bytes_mean <= bounds.bytes_max);
  const double middle = std::log(static_cast<double>(bounds.bytes_mean)) - kSigma * kSigma / 2;
  std::vector<std::uint32_t> sizes;
  sizes.reserve(kQuantiles);
  for (std::size_t index = 0; index < kQuantiles; ++index) {
    const double probability = (static_cast<double>(index) + 0.5) / kQuantiles;
    const double bytes = std::exp(middle + kSigma * normal_quantile(probability));
    const double bounded =
        std::clamp(bytes, static_cast<double>(bounds.bytes_min), static_cast<double>(bounds.bytes_max));
    sizes.push_back(static_cast<std::uint32_t>(std::lround(bounded)));
  }
  return sizes;
}

}  // namespace headgate::loggen
