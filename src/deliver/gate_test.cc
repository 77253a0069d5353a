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

TEST(Pace, HalvesAtARefusalAndRisesAsCallsAreTaken) {
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

std::optional<milliseconds> wait_of(Breaker& breaker, SteadyTime now) {
  return breaker.ask(now).wait;
}

TEST(Breaker, OpensAfterFailuresInARowAndLooksAgainWithOneCaller) {
  Breaker breaker({.weight_max = 3, .open_first = seconds{10}});
  breaker.failed(kStart, Failure::Soon);
  breaker.failed(kStart, Failure::Soon);
  breaker.succeeded();
  breaker.failed(kStart, Failure::Soon);
  breaker.failed(kStart, Failure::Soon);
  EXPECT_FALSE(wait_of(breaker, kStart));
  breaker.failed(kStart, Failure::Soon);
  EXPECT_EQ(wait_of(breaker, kStart), milliseconds{10'000});
  EXPECT_EQ(wait_of(breaker, kStart + seconds{9}), milliseconds{1'000});
  EXPECT_FALSE(wait_of(breaker, kStart + seconds{10}));  // to see
  // The others wait for what it finds, and not for as long as it may take.
  EXPECT_EQ(wait_of(breaker, kStart + seconds{11}), milliseconds{5'000});
  breaker.succeeded();
  EXPECT_FALSE(wait_of(breaker, kStart + seconds{12}));
}

TEST(Breaker, StaysOpenLongerUpToALimitAndForgetsSilentProbes) {
  Breaker breaker(
      {.weight_max = 1, .open_first = seconds{10}, .open_longest = seconds{30}, .probe_max = seconds{5}});
  SteadyTime now = kStart;
  for (const int open : {10, 20, 30, 30}) {
    breaker.failed(now, Failure::Soon);
    EXPECT_EQ(wait_of(breaker, now), milliseconds{open * 1'000});
    breaker.failed(now, Failure::Soon);  // was under way: counts once
    now += seconds{open};
    EXPECT_FALSE(wait_of(breaker, now));
  }
  EXPECT_TRUE(wait_of(breaker, now + seconds{4}));
  EXPECT_FALSE(wait_of(breaker, now + seconds{5}));
}

TEST(Breaker, LooksMoreRarelyWhereALookTakesLong) {
  Breaker breaker({.open_first = seconds{10}, .open_longest = seconds{30}, .silent_longest = seconds{60}});
  SteadyTime now = kStart;
  breaker.failed(now, Failure::Silent);
  for (const int open : {10, 20, 40, 60, 60}) {
    breaker.failed(now, Failure::Silent);
    EXPECT_EQ(wait_of(breaker, now), milliseconds{open * 1'000});
    now += seconds{open};
  }
  breaker.failed(now, Failure::Soon);  // it answers
  EXPECT_EQ(wait_of(breaker, now), milliseconds{30'000});
}

TEST(Breaker, ProbesAgainAtOnceAfterAProbeIsGivenBack) {
  Breaker breaker({.weight_max = 1, .open_first = seconds{10}});
  breaker.failed(kStart, Failure::Soon);
  const SteadyTime now = kStart + seconds{10};
  const Breaker::Permit first = breaker.ask(now);
  ASSERT_FALSE(first.wait);
  EXPECT_TRUE(wait_of(breaker, now));
  breaker.give_back(first.probe);
  EXPECT_FALSE(wait_of(breaker, now));
  breaker.give_back(first.probe);  // the second one is another's
  EXPECT_TRUE(wait_of(breaker, now));
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
  std::optional<std::chrono::milliseconds> wait_of(const std::shared_ptr<Gate>& gate) {
    return Gate::admit(gate, clock_.steady()).wait;
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

TEST_F(GateTest, OurOwnFaultEndsACallAndBlamesNoDestination) {
  const auto gate = std::make_shared<Gate>(Gate::Options{.breaker = {.weight_max = 2}, .retry_tokens = 5});
  const auto ours = [&] {
    return gate->run(call_, [&](Deadline) -> Result<int> {
      ++calls_;
      return Error{.fault = Fault::Retry, .what = "central store: 503", .blame = Blame::Us};
    });
  };
  for (int call = 0; call < 10; ++call) EXPECT_FALSE(ours().ok());
  EXPECT_EQ(calls_, 10U);
  EXPECT_FALSE(wait_of(gate));
  EXPECT_FALSE(run(*gate, {Fault::Retry, Fault::Retry}).ok()) << "the budget has its one retry yet";
  EXPECT_EQ(calls_, 2U);
  clock_.advance(seconds{15});
  {
    const Gate::Admission probe = Gate::admit(gate, clock_.steady());
    ASSERT_FALSE(probe.wait);
    EXPECT_FALSE(ours().ok());
    EXPECT_TRUE(wait_of(gate)) << "it is not known to work";
  }
  EXPECT_FALSE(wait_of(gate)) << "the next one looks";
}

TEST_F(GateTest, DoesNotHoldAThreadForWhatHangs) {
  const auto gate = std::make_shared<Gate>(Gate::Options{});
  EXPECT_FALSE(run(*gate, {Fault::Retry, Fault::Retry}, seconds{60}).ok());
  EXPECT_EQ(calls_, 1U);
  EXPECT_FALSE(run(*gate, {Fault::Retry, Fault::Retry}, seconds{60}).ok());
  EXPECT_TRUE(wait_of(gate));  // two hangs are enough
}

TEST_F(GateTest, LetsNobodyElseInWhileNoCallIsAnswered) {
  const auto gate = std::make_shared<Gate>(Gate::Options{});
  const auto hang = [&](auto meanwhile) {
    return gate->run(call_, [&](Deadline) -> Result<int> {
      clock_.advance(seconds{10});
      EXPECT_FALSE(wait_of(gate)) << "it may be a large object";
      meanwhile();
      clock_.advance(seconds{10});
      return 1;
    });
  };
  EXPECT_TRUE(hang([&] {
                clock_.advance(seconds{6});
                EXPECT_EQ(wait_of(gate), milliseconds{5'000});
              }).ok());
  EXPECT_FALSE(wait_of(gate)) << "it has answered";
  EXPECT_TRUE(hang([&] {
                EXPECT_EQ(*run(*gate, {}), 7);
                clock_.advance(seconds{6});
                EXPECT_FALSE(wait_of(gate)) << "others were answered meanwhile";
              }).ok());
}

TEST_F(GateTest, AProbeThatDoesNotCallIsGivenBack) {
  const auto gate =
      std::make_shared<Gate>(Gate::Options{.pace = {.per_second_min = 0.01}, .breaker = {.weight_max = 1}});
  EXPECT_FALSE(run(*gate, {Fault::Retry}).ok());
  clock_.advance(seconds{15});
  {
    const Gate::Admission probe = Gate::admit(gate, clock_.steady());
    ASSERT_FALSE(probe.wait);
    EXPECT_TRUE(wait_of(gate));
    EXPECT_FALSE(run(*gate, {}).ok());  // the pace refuses
    EXPECT_EQ(calls_, 0U);
  }
  {
    const Gate::Admission probe = Gate::admit(gate, clock_.steady());
    ASSERT_FALSE(probe.wait);
    clock_.advance(seconds{100});
    call_.limits.until = Deadline{clock_.steady()};
    EXPECT_EQ(run(*gate, {}).error().fault, Fault::Stopped);
    EXPECT_EQ(calls_, 0U);
  }
  EXPECT_FALSE(wait_of(gate));  // nothing was wanted of it in the end
  call_.limits.until = Deadline::never();
  Gate::Admission probe = Gate::admit(gate, clock_.steady());
  Gate::Pass pass = std::move(probe.pass);
  EXPECT_TRUE(wait_of(gate));
  EXPECT_EQ(*run(*gate, {}), 7);
  EXPECT_FALSE(wait_of(gate));
}

TEST_F(GateTest, AProbeHasAllItsTriesWhateverTheBudgetHas) {
  const auto gate = std::make_shared<Gate>(Gate::Options{.breaker = {.weight_max = 1}, .retry_tokens = 0});
  EXPECT_FALSE(run(*gate, {Fault::Retry}).ok());
  EXPECT_EQ(calls_, 1U);
  clock_.advance(seconds{15});
  const Gate::Admission probe = Gate::admit(gate, clock_.steady());
  ASSERT_FALSE(probe.wait);
  EXPECT_EQ(*run(*gate, std::vector<Fault>(3, Fault::Retry)), 7);
  EXPECT_EQ(calls_, 4U);
  EXPECT_FALSE(wait_of(gate));
}

// However long it was out: a caller that comes when it is told to finds it working within a minute.
TEST_F(GateTest, ADestinationThatWorksAgainIsCalledWithinAMinute) {
  for (const int minutes : {1, 10, 60, 24 * 60}) {
    const auto gate = std::make_shared<Gate>(Gate::Options{});
    const SteadyTime works_at = clock_.steady() + std::chrono::minutes{minutes};
    for (bool is_taken = false; !is_taken;) {
      const Gate::Admission admission = Gate::admit(gate, clock_.steady());
      if (admission.wait) {
        clock_.advance(*admission.wait);
        continue;
      }
      is_taken = gate->run(call_,
                           [&](Deadline) -> Result<int> {
                             if (clock_.steady() < works_at) return Error{Fault::Retry, "500"};
                             return 7;
                           })
                     .ok();
    }
    EXPECT_LE(clock_.steady() - works_at, seconds{61}) << minutes;
    for (int call = 0; call < 100; ++call) EXPECT_FALSE(wait_of(gate));
  }
}

TEST_F(GateTest, IsThroughTwentyFourRefusalsInARowInMinutes) {
  const auto gate = std::make_shared<Gate>(Gate::Options{});
  const SteadyTime began = clock_.steady();
  int refusals = 24;
  for (bool is_taken = false; !is_taken;) {
    const Gate::Admission admission = Gate::admit(gate, clock_.steady());
    if (admission.wait) clock_.advance(*admission.wait);
    is_taken = !admission.wait && gate->run(call_,
                                            [&](Deadline) -> Result<int> {
                                              if (refusals-- > 0) return Error{Fault::Retry, "500"};
                                              return 7;
                                            })
                                      .ok();
  }
  EXPECT_LE(clock_.steady() - began, std::chrono::minutes{5});
}

TEST_F(GateTest, KeepsAShortPauseThatTheDestinationAsksFor) {
  Gate gate({});
  std::vector<SteadyTime> called;
  const auto act = [&](Deadline) -> Result<int> {
    called.push_back(clock_.steady());
    if (called.size() == 1) return Error{Fault::Retry, "503", milliseconds{1'900}};
    return 7;
  };
  EXPECT_EQ(*gate.run(call_, act), 7);
  ASSERT_EQ(called.size(), 2U);
  EXPECT_GE(called[1] - called[0], milliseconds{1'900});
}

TEST_F(GateTest, ObeysALongPauseAndSaysHowMuchIsLeft) {
  const auto gate = std::make_shared<Gate>(Gate::Options{});
  const auto told = [&](milliseconds pause) {
    return gate->run(call_, [&](Deadline) -> Result<int> {
      ++calls_;
      return Error{Fault::Retry, "503", pause};
    });
  };
  EXPECT_EQ(told(seconds{30}).error().retry_after, seconds{30});
  EXPECT_EQ(calls_, 1U);
  EXPECT_EQ(wait_of(gate), seconds{30});
  clock_.advance(seconds{10});
  EXPECT_EQ(run(*gate, {}).error().retry_after, seconds{20});  // was admitted before
  EXPECT_EQ(calls_, 0U);
  clock_.advance(seconds{20});
  EXPECT_FALSE(wait_of(gate));
  EXPECT_EQ(*run(*gate, {}), 7);

  EXPECT_FALSE(told(std::chrono::hours{10}).ok());
  EXPECT_EQ(wait_of(gate), std::chrono::minutes{15}) << "a bound of ours";
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
