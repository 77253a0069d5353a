// What every Ledger keeps.
//
// A Backend has:  Ledger& ledger();  empty, new for each test
#pragma once

#include <gtest/gtest.h>

#include <atomic>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "ports/ledger.h"

namespace headgate::conformance {

template <typename Backend>
class LedgerConformance : public testing::Test {
 protected:
  Ledger& ledger() { return backend_.ledger(); }
  static Timestamp at(std::int64_t seconds) { return Timestamp::from_seconds(1'756'553'221 + seconds); }
  static DeliveryId id(const std::string& key, const std::string& tenant = "team-a") {
    return {.bucket = BucketName("central"),
            .key = ObjectKey(key),
            .tenant = TenantId(tenant),
            .destination = DestinationName("cloudwatch")};
  }
  Claim claim(const DeliveryId& id, const std::string& owner, std::int64_t now, std::int64_t until) {
    const Result<Claim> claim = ledger().claim(id, LeaseOwner(owner), at(now), at(until), Deadline::never());
    EXPECT_TRUE(claim.ok()) << claim.error().what;
    return claim.ok() ? *claim : Claim{};
  }
  static Progress to(std::uint64_t next_batch, const std::string& plan = "plan-1") {
    return {.next_batch = next_batch, .plan = BatchPlan(plan)};
  }
  void park(const DeliveryId& id, std::int64_t now) {
    ASSERT_TRUE(claim(id, "parker", now, now + 60).is_ours);
    ASSERT_TRUE(ledger()
                    .advance(id, LeaseOwner("parker"), this->to(3), at(now), at(now + 60), Deadline::never())
                    .ok());
    ASSERT_TRUE(ledger()
                    .settle(id, LeaseOwner("parker"), DeliveryState::Parked, "role denied", at(now),
                            Deadline::never())
                    .ok());
  }

  const LeaseOwner one_{"worker-1"};
  const LeaseOwner two_{"worker-2"};
  Backend backend_;
};
TYPED_TEST_SUITE_P(LedgerConformance);

TYPED_TEST_P(LedgerConformance, ANewDeliveryIsClaimedFromItsFirstBatch) {
  const Claim claim = this->claim(this->id("k"), "worker-1", 0, 60);
  EXPECT_TRUE(claim.is_ours);
  EXPECT_EQ(claim.entry.state, DeliveryState::Pending);
  EXPECT_EQ(claim.entry.progress.next_batch, 0U);
  EXPECT_EQ(claim.leased_until, this->at(60));
}

TYPED_TEST_P(LedgerConformance, ALeaseKeepsOthersOutUntilItExpires) {
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  const Claim refused = this->claim(id, "worker-2", 59, 120);
  EXPECT_FALSE(refused.is_ours);
  EXPECT_EQ(refused.entry.state, DeliveryState::Pending);
  EXPECT_EQ(refused.leased_until, this->at(60));
  EXPECT_TRUE(this->claim(id, "worker-1", 30, 90).is_ours);  // its own: extended
  EXPECT_FALSE(this->claim(id, "worker-2", 89, 120).is_ours);
  EXPECT_TRUE(this->claim(id, "worker-2", 90, 120).is_ours);
}

TYPED_TEST_P(LedgerConformance, AfterItsLeaseWasLostAWorkerChangesNothing) {
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(
      this->ledger().advance(id, this->one_, this->to(2), this->at(1), this->at(61), Deadline::never()).ok());
  ASSERT_TRUE(this->claim(id, "worker-2", 100, 160).is_ours);
  const std::vector<Result<>> refused = {
      this->ledger().advance(id, this->one_, this->to(9), this->at(101), this->at(900), Deadline::never()),
      this->ledger().settle(id, this->one_, DeliveryState::Delivered, "", this->at(101), Deadline::never()),
      this->ledger().release(id, this->one_, Deadline::never()),
      this->ledger().withdraw(id, this->one_, Deadline::never())};
  for (const Result<>& outcome : refused) {
    ASSERT_FALSE(outcome.ok());
    EXPECT_EQ(outcome.error().fault, Fault::Denied) << outcome.error().what;
  }
  const Claim claim = this->claim(id, "worker-2", 102, 162);
  EXPECT_TRUE(claim.is_ours);
  EXPECT_EQ(claim.entry.state, DeliveryState::Pending);
  EXPECT_EQ(claim.entry.progress.next_batch, 2U);
}

TYPED_TEST_P(LedgerConformance, ProgressAndTheLeaseGoOnTogether) {
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(1), this->at(50), this->at(110), Deadline::never())
                  .ok());
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(2), this->at(100), this->at(160), Deadline::never())
                  .ok());
  EXPECT_FALSE(this->claim(id, "worker-2", 159, 300).is_ours);
  const Claim after_a_crash = this->claim(id, "worker-2", 160, 300);
  EXPECT_TRUE(after_a_crash.is_ours);
  EXPECT_EQ(after_a_crash.entry.progress.next_batch, 2U);
}

