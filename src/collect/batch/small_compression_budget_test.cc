#include "collect/batch/small_compression_budget.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

const SteadyTime kStart = SteadyTime() + seconds{100};

TEST(SmallCompressionBudget, GivesFourSecondsWorthAtOnceAndThenItsRate) {
  SmallCompressionBudget budget(1'000);
  std::uint64_t taken = 0;
  for (milliseconds passed{0}; passed < seconds{60}; passed += milliseconds{1}) {
    if (!budget.has_any(kStart + passed)) continue;
    budget.take(10);  // ten times the rate, when it may
    taken += 10;
  }
  EXPECT_GE(taken, 60'000U);
  EXPECT_LE(taken, 64'010U);
}

TEST(SmallCompressionBudget, OnceEmptyGivesNothingBeforeItIsHalfFull) {
  SmallCompressionBudget budget(1'000);
  ASSERT_TRUE(budget.has_any(kStart));
  budget.take(4'500);
  EXPECT_FALSE(budget.has_any(kStart));
  EXPECT_FALSE(budget.has_any(kStart + milliseconds{2'400}));
  EXPECT_TRUE(budget.has_any(kStart + milliseconds{2'600}));
  budget.take(1'000);
  EXPECT_TRUE(budget.has_any(kStart + milliseconds{2'700}));
}

TEST(SmallCompressionBudget, OfNothingNeverGives) {
  SmallCompressionBudget budget(0);
  EXPECT_FALSE(budget.has_any(kStart));
  EXPECT_FALSE(budget.has_any(kStart + std::chrono::hours{1}));
}

TEST(SmallCompressionBudget, IsNotRefilledByAClockThatStands) {
  SmallCompressionBudget budget(1'000);
  ASSERT_TRUE(budget.has_any(kStart));
  budget.take(4'000);
  for (int i = 0; i < 10; ++i) EXPECT_FALSE(budget.has_any(kStart - seconds{i}));
}

}  // namespace
}  // namespace headgate::collect
