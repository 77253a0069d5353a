#include "loggen/pacer.h"

#include <gtest/gtest.h>

namespace headgate::loggen {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{seconds(100)};

TEST(Pacer, LetsTheFirstLineGoAtOnceAndTheOthersAtTheirTime) {
  Pacer pacer(1000, kStart);
  EXPECT_EQ(pacer.due(kStart), 1u);
  pacer.took(1);
  EXPECT_EQ(pacer.due(kStart + nanoseconds(999'999)), 0u);
  EXPECT_EQ(pacer.due(kStart + milliseconds(1)), 1u);
  EXPECT_EQ(pacer.due(kStart + milliseconds(10)), 10u);
}

TEST(Pacer, AgreesWithItselfWhenALineIsDueWhateverTheRate) {
  for (const std::uint64_t rate : {1ULL, 3ULL, 7ULL, 1000ULL, 999'983ULL, 33'333'333ULL, 100'000'000ULL}) {
    Pacer pacer(rate, kStart);
    for (const std::uint64_t taken : {1ULL, 1ULL, 5ULL, 1'000ULL, 12'345'678ULL}) {
      pacer.took(taken);
      const SteadyTime at = pacer.due_at();
      EXPECT_EQ(pacer.due(at - nanoseconds(1)), 0u) << rate;
      EXPECT_GE(pacer.due(at), 1u) << rate;
    }
  }
}

TEST(Pacer, KeepsTheRateExactlyOverYears) {
  Pacer pacer(7, kStart);
  const auto year = std::chrono::hours(24 * 365);
  pacer.took(7ULL * 3600 * 24 * 365);
  EXPECT_EQ(pacer.due_at(), kStart + year);
  EXPECT_EQ(pacer.due(kStart + year), 1u);
}

TEST(Pacer, CatchesUpAtMostOneSecond) {
  Pacer pacer(100, kStart);
  pacer.took(pacer.due(kStart));
  EXPECT_EQ(pacer.due(kStart + milliseconds(900)), 90u);
  EXPECT_EQ(pacer.behind(), nanoseconds(0));
  const std::uint64_t due = pacer.due(kStart + seconds(60));
  EXPECT_EQ(due, 101u);
  EXPECT_EQ(pacer.behind(), seconds(60) - milliseconds(10) - seconds(1));
  pacer.took(due);
  EXPECT_EQ(pacer.due(kStart + seconds(60) + milliseconds(10)), 1u);
}

TEST(Pacer, RestsInSlicesUntilTheNextLine) {
  Pacer fast(100'000, kStart);
  fast.took(fast.due(kStart));
  EXPECT_EQ(fast.rest(kStart), kPacingSlice);
  Pacer slow(2, kStart);
  slow.took(slow.due(kStart));
  EXPECT_EQ(slow.rest(kStart), milliseconds(500));
}

}  // namespace
}  // namespace headgate::loggen
