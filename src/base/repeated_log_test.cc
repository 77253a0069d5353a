#include "base/repeated_log.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

constexpr SteadyTime kStart{std::chrono::hours{100}};

TEST(RepeatedLog, SaysASubjectAtOnceAndThenOnceAPeriodWithItsCount) {
  RepeatedLog log;
  EXPECT_EQ(log.happened("a", kStart), 1U);
  EXPECT_EQ(log.happened("b", kStart), 1U);
  for (int second = 1; second < 3600; ++second) {
    EXPECT_EQ(log.happened("a", kStart + std::chrono::seconds{second}), std::nullopt);
  }
  EXPECT_EQ(log.happened("a", kStart + std::chrono::seconds{3600}), 3600U);
  EXPECT_EQ(log.happened("a", kStart + std::chrono::seconds{3601}), std::nullopt);
  EXPECT_EQ(log.happened("b", kStart + std::chrono::hours{5}), 1U);
}

TEST(RepeatedLog, BoundsItsSubjectsAndSaysThatThereAreOthers) {
  RepeatedLog log(2);
  EXPECT_EQ(log.happened("a", kStart), 1U);
  EXPECT_EQ(log.happened("b", kStart), 1U);
  EXPECT_EQ(log.happened("c", kStart), 1U);
  EXPECT_EQ(log.happened("d", kStart), std::nullopt);
  EXPECT_EQ(log.happened("e", kStart), std::nullopt);
  EXPECT_EQ(log.happened("a", kStart), std::nullopt);
  EXPECT_EQ(log.happened("f", kStart + std::chrono::hours{1}), 1U);  // there is room again
  EXPECT_EQ(log.happened("a", kStart + std::chrono::hours{1}), 1U);
}

}  // namespace
}  // namespace headgate
