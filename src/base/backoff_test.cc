#include "base/backoff.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

using std::chrono::milliseconds;

TEST(Backoff, DoublesTheCeilingWithEveryFailureUntilTheLongest) {
  const Backoff backoff{.first = milliseconds{100}, .longest = milliseconds{1000}};
  const std::int64_t ceilings[] = {100, 200, 400, 800, 1000, 1000};
  for (std::uint32_t failures = 1; failures <= 6; ++failures) {
    const std::int64_t ceiling = ceilings[failures - 1];
    for (std::uint64_t random = 0; random < 3000; random += 7) {
      const auto wait = backoff.wait(failures, random);
      EXPECT_GE(wait.count(), ceiling / 2);
      EXPECT_LE(wait.count(), ceiling);
    }
  }
}

TEST(Backoff, SurvivesAnAbsurdNumberOfFailures) {
  const Backoff backoff{.first = milliseconds{500}, .longest = milliseconds{3'600'000}};
  EXPECT_LE(backoff.wait(4'000'000'000U, ~0ULL), milliseconds{3'600'000});
  EXPECT_GE(backoff.wait(4'000'000'000U, 0), milliseconds{1'800'000});
}

}  // namespace
}  // namespace headgate