TYPED_TEST_P(LedgerConformance, ProgressIsKeptWithThePlanThatItCounts) {
  const DeliveryId id = this->id("k");
  const auto kept = [&](std::int64_t now) {
    return this->claim(id, "worker-1", now, now + 60).entry.progress;
  };
  EXPECT_EQ(kept(0), Progress{});
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(5, "old"), this->at(1), this->at(61), Deadline::never())
                  .ok());
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(4, "old"), this->at(2), this->at(62), Deadline::never())
                  .ok());
  EXPECT_EQ(kept(3), this->to(5, "old"));  // never back
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(0, "new"), this->at(4), this->at(64), Deadline::never())
                  .ok());
  EXPECT_EQ(kept(5), this->to(0, "new"));  // but by another plan
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(2, "new"), this->at(6), this->at(66), Deadline::never())
                  .ok());
  ASSERT_TRUE(this->ledger().release(id, this->one_, Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 7, 67).entry.progress, this->to(2, "new"));
}

TYPED_TEST_P(LedgerConformance, KeepsABatchsEventOutcomesUntilItIsConfirmed) {
  const DeliveryId id = this->id("k");
  Progress half = this->to(2);
  half.batch_outcome = "0123456789abcdef:a2i";
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(
      this->ledger().advance(id, this->one_, half, this->at(1), this->at(61), Deadline::never()).ok());
  ASSERT_TRUE(this->ledger().release(id, this->one_, Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 2, 62).entry.progress, half);
  ASSERT_TRUE(
      this->ledger().advance(id, this->two_, this->to(1), this->at(3), this->at(63), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 4, 64).entry.progress, half);  // never back
  ASSERT_TRUE(
      this->ledger()
          .settle(id, this->two_, DeliveryState::Parked, "role denied", this->at(5), Deadline::never())
          .ok());
  const auto parked = this->ledger().parked(id.tenant, 10, Deadline::never());
  ASSERT_TRUE(parked.ok() && parked->size() == 1);
  EXPECT_EQ(parked->front().entry.progress, half);
  ASSERT_TRUE(this->ledger().unpark(id, this->at(6), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 7, 67).entry.progress, half);
  ASSERT_TRUE(
      this->ledger().advance(id, this->two_, this->to(3), this->at(8), this->at(68), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 9, 69).entry.progress, this->to(3));
}

TYPED_TEST_P(LedgerConformance, AReleasedDeliveryIsAnyonesAndKeepsItsProgress) {
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(
      this->ledger().advance(id, this->one_, this->to(5), this->at(1), this->at(61), Deadline::never()).ok());
  ASSERT_TRUE(this->ledger().release(id, this->one_, Deadline::never()).ok());
  const Claim claim = this->claim(id, "worker-2", 2, 62);
  EXPECT_TRUE(claim.is_ours);
  EXPECT_EQ(claim.entry.progress.next_batch, 5U);
}

