#include "process/fair_scheduler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "process/in_flight_budget.h"

namespace headgate::process {
namespace {

// Adds `count` messages of a tenant.
void add(FairScheduler& shares, const char* tenant, int count) {
  for (int number = 0; number < count; ++number) shares.add(TenantId(tenant), 0);
}
// The tenants of all that may start now, in order.
std::string start(FairScheduler& shares) {
  std::string names;
  while (const auto next = shares.next()) names += next->tenant.str();
  return names;
}

TEST(FairScheduler, GivesATenantOneThreadAndOneMoreForEachSuccess) {
  FairScheduler shares(8);
  add(shares, "a", 100);
  EXPECT_EQ(start(shares), "a");
  shares.done(TenantId("a"), Health::Good);
  EXPECT_EQ(start(shares), "aa");
  shares.done(TenantId("a"), Health::Good);
  EXPECT_EQ(start(shares), "aa");
  shares.done(TenantId("a"), Health::Bad);
  EXPECT_EQ(start(shares), "");  // back to one
}

TEST(FairScheduler, StartsATenantsNextMessageOnceADestinationHasOne) {
  FairScheduler shares(8);
  add(shares, "a", 100);
  EXPECT_EQ(start(shares), "a");
  shares.succeeded(TenantId("a"));  // while another of its destinations hangs
  EXPECT_EQ(start(shares), "a");
  shares.succeeded(TenantId("a"));
  EXPECT_EQ(start(shares), "a");
  shares.done(TenantId("a"), Health::Bad);
  EXPECT_TRUE(shares.is_held_up(TenantId("a")));
  shares.succeeded(TenantId("a"));
  EXPECT_FALSE(shares.is_held_up(TenantId("a")));
}

TEST(FairScheduler, HoldUpATenantWhoseDestinationsAreAllRefused) {
  FairScheduler shares(8);
  add(shares, "a", 2);
  (void)start(shares);
  shares.done(TenantId("a"), Health::Refused);
  EXPECT_TRUE(shares.is_held_up(TenantId("a")));
}

TEST(FairScheduler, LeaveHalfOfTheThreadsToTenantsThatProvedThemselves) {
  FairScheduler shares(8);
  add(shares, "a", 1);
  (void)start(shares);
  shares.done(TenantId("a"), Health::Good);
  for (const char* tenant : {"b", "c", "d", "e", "f", "g"}) add(shares, tenant, 1);
  EXPECT_EQ(start(shares), "bcde");
  shares.done(TenantId("b"), Health::Bad);
  add(shares, "a", 9);
  EXPECT_EQ(start(shares), "faa");
}

TEST(FairScheduler, GiveAllThreadsToTenantsOfWhichNothingIsKnown) {
  FairScheduler shares(4);
  for (const char* tenant : {"a", "b", "c", "d", "e"}) add(shares, tenant, 1);
  EXPECT_EQ(start(shares), "abcd");
}

TEST(FairScheduler, GiveNobodyAloneTheLastQuarter) {
  FairScheduler shares(8);
  add(shares, "a", 100);
  (void)start(shares);
  for (int round = 0; round < 20; ++round) {
    shares.done(TenantId("a"), Health::Good);
    (void)start(shares);
  }
  EXPECT_EQ(shares.running(), 6U);
  add(shares, "b", 1);
  EXPECT_EQ(start(shares), "b");
}

TEST(FairScheduler, ServesTheTenantWithFewestThreadsThenLongestWait) {
  FairScheduler shares(4);
  for (const char* tenant : {"a", "b"}) {
    add(shares, tenant, 1);
    (void)start(shares);
    shares.done(TenantId(tenant), Health::Good);
  }
  add(shares, "a", 50);
  add(shares, "b", 1);
  EXPECT_EQ(start(shares), "aba");
}

TEST(FairScheduler, TellWhoseMessagesWouldOnlyWait) {
  FairScheduler shares(4);
  add(shares, "a", 2);
  (void)start(shares);
  EXPECT_FALSE(shares.is_held_up(TenantId("a")));
  shares.done(TenantId("a"), Health::Bad);
  EXPECT_TRUE(shares.is_held_up(TenantId("a")));
  (void)start(shares);
  EXPECT_FALSE(shares.is_held_up(TenantId("a")));  // none waits
  EXPECT_FALSE(shares.is_held_up(TenantId("nobody")));
}

TEST(FairScheduler, GiveBackAllThatWaits) {
  FairScheduler shares(4);
  add(shares, "a", 3);
  add(shares, "b", 2);
  (void)shares.next();
  EXPECT_EQ(shares.clear().size(), 4U);
  EXPECT_EQ(shares.waiting(), 0U);
  EXPECT_EQ(start(shares), "");
}

TEST(InFlightBudget, IsCountedInBytesBySizesThatCameLately) {
  InFlightBudget room({.bytes_max = 100U << 20U, .messages_max = 1'000});
  EXPECT_EQ(room.count(10), 10U);
  for (int number = 0; number < 50; ++number) {
    room.take(TenantId("a"), 60U << 20U);
    room.give_back(TenantId("a"), 60U << 20U);
  }
  EXPECT_EQ(room.count(10), 1U);  // objects of 60 MiB: one fits
  room.take(TenantId("a"), 60U << 20U);
  EXPECT_EQ(room.count(10), 0U);
}

TEST(InFlightBudget, TakesAnObjectOverTheLimitWhenItHoldsNothing) {
  InFlightBudget room({.bytes_max = 1, .messages_max = 10});
  EXPECT_EQ(room.count(10), 1U);
  room.take(TenantId("a"), 1U << 30U);
  EXPECT_EQ(room.count(10), 0U);
}

TEST(InFlightBudget, HoldsNoMoreMessagesThanItMay) {
  InFlightBudget room({.bytes_max = 1ULL << 40U, .messages_max = 12});
  for (int number = 0; number < 8; ++number) room.take(TenantId("a"), 10);
  EXPECT_EQ(room.count(10), 4U);
  for (int number = 0; number < 4; ++number) room.take(TenantId("a"), 10);
  EXPECT_EQ(room.count(10), 0U);
}

// Takes what it may of a tenant's; how many that were.
int fill(InFlightBudget& room, const char* tenant) {
  int taken = 0;
  for (; room.count(1) > 0 && room.has_share_for(TenantId(tenant)); ++taken) room.take(TenantId(tenant), 10);
  return taken;
}

TEST(InFlightBudget, GivesNobodyMoreThanIsLeftForTheOthers) {
  InFlightBudget room({.bytes_max = 1ULL << 40U, .messages_max = 12});
  EXPECT_EQ(fill(room, "a"), 6);
  EXPECT_EQ(fill(room, "b"), 3);
  EXPECT_EQ(fill(room, "c"), 2);
  EXPECT_EQ(fill(room, "d"), 1);
  room.give_back(TenantId("b"), 10);
  EXPECT_EQ(fill(room, "a"), 0);
  EXPECT_EQ(fill(room, "e"), 1);
}

TEST(InFlightBudget, SharesBytesAsItSharesMessages) {
  InFlightBudget room({.bytes_max = 100U << 20U, .messages_max = 1'000});
  const TenantId tenant("a");
  while (room.has_share_for(tenant)) room.take(tenant, 10U << 20U);
  EXPECT_EQ(room.bytes(), 50U << 20U);
  EXPECT_EQ(room.count_for_anyone(10), 0U);
  EXPECT_GT(room.count(10), 0U);
  EXPECT_TRUE(room.has_share_for(TenantId("b")));
}

TEST(InFlightBudget, AsksForNoMoreThanATenantHasAShareFor) {
  for (const std::size_t messages_max : {1U, 2U, 3U, 4U, 7U, 256U}) {
    InFlightBudget room({.bytes_max = 1ULL << 40U, .messages_max = messages_max});
    while (const std::size_t count = room.count_for_anyone(10)) {
      for (std::size_t number = 0; number < count; ++number) {
        ASSERT_TRUE(room.has_share_for(TenantId("a")));
        room.take(TenantId("a"), 10);
      }
    }
    EXPECT_EQ(room.messages(), (messages_max + 1) / 2);
    EXPECT_FALSE(room.has_share_for(TenantId("a")));
    EXPECT_EQ(room.count(10), std::min<std::size_t>(10, messages_max / 2));
  }
}

TEST(FairScheduler, ForgetWhatATenantProvedWhenTheyForgetTheTenant) {
  FairScheduler shares(4);
  for (int number = 0; number < 10'000; ++number) {
    const TenantId tenant("t" + std::to_string(number));
    shares.add(tenant, 0);
    (void)shares.next();
    shares.done(tenant, Health::Good);
  }
  // Nobody who proved itself is remembered, so nobody is kept to half of the threads.
  for (const char* tenant : {"a", "b", "c", "d"}) add(shares, tenant, 1);
  EXPECT_EQ(start(shares).size(), 4U);
}

TEST(InFlightBudget, CountsAMessagesObjectsAsAnEighthOfItselfAtMost) {
  const InFlightBudget room({.bytes_max = 800, .messages_max = 10});
  EXPECT_EQ(room.charge(0, 7), 7U);
  EXPECT_EQ(room.charge(99, 1), 100U);
  EXPECT_EQ(room.charge(std::numeric_limits<std::uint64_t>::max(), 1), 101U);
  const InFlightBudget widest({.bytes_max = std::numeric_limits<std::uint64_t>::max(), .messages_max = 10});
  EXPECT_EQ(widest.charge(std::numeric_limits<std::uint64_t>::max(), 0), 1ULL << 40U);
}

TEST(InFlightBudget, LeavesRoomForOthersWhateverAMessagesSizeSays) {
  InFlightBudget room({.bytes_max = 800ULL << 20U, .messages_max = 100});
  const TenantId liar("liar");
  std::vector<std::uint64_t> charged;
  while (room.has_share_for(liar)) {
    charged.push_back(room.charge(std::numeric_limits<std::uint64_t>::max() - charged.size(), 10));
    room.take(liar, charged.back());
  }
  EXPECT_TRUE(room.has_share_for(TenantId("other")));
  EXPECT_GT(room.count(10), 0U);
  for (const std::uint64_t bytes : charged) room.give_back(liar, bytes);
  EXPECT_EQ(room.messages(), 0U);
  EXPECT_EQ(room.bytes(), 0U);
}

}  // namespace
}  // namespace headgate::process
