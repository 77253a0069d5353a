#include "deliver/gate.h"

#include <gtest/gtest.h>

#include <thread>

#include "fakes/still_clock.h"

namespace headgate::deliver {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr SteadyTime kStart{std::chrono::hours{1}};

TEST(Pace, HasNoLimitUntilACallIsRefused) {
  Pace pace({});
  for (int call = 0; call < 1'000; ++call) {
    EXPECT_EQ(pace.reserve(kStart, seconds{0})->count(), 0);
    pace.taken(kStart);
  }
  EXPECT_FALSE(pace.per_second());
}

TEST(Pace, HalvesWhatWasTakenAtARefusalAndRisesAsCallsAreTaken) {
  Pace pace({});
  SteadyTime now = kStart;
  for (int call = 0; call < 300; ++call, now += milliseconds{10}) pace.taken(now);  // 100 a second
  pace.refused(now);
  ASSERT_TRUE(pace.per_second());
  EXPECT_NEAR(*pace.per_second(), 50, 1);
  pace.refused(now + milliseconds{10});  // sent at the same rate: it counts once
  EXPECT_NEAR(*pace.per_second(), 50, 1);
  for (int call = 0; call < 500; ++call) {  // ten seconds of calls, one a second more each
    now += *pace.reserve(now, seconds{1});
    pace.taken(now);
  }
  EXPECT_NEAR(*pace.per_second(), 59, 1);
}

TEST(Pace, NeverFallsBelowItsLeastRateAndSpacesCalls) {
  Pace pace({.per_second_min = 2});
  SteadyTime now = kStart;
  for (int refusal = 0; refusal < 20; ++refusal, now += seconds{2}) pace.refused(now);
  EXPECT_EQ(*pace.per_second(), 2);
  now += seconds{60};
  EXPECT_EQ(pace.reserve(now, seconds{10})->count(), 0);
  EXPECT_EQ(*pace.reserve(now, seconds{10}), milliseconds{500});
  EXPECT_EQ(*pace.reserve(now, seconds{10}), seconds{1});
  EXPECT_FALSE(pace.reserve(now, seconds{1}));  // its turn is later than that, and is not taken
  EXPECT_EQ(*pace.reserve(now, seconds{10}), milliseconds{1'500});
}

TEST(Pace, IsWithoutLimitAgainWhenEverythingIsTaken) {
  Pace pace({.per_second_max = 10});
  SteadyTime now = kStart;
  pace.refused(now);
  for (int call = 0; call < 200 && pace.per_second(); ++call) {
    now += *pace.reserve(now, seconds{10});
    pace.taken(now);
  }
  EXPECT_FALSE(pace.per_second());
}

TEST(Breaker, OpensAfterFailuresInARowAndLooksAgainWithOneCaller) {
  Breaker breaker({.weight_max = 3, .open_first = seconds{10}});
  breaker.failed(kStart, 1);
  breaker.failed(kStart, 1);
  breaker.succeeded();
  breaker.failed(kStart, 1);
  breaker.failed(kStart, 1);
  EXPECT_FALSE(breaker.refusal(kStart));
  breaker.failed(kStart, 1);
  EXPECT_EQ(breaker.refusal(kStart), milliseconds{10'000});
  EXPECT_EQ(breaker.refusal(kStart + seconds{9}), milliseconds{1'000});
  EXPECT_FALSE(breaker.refusal(kStart + seconds{10}));  // to see
  EXPECT_TRUE(breaker.refusal(kStart + seconds{11}));   // the others wait for what it finds
  breaker.succeeded();
  EXPECT_FALSE(breaker.refusal(kStart + seconds{12}));
}

TEST(Breaker, StaysOpenLongerEachTimeUpToALimitAndForgetsAProbeThatSaysNothing) {
  Breaker breaker(
      {.weight_max = 1, .open_first = seconds{10}, .open_longest = seconds{30}, .probe_max = seconds{5}});
  SteadyTime now = kStart;
  for (const int open : {10, 20, 30, 30}) {
    breaker.failed(now, 1);
    EXPECT_EQ(breaker.refusal(now), milliseconds{open * 1'000});
    breaker.failed(now, 1);  // was under way: counts once
    now += seconds{open};
    EXPECT_FALSE(breaker.refusal(now));
  }
  EXPECT_TRUE(breaker.refusal(now + seconds{4}));
  EXPECT_FALSE(breaker.refusal(now + seconds{5}));
}

class GateTest : public testing::Test {
 protected:
  // Answers with `faults` one after another, then well; each takes `takes`.
  Result<int> run(Gate& gate, std::vector<Fault> faults, std::chrono::nanoseconds takes = {}) {
    calls_ = 0;
    return gate.run(call_, [&](Deadline) -> Result<int> {
      clock_.advance(takes);
      if (calls_++ < faults.size()) return Error{faults[calls_ - 1], "as told"};
      return 7;
    });
  }
  fakes::StillClock clock_;
  Gate::Call call_{.clock = clock_, .limits = {}, .timeout = seconds{60}};
  std::size_t calls_ = 0;
};

TEST_F(GateTest, TriesAgainWhatMayWorkAndNothingElse) {
  Gate gate({});
  EXPECT_EQ(*run(gate, {Fault::Retry, Fault::Retry}), 7);
  EXPECT_EQ(calls_, 3U);
  for (const Fault fault : {Fault::Denied, Fault::NotFound, Fault::Invalid, Fault::Stopped}) {
    EXPECT_EQ(run(gate, {fault}).error().fault, fault);
    EXPECT_EQ(calls_, 1U);
  }
}

TEST_F(GateTest, EndsTryingAfterItsTriesAndWhenItsBudgetIsSpent) {
  const std::vector<Fault> all(100, Fault::Retry);
  Gate gate({.breaker = {.weight_max = 1'000}, .retry_tokens = 20, .retry_cost = 5, .tries_max = 4});
  EXPECT_FALSE(run(gate, all).ok());
  EXPECT_EQ(calls_, 4U);  // three retries of the four that the budget holds
  EXPECT_FALSE(run(gate, all).ok());
  EXPECT_EQ(calls_, 2U);
  EXPECT_FALSE(run(gate, all).ok());
  EXPECT_EQ(calls_, 1U);
}

TEST_F(GateTest, DoesNotHoldAThreadForWhatHangs) {
  Gate gate({});
  EXPECT_FALSE(run(gate, {Fault::Retry, Fault::Retry}, seconds{60}).ok());
  EXPECT_EQ(calls_, 1U);
  EXPECT_FALSE(run(gate, {Fault::Retry, Fault::Retry}, seconds{60}).ok());
  EXPECT_TRUE(gate.refusal(clock_.steady()));  // two hangs are enough
}

TEST_F(GateTest, BeginsNothingOnceItHasToLeave) {
  Gate gate({});
  call_.limits.until = Deadline{clock_.steady()};
  EXPECT_EQ(run(gate, {}).error().fault, Fault::Stopped);
  std::stop_source stop;
  call_.limits = {.stop = stop.get_token()};
  EXPECT_EQ(*run(gate, {}), 7);
  stop.request_stop();
  EXPECT_EQ(run(gate, {}).error().fault, Fault::Stopped);
  EXPECT_EQ(calls_, 0U);
}

TEST_F(GateTest, GivesACallNoMoreTimeThanThereIs) {
  Gate gate({});
  call_.limits.until = Deadline::after(clock_.steady(), seconds{5});
  (void)gate.run(call_, [&](Deadline deadline) -> Result<int> {
    EXPECT_EQ(deadline.at, call_.limits.until.at);
    return 7;
  });
}

TEST(Gates, KeepDestinationsApartAndForgetTheLeastRecentlyUsed) {
  Gates gates({}, 2);
  const TenantId tenant("a");
  const auto one = gates.of(tenant, DestinationName("cloudwatch"));
  EXPECT_NE(one, gates.of(tenant, DestinationName("s3")));
  EXPECT_EQ(one, gates.of(tenant, DestinationName("cloudwatch")));
  gates.of(TenantId("b"), DestinationName("s3"));
  EXPECT_EQ(one, gates.of(tenant, DestinationName("cloudwatch")));
}

}  // namespace
}  // namespace headgate::deliver
