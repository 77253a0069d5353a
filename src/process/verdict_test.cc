#include "process/verdict.h"

#include <gtest/gtest.h>

namespace headgate::process {
namespace {

TEST(Verdict, ComesBackOnlyToWhatMayWorkLater) {
  EXPECT_EQ(verdict_on({Fault::Retry, "throttled"}), Verdict::TryLater);
  EXPECT_EQ(verdict_on({Fault::Stopped, "leaving"}), Verdict::TryLater);
}

TEST(Verdict, ParksWhatSomeoneHasToMendFirst) {
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

}  // namespace
}  // namespace headgate::process
