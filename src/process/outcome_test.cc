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

TEST(Verdict, ComesBackOnlyToWhatMayWorkLater) {
  EXPECT_EQ(verdict_on({Fault::Retry, "throttled"}), Verdict::TryLater);
  EXPECT_EQ(verdict_on({Fault::Stopped, "stopping"}), Verdict::TryLater);
}

TEST(Verdict, ParksWhatSomeoneHasToFixFirst) {
  EXPECT_EQ(verdict_on({Fault::Denied, "role"}), Verdict::Park);
  EXPECT_EQ(verdict_on({Fault::NotFound, "bucket"}), Verdict::Park);
  EXPECT_EQ(verdict_on({Fault::Invalid, "corrupt"}), Verdict::Park);
}

TEST(Verdict, ParksNothingForWhatIsOursToFix) {
  for (const Fault fault : {Fault::Retry, Fault::Denied, Fault::NotFound, Fault::Invalid, Fault::Stopped})
    EXPECT_EQ(verdict_on({.fault = fault, .what = "central store", .blame = Blame::Us}), Verdict::TryLater);
}

TEST(Verdict, KeepsAMessageWhileAnyPartNeedsARetry) {
  EXPECT_EQ(worse(Verdict::Done, Verdict::Done), Verdict::Done);
  EXPECT_EQ(worse(Verdict::Done, Verdict::TryLater), Verdict::TryLater);
  EXPECT_EQ(worse(Verdict::TryLater, Verdict::Park), Verdict::TryLater);
  EXPECT_EQ(worse(Verdict::Park, Verdict::Done), Verdict::Done);  // the ledger has it
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
  const Outcome interrupted{.verdict = Verdict::TryLater, .is_interrupted = true};
  EXPECT_EQ(wait_after({.receive_count = 9}, interrupted, {}, 0), seconds{0});
}

}  // namespace
}  // namespace headgate::process
