// Claims, and how they end: what counts as a worker that died while it delivered something, and what does
// not.
#include "process/settlement.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "fakes/memory_ledger.h"
#include "fakes/still_clock.h"

namespace headgate::process {
namespace {

const DeliveryId kId{.bucket = BucketName("central"),
                     .key = ObjectKey("k"),
                     .tenant = TenantId("team-a"),
                     .destination = DestinationName("cloudwatch")};

// A ledger that does not answer some of its calls, before or after it carried them out.
class FailingLedger final : public fakes::MemoryLedger {
 public:
  std::set<std::string> refused;
  std::set<std::string> lost;  // carried out, but the answer does not arrive

  Result<Claim> claim(const DeliveryId& id, const LeaseOwner& owner, Timestamp now, Timestamp until,
                      Deadline deadline) override {
    return call<Result<Claim>>("claim", [&] { return MemoryLedger::claim(id, owner, now, until, deadline); });
  }
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline deadline) override {
    return call<Result<>>("settle",
                          [&] { return MemoryLedger::settle(id, owner, state, reason, now, deadline); });
  }
  Result<> release(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override {
    return call<Result<>>("release", [&] { return MemoryLedger::release(id, owner, deadline); });
  }
  Result<> withdraw(const DeliveryId& id, const LeaseOwner& owner, Deadline deadline) override {
    return call<Result<>>("withdraw", [&] { return MemoryLedger::withdraw(id, owner, deadline); });
  }

 private:
  template <typename Answer, typename Act>
  Answer call(const std::string& name, Act act) {
    if (refused.contains(name)) return Error{Fault::Retry, "throttled"};
    Answer answer = act();
    if (lost.contains(name)) return Error{Fault::Retry, "no answer"};
    return answer;
  }
};

class Settling : public testing::Test {
 protected:
  // As a worker that was started again under the same name: it remembers nothing.
  Claimed claim(Isolation isolation) {
    Settlement settlement(clock_, ledger_, LeaseOwner("worker"), std::chrono::minutes{10}, said_);
    return settlement.claim(kId, isolation, Deadline::never());
  }
  void die(int times) {
    for (int time = 0; time < times; ++time) EXPECT_EQ(claim(Isolation::Alone).hold, Hold::Ours);
  }

  fakes::StillClock clock_;
  FailingLedger ledger_;
  RepeatedLog said_;
  Settlement living_{clock_, ledger_, LeaseOwner("worker"), std::chrono::minutes{10}, said_};
};

TEST_F(Settling, ADeliveryThatAWorkerDiedOfIsClaimedAlone) {
  EXPECT_EQ(claim(Isolation::Shared).hold, Hold::Ours);
  for (std::uint32_t deaths = 1; deaths < kDeathsMax; ++deaths) {
    for (int asked = 0; asked < 3; ++asked) {  // which is no try, and counts for nothing
      const Claimed left = claim(Isolation::Shared);
      EXPECT_EQ(left.hold, Hold::NeedsAlone);
      EXPECT_EQ(left.deaths, deaths);
    }
    const Claimed alone = claim(Isolation::Alone);
    EXPECT_EQ(alone.hold, Hold::Ours);
    EXPECT_EQ(alone.deaths, deaths);
  }
  // To be parked, for which nothing is tried.
  const Claimed last = claim(Isolation::Shared);
  EXPECT_EQ(last.hold, Hold::Ours);
  EXPECT_EQ(last.deaths, kDeathsMax);
}

TEST_F(Settling, AnotherWorkerClaimsWhatWasLeftToBeTriedAlone) {
  die(1);
  EXPECT_EQ(claim(Isolation::Shared).hold, Hold::NeedsAlone);
  Settlement other(clock_, ledger_, LeaseOwner("worker-2"), std::chrono::minutes{10}, said_);
  const Claimed claimed = other.claim(kId, Isolation::Alone, Deadline::never());
  EXPECT_EQ(claimed.hold, Hold::Ours);
  EXPECT_EQ(claimed.deaths, 1U);
  EXPECT_EQ(claim(Isolation::Alone).hold, Hold::Elsewhere);
}

TEST_F(Settling, AConfirmedBatchForgetsTheDeathsBeforeIt) {
  die(2);
  ASSERT_TRUE(ledger_
                  .advance(kId, LeaseOwner("worker"), {.next_batch = 1, .plan = BatchPlan("p")}, clock_.now(),
                           clock_.now() + std::chrono::minutes{10}, Deadline::never())
                  .ok());
  EXPECT_EQ(claim(Isolation::Alone).deaths, 1U);
}

TEST_F(Settling, ATryThatEndedIsNoDeathAndClearsEarlierOnes) {
  die(2);
  EXPECT_EQ(living_.claim(kId, Isolation::Alone, Deadline::never()).deaths, 2U);
  living_.release(kId, Deadline::never());
  EXPECT_EQ(claim(Isolation::Shared).deaths, 0U);
}

TEST_F(Settling, AStopIsNoDeathAndKeepsThoseBeforeIt) {
  die(2);
  for (int stop = 0; stop < 5; ++stop) {
    EXPECT_EQ(living_.claim(kId, Isolation::Alone, Deadline::never()).deaths, 2U);
    living_.withdraw(kId, Deadline::never());
  }
}

TEST_F(Settling, ALedgerThatDoesNotTakeLeasesBackCountsForNoDeath) {
  for (const char* call : {"release", "settle"}) {
    for (int outage = 0; outage < 5; ++outage) {
      EXPECT_EQ(living_.claim(kId, Isolation::Shared, Deadline::never()).hold, Hold::Ours) << call;
      ledger_.refused = {"release", "settle"};
      if (std::string_view(call) == "settle") {
        EXPECT_EQ(living_.settle(kId, DeliveryState::Delivered, "", Deadline::never()), Verdict::TryLater);
      } else {
        living_.release(kId, Deadline::never());
      }
      ledger_.refused = {};
    }
  }
  const Claimed claimed = living_.claim(kId, Isolation::Shared, Deadline::never());
  EXPECT_EQ(claimed.hold, Hold::Ours);
  EXPECT_EQ(claimed.deaths, 0U);
}

TEST_F(Settling, AClaimWithALostAnswerIsNoDeathAndKeepsEarlierOnes) {
  die(1);
  for (int outage = 0; outage < 5; ++outage) {
    ledger_.lost = {"claim"};
    EXPECT_EQ(living_.claim(kId, Isolation::Alone, Deadline::never()).hold, Hold::Unknown);
    ledger_.lost = {};
    const Claimed claimed = living_.claim(kId, Isolation::Alone, Deadline::never());
    EXPECT_EQ(claimed.hold, Hold::Ours);
    EXPECT_EQ(claimed.deaths, 1U);
    living_.withdraw(kId, Deadline::never());
  }
}

TEST_F(Settling, ALostAnswersSettlementSurvivesTheNextClaim) {
  EXPECT_EQ(living_.claim(kId, Isolation::Shared, Deadline::never()).hold, Hold::Ours);
  ledger_.lost = {"settle"};
  EXPECT_EQ(living_.settle(kId, DeliveryState::Delivered, "", Deadline::never()), Verdict::TryLater);
  ledger_.lost = {};
  EXPECT_EQ(living_.claim(kId, Isolation::Shared, Deadline::never()).hold, Hold::Settled);
}

}  // namespace
}  // namespace headgate::process