TYPED_TEST_P(LedgerConformance, SaysSinceWhenADeliveryIsTriedInVain) {
  const DeliveryId id = this->id("since");
  EXPECT_EQ(this->claim(id, "worker-1", 10, 60).entry.updated_at, this->at(10));
  EXPECT_EQ(this->claim(id, "worker-1", 20, 70).entry.updated_at, this->at(10)) << "ours already";
  ASSERT_TRUE(this->ledger().release(id, this->one_, Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-2", 30, 80).entry.updated_at, this->at(10)) << "after it was given back";
  EXPECT_EQ(this->claim(id, "worker-1", 90, 150).entry.updated_at, this->at(10)) << "after the lease ran out";
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->one_, this->to(1), this->at(100), this->at(160), Deadline::never())
                  .ok());
  EXPECT_EQ(this->claim(id, "worker-1", 110, 170).entry.updated_at, this->at(100)) << "a batch was confirmed";
  ASSERT_TRUE(this->ledger()
                  .settle(id, this->one_, DeliveryState::Parked, "why", this->at(120), Deadline::never())
                  .ok());
  ASSERT_TRUE(this->ledger().unpark(id, this->at(500), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-1", 510, 600).entry.updated_at, this->at(500)) << "it is tried anew";
}

TYPED_TEST_P(LedgerConformance, ASettledDeliveryIsNobodysToDeliverAgain) {
  const DeliveryState states[] = {DeliveryState::Delivered, DeliveryState::Filtered, DeliveryState::Parked,
                                  DeliveryState::Lost};
  for (const DeliveryState state : states) {
    const DeliveryId id = this->id("k-" + std::string(name_of(state)));
    ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
    ASSERT_TRUE(this->ledger().settle(id, this->one_, state, "because", this->at(7), Deadline::never()).ok());
    for (const std::string owner : {"worker-1", "worker-2"}) {
      const Claim claim = this->claim(id, owner, 5000, 6000);
      EXPECT_FALSE(claim.is_ours);
      EXPECT_EQ(claim.entry.state, state);
      EXPECT_EQ(claim.entry.reason, "because");
      EXPECT_EQ(claim.entry.updated_at, this->at(7));
    }
    EXPECT_EQ(this->ledger()
                  .advance(id, this->one_, this->to(1), this->at(8), this->at(9), Deadline::never())
                  .error()
                  .fault,
              Fault::Denied);
  }
}

TYPED_TEST_P(LedgerConformance, NobodyWritesWithoutAClaim) {
  const DeliveryId id = this->id("never claimed");
  EXPECT_EQ(this->ledger()
                .advance(id, this->one_, this->to(1), this->at(0), this->at(60), Deadline::never())
                .error()
                .fault,
            Fault::Denied);
  EXPECT_EQ(this->ledger()
                .settle(id, this->one_, DeliveryState::Delivered, "", this->at(0), Deadline::never())
                .error()
                .fault,
            Fault::Denied);
  EXPECT_EQ(this->ledger().release(id, this->one_, Deadline::never()).error().fault, Fault::Denied);
  EXPECT_EQ(this->ledger().withdraw(id, this->one_, Deadline::never()).error().fault, Fault::Denied);
  EXPECT_EQ(this->claim(id, "worker-2", 0, 60).entry.progress.next_batch, 0U);
}

TYPED_TEST_P(LedgerConformance, DeliveriesThatDifferInOneNameAreApart) {
  const DeliveryId first = this->id("k");
  std::vector<DeliveryId> others(4, first);
  others[0].bucket = BucketName("other");
  others[1].key = ObjectKey("k/");
  others[2].tenant = TenantId("team-b");
  others[3].destination = DestinationName("cloudwatch#audit");
  ASSERT_TRUE(this->claim(first, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(this->ledger()
                  .settle(first, this->one_, DeliveryState::Delivered, "", this->at(1), Deadline::never())
                  .ok());
  for (const DeliveryId& other : others) EXPECT_TRUE(this->claim(other, "worker-2", 2, 60).is_ours);
}

TYPED_TEST_P(LedgerConformance, ListsWhatIsParkedOldestFirst) {
  this->park(this->id("late"), 30);
  this->park(this->id("early"), 10);
  this->park(this->id("other", "team-b"), 20);
  const auto keys = [&](const std::string& tenant, std::size_t count_max) {
    std::string all;
    const auto parked = this->ledger().parked(TenantId(tenant), count_max, Deadline::never());
    EXPECT_TRUE(parked.ok());
    for (const auto& one : *parked) {
      EXPECT_EQ(one.entry.state, DeliveryState::Parked);
      EXPECT_EQ(one.entry.reason, "role denied");
      EXPECT_EQ(one.entry.progress, this->to(3));
      EXPECT_EQ(one.id.bucket.str(), "central");
      all += one.id.key.str() + ' ';
    }
    return all;
  };
  EXPECT_EQ(keys("team-a", 10), "early late ");
  EXPECT_EQ(keys("team-b", 10), "other ");
  EXPECT_EQ(keys("", 10), "early other late ");
  EXPECT_EQ(keys("", 2), "early other ");
  EXPECT_EQ(keys("nobody", 10), "");
}

TYPED_TEST_P(LedgerConformance, AnUnparkedDeliveryGoesOnWhereItStopped) {
  const DeliveryId id = this->id("k");
  EXPECT_EQ(this->ledger().unpark(id, this->at(0), Deadline::never()).error().fault, Fault::NotFound);
  this->park(id, 10);
  ASSERT_TRUE(this->ledger().unpark(id, this->at(20), Deadline::never()).ok());
  EXPECT_EQ(this->ledger().unpark(id, this->at(20), Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_TRUE(this->ledger().parked(TenantId(), 10, Deadline::never())->empty());
  const Claim claim = this->claim(id, "worker-2", 21, 60);
  EXPECT_TRUE(claim.is_ours);
  EXPECT_EQ(claim.entry.progress, this->to(3));
}

TYPED_TEST_P(LedgerConformance, RemembersSinceWhenItIsParkedAndItsReleases) {
  const DeliveryId id = this->id("k");
  this->park(id, 10);
  ASSERT_TRUE(this->ledger().unpark(id, this->at(20), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-1", 21, 60).entry.releases, 1U);
  ASSERT_TRUE(this->ledger()
                  .settle(id, this->one_, DeliveryState::Parked, "denied", this->at(30), Deadline::never())
                  .ok());
  const auto parked = this->ledger().parked(TenantId(), 10, Deadline::never());
  ASSERT_TRUE(parked.ok() && parked->size() == 1);
  EXPECT_EQ(parked->front().entry.parked_since, this->at(10));
  EXPECT_EQ(parked->front().entry.updated_at, this->at(30));
  EXPECT_EQ(parked->front().entry.releases, 1U);
}

TYPED_TEST_P(LedgerConformance, SettlesAParkedDeliveryInOneStepAndListsLostOnes) {
  const auto settle = [&](const DeliveryId& id, DeliveryState state) {
    return this->ledger().settle_parked(id, state, "because", this->at(50), Deadline::never());
  };
  const DeliveryId lost = this->id("lost");
  const DeliveryId filtered = this->id("filtered");
  EXPECT_EQ(settle(lost, DeliveryState::Lost).error().fault, Fault::NotFound);
  for (const DeliveryId& id : {lost, filtered, this->id("parked"), this->id("other", "team-b")})
    this->park(id, 10);
  ASSERT_TRUE(settle(lost, DeliveryState::Lost).ok());
  ASSERT_TRUE(settle(filtered, DeliveryState::Filtered).ok());
  EXPECT_EQ(settle(lost, DeliveryState::Lost).error().fault, Fault::NotFound);
  EXPECT_EQ(this->ledger().unpark(lost, this->at(51), Deadline::never()).error().fault, Fault::NotFound);
  EXPECT_EQ(this->claim(lost, "worker-1", 52, 60).entry.state, DeliveryState::Lost);
  EXPECT_EQ(this->claim(filtered, "worker-1", 52, 60).entry.state, DeliveryState::Filtered);
  for (const char* tenant : {"", "team-a"}) {
    const auto listed = this->ledger().list(
        {.state = DeliveryState::Lost, .tenant = TenantId(tenant), .count_max = 10}, Deadline::never());
    ASSERT_TRUE(listed.ok() && listed->size() == 1);
    EXPECT_EQ(listed->front().id, lost);
    EXPECT_EQ(listed->front().entry.state, DeliveryState::Lost);
    EXPECT_EQ(listed->front().entry.reason, "because");
    EXPECT_EQ(listed->front().entry.updated_at, this->at(50));
    EXPECT_EQ(listed->front().entry.parked_since, this->at(10));
  }
  const auto count = [&](const std::string& tenant, const std::string& destination) {
    return this->ledger()
        .list({.tenant = TenantId(tenant), .destination = DestinationName(destination), .count_max = 10},
              Deadline::never())
        ->size();
  };
  EXPECT_EQ(count("", ""), 2U);
  EXPECT_EQ(count("team-a", "cloudwatch"), 1U);
  EXPECT_EQ(count("team-a", "s3"), 0U);
  EXPECT_EQ(count("", "s3"), 0U);
}

TYPED_TEST_P(LedgerConformance, OfManyWhoClaimADeliveryOneHasIt) {
  std::atomic<int> winners{0};
  {
    std::vector<std::jthread> workers;
    workers.reserve(8);
    for (int i = 0; i < 8; ++i) {
      workers.emplace_back([&, i] {
        if (this->claim(this->id("k"), "racer-" + std::to_string(i), 0, 60).is_ours) ++winners;
      });
    }
  }
  EXPECT_EQ(winners, 1);
}

TYPED_TEST_P(LedgerConformance, CountsTheClaimsThatNobodyEndedSinceTheLastProgress) {
  const DeliveryId id = this->id("k");
  const auto open_claims = [&](const std::string& owner, std::int64_t now) {
    const Claim claim = this->claim(id, owner, now, now + 60);
    EXPECT_TRUE(claim.is_ours);
    return claim.entry.open_claims;
  };
  EXPECT_EQ(open_claims("worker-1", 0), 0U);
  EXPECT_EQ(open_claims("worker-1", 1), 1U) << "started again, it takes up its own lease";
  EXPECT_FALSE(this->claim(id, "worker-2", 2, 62).is_ours) << "which is no claim";
  EXPECT_EQ(open_claims("worker-2", 100), 2U) << "its lease ran out";
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->two_, this->to(1), this->at(101), this->at(161), Deadline::never())
                  .ok());
  EXPECT_EQ(open_claims("worker-2", 102), 1U) << "it confirmed a batch and died";
  ASSERT_TRUE(this->ledger()
                  .advance(id, this->two_, this->to(0), this->at(103), this->at(163), Deadline::never())
                  .ok());
  EXPECT_EQ(open_claims("worker-2", 104), 1U) << "it was further than that, and lived";
}

TYPED_TEST_P(LedgerConformance, AWithdrawnClaimCountsForNothingAndOthersStay) {
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(this->claim(id, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(this->claim(id, "worker-1", 1, 61).is_ours);
  for (std::int64_t now = 2; now < 5; ++now) {
    EXPECT_EQ(this->claim(id, "worker-1", now, now + 60).entry.open_claims, 2U);
    ASSERT_TRUE(this->ledger().withdraw(id, this->one_, Deadline::never()).ok());
  }
  EXPECT_EQ(this->ledger().withdraw(id, this->one_, Deadline::never()).error().fault, Fault::Denied)
      << "twice";
  const Claim free = this->claim(id, "worker-2", 6, 66);
  EXPECT_TRUE(free.is_ours) << "anyone's";
  EXPECT_EQ(free.entry.open_claims, 2U);
}

TYPED_TEST_P(LedgerConformance, ATryThatCameToItsEndLeavesNoClaimOpen) {
  const DeliveryId id = this->id("k");
  const auto die_twice = [&](std::int64_t now) {
    ASSERT_TRUE(this->claim(id, "worker-1", now, now + 60).is_ours);
    ASSERT_TRUE(this->claim(id, "worker-1", now, now + 60).is_ours);
  };
  die_twice(0);
  ASSERT_TRUE(this->ledger().release(id, this->one_, Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-1", 1, 61).entry.open_claims, 0U);
  die_twice(2);
  ASSERT_TRUE(this->ledger()
                  .settle(id, this->one_, DeliveryState::Parked, "why", this->at(3), Deadline::never())
                  .ok());
  ASSERT_TRUE(this->ledger().unpark(id, this->at(4), Deadline::never()).ok());
  EXPECT_EQ(this->claim(id, "worker-1", 5, 65).entry.open_claims, 0U);
}

// The content that is settled is kept, if it is known; what other content settles is delivered again.
TYPED_TEST_P(LedgerConformance, AnObjectThatWasWrittenOverIsAnotherDelivery) {
  DeliveryId first = this->id("k");
  first.etag = "etag-1";
  DeliveryId second = this->id("k");
  second.etag = "etag-2";
  const auto fault_of_reopen = [&](const DeliveryId& id, std::int64_t now) {
    const Result<> reopened = this->ledger().reopen(id, this->at(now), Deadline::never());
    return reopened.ok() ? std::optional<Fault>() : reopened.error().fault;
  };
  EXPECT_EQ(fault_of_reopen(first, 0), Fault::NotFound) << "no row";
  ASSERT_TRUE(this->claim(first, "worker-1", 0, 60).is_ours);
  EXPECT_EQ(fault_of_reopen(second, 1), Fault::NotFound) << "being delivered";
  ASSERT_TRUE(this->ledger()
                  .settle(first, this->one_, DeliveryState::Delivered, "", this->at(2), Deadline::never())
                  .ok());
  const Claim settled = this->claim(second, "worker-1", 3, 60);
  EXPECT_FALSE(settled.is_ours);
  EXPECT_EQ(settled.entry.etag, "etag-1");
  EXPECT_EQ(fault_of_reopen(first, 4), Fault::NotFound) << "the same content";
  EXPECT_EQ(fault_of_reopen(second, 5), std::nullopt);
  EXPECT_TRUE(this->claim(second, "worker-2", 6, 60).is_ours);
  ASSERT_TRUE(this->ledger()
                  .settle(second, this->two_, DeliveryState::Parked, "why", this->at(7), Deadline::never())
                  .ok());
  EXPECT_EQ(fault_of_reopen(first, 8), std::nullopt) << "what was parked of another content, too";
  EXPECT_TRUE(this->ledger().parked(TenantId(), 10, Deadline::never())->empty());
  // Of a row that was settled without it nobody can say.
  const DeliveryId before = this->id("before");
  ASSERT_TRUE(this->claim(before, "worker-1", 0, 60).is_ours);
  ASSERT_TRUE(this->ledger()
                  .settle(before, this->one_, DeliveryState::Delivered, "", this->at(2), Deadline::never())
                  .ok());
  DeliveryId now = before;
  now.etag = "etag-1";
  EXPECT_EQ(fault_of_reopen(now, 3), Fault::NotFound);
}

REGISTER_TYPED_TEST_SUITE_P(
    LedgerConformance, ANewDeliveryIsClaimedFromItsFirstBatch, ALeaseKeepsOthersOutUntilItExpires,
    AfterItsLeaseWasLostAWorkerChangesNothing, ProgressAndTheLeaseGoOnTogether,
    ProgressIsKeptWithThePlanThatItCounts, KeepsABatchsEventOutcomesUntilItIsConfirmed,
    AReleasedDeliveryIsAnyonesAndKeepsItsProgress, SaysSinceWhenADeliveryIsTriedInVain,
    ASettledDeliveryIsNobodysToDeliverAgain, NobodyWritesWithoutAClaim, DeliveriesThatDifferInOneNameAreApart,
    ListsWhatIsParkedOldestFirst, AnObjectThatWasWrittenOverIsAnotherDelivery,
    AnUnparkedDeliveryGoesOnWhereItStopped, RemembersSinceWhenItIsParkedAndItsReleases,
    CountsTheClaimsThatNobodyEndedSinceTheLastProgress, AWithdrawnClaimCountsForNothingAndOthersStay,
    ATryThatCameToItsEndLeavesNoClaimOpen, SettlesAParkedDeliveryInOneStepAndListsLostOnes,
    OfManyWhoClaimADeliveryOneHasIt);

}  // namespace headgate::conformance
