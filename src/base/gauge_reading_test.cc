#include "base/gauge_reading.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(GaugeReading, IsWhatWasSetAndNothingOfAGaugeThatIsNotThere) {
  Metrics metrics;
  metrics.gauge("a", "help").set(1);
  metrics.gauge("ab", "a 7").set(2.5);
  metrics.gauge("abc", "help", {{"x", "y"}}).set(3);
  EXPECT_EQ(gauge_reading(metrics, "a"), 1);
  EXPECT_EQ(gauge_reading(metrics, "ab"), 2.5);
  EXPECT_EQ(gauge_reading(metrics, "b"), std::nullopt);
  EXPECT_EQ(gauge_reading(metrics, "abc"), std::nullopt);
}

}  // namespace
}  // namespace headgate
