#include "loggen/sizes.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace headgate::loggen {
namespace {

TEST(Sizes, HaveTheMeanAndALongTail) {
  const std::vector<std::uint32_t> sizes =
      size_quantiles({.bytes_min = 1, .bytes_mean = 300, .bytes_max = 100'000});
  const double mean = std::accumulate(sizes.begin(), sizes.end(), 0.0) / static_cast<double>(sizes.size());
  EXPECT_NEAR(mean, 300, 5);
  EXPECT_LT(sizes[sizes.size() / 2], 250u) << "most lines are shorter than the mean";
  EXPECT_GT(sizes.back(), 2000u);
}

TEST(Sizes, StayWithinTheirBounds) {
  const std::vector<std::uint32_t> sizes =
      size_quantiles({.bytes_min = 200, .bytes_mean = 300, .bytes_max = 400});
  EXPECT_EQ(*std::min_element(sizes.begin(), sizes.end()), 200u);
  EXPECT_EQ(*std::max_element(sizes.begin(), sizes.end()), 400u);
}

}  // namespace
}  // namespace headgate::loggen
