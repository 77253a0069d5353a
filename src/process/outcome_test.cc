#include "process/outcome.h"

#include <gtest/gtest.h>

#include "process/invocation.h"

namespace headgate::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Outcome later(int milliseconds_from_now, Health health = Health::Unknown) {
  return {.verdict = Verdict::TryLater, .not_before = milliseconds{milliseconds_from_now}, .health = health};
}

TEST(Outcome, OfTwoPartsWaitsForTheSoonerOfTheirRetries) {
  EXPECT_EQ(both({}, {}).verdict, Verdict::Done);
  EXPECT_EQ(both({}, later(700)).not_before, milliseconds{700});
  EXPECT_EQ(both(later(700), {}).verdict, Verdict::TryLater);
  EXPECT_EQ(both(later(700), later(30)).not_before, milliseconds{30});
  EXPECT_EQ(both(later(0), later(30)).not_before, milliseconds{0});
}

TEST(Outcome, OfTwoPartsIsAsHealthyAsTheWorse) {
  EXPECT_EQ(both({.health = Health::Good}, later(0, Health::Bad)).health, Health::Bad);
  EXPECT_EQ(both({.health = Health::Good}, {}).health, Health::Good);
  EXPECT_EQ(both({}, {}).health, Health::Unknown);
  EXPECT_EQ(both({.health = Health::Good}, later(0, Health::Refused)).health, Health::Good)
      << "a destination that is not asked holds up no other";
  EXPECT_EQ(both({}, later(0, Health::Refused)).health, Health::Refused);
}

TEST(WaitAfter, GrowsWithEachReceiveFromWhatTheOutcomeSays) {
  const Backoff retry{.first = seconds{5}, .longest = seconds{3'600}};
  const auto wait = [&](std::uint32_t receives, const Outcome& outcome) {
    return wait_after({.receive_count = receives}, outcome, retry, 0);  // the shortest that chance allows
  };
  EXPECT_EQ(wait(1, later(0)), seconds{3});
  EXPECT_EQ(wait(4, later(0)), seconds{20});
  EXPECT_EQ(wait(40, later(0)), seconds{1'800});
  EXPECT_EQ(wait(1, later(60'000)), seconds{60});
  EXPECT_EQ(wait(1, later(999'999'999)), Queue::kVisibilityMax);
}

TEST(WaitAfter, IsNothingForWhatWasLeftOff) {
  const Outcome left_off{.verdict = Verdict::TryLater, .is_left_off = true};
  EXPECT_EQ(wait_after({.receive_count = 9}, left_off, {}, 0), seconds{0});
}

}  // namespace
}  // namespace headgate::process
