// One attempt over a ledger in memory: what the ledger, the outcome and the metrics say of each way it ends.
#include "process/delivery_attempt.h"

#include <gtest/gtest.h>

#include <functional>
#include <ostream>
#include <string>
#include <vector>

#include "fakes/memory_ledger.h"
#include "fakes/still_clock.h"

namespace headgate::process {
namespace {

constexpr std::chrono::hours kTryFor{24};

// How one attempt ends, and what is expected of it.
struct Case {
  std::string name;
  std::function<Outcome(DeliveryAttempt&)> end;
  DeliveryState state;
  Verdict verdict;
  Health health;
  Tally tally;
  std::string counted;      // the outcome of headgate_deliver_objects_total that has gone up; empty: none
  std::string reason = {};  // how the ledger's reason begins
  // Before the attempt: receives of the message, time since the first try, deaths of workers.
  std::uint32_t tries = 1;
  std::chrono::hours since{0};
  std::uint32_t deaths = 0;
  std::string replay = {};
  std::string type = "cloudwatch";
  // After it:
  std::chrono::milliseconds not_before{0};
  bool is_interrupted = false;
  std::uint32_t deaths_left = 0;
  std::uint64_t events_counted = 0;
};

void PrintTo(const Case& one, std::ostream* out) {
  *out << one.name;
}

std::function<Outcome(DeliveryAttempt&)> settled_with(Result<> tried, deliver::DeliveryCounts counts = {}) {
  return [tried, counts](DeliveryAttempt& attempt) {
    attempt.set_counts(counts);
    return attempt.settle(tried);
  };
}

Outcome is_gone(DeliveryAttempt& attempt) {
  return attempt.settle_gone();
}

Outcome is_refused(DeliveryAttempt& attempt) {
  return attempt.refuse(std::chrono::seconds{7});
}

// A ledger that takes claims but does not take how they end, if told so.
class HalfLedger final : public fakes::MemoryLedger {
 public:
  bool takes_no_end = false;
  Result<> settle(const DeliveryId& id, const LeaseOwner& owner, DeliveryState state, std::string_view reason,
                  Timestamp now, Deadline deadline) override {
    if (takes_no_end) return Error{Fault::Retry, "throttled"};
    return MemoryLedger::settle(id, owner, state, reason, now, deadline);
  }
};

class Attempting : public testing::Test {
 protected:
  static constexpr const char* kOutcomes[] = {"delivered", "failed", "parked", "refused", "lost"};

  // Claims the delivery as the case says, and ends one attempt at it.
  Outcome attempt(const Case& one) {
    options_.replay = one.replay;
    const LeaseOwner owner("worker");
    Settlement settlement(clock_, ledger_, owner, std::chrono::hours{1}, shared_.said);
    for (std::uint32_t death = 0; death < one.deaths; ++death)
      EXPECT_EQ(settlement.claim(id_, Isolation::Alone, Deadline::never()).hold, Hold::Ours);
    const Claimed claimed = settlement.claim(id_, Isolation::Alone, Deadline::never());
    EXPECT_EQ(claimed.hold, Hold::Ours);
    const ObjectTask task{.object = object_, .limits = {}, .tries = one.tries};
    const DeliveryAttempt::Context context{
        .clock = clock_, .settlement = settlement, .shared = shared_, .options = options_};
    deliver::Delivery delivery;
    delivery.id = id_;
    delivery.configuration.type = DestinationName(one.type);
    DeliveryAttempt attempt(context, task, claimed, meters(), std::move(delivery));
    attempt.set_etag("etag-read");
    clock_.advance(one.since);
    return one.end(attempt);
  }
  DeliveryMeters::Meters& meters() { return shared_.meters.of(id_.tenant, id_.destination); }
  DeliveryEntry entry() { return ledger_.entries().at(id_); }
  std::uint64_t counted(const std::string& outcome) {
    for (const auto& reading : metrics_.counters("headgate_deliver_objects_total")) {
      if (reading.labels == Labels{{"destination", "cloudwatch"}, {"outcome", outcome}, {"tenant", "a"}})
        return reading.value;
    }
    ADD_FAILURE() << "no series of " << outcome;
    return 0;
  }

  fakes::StillClock clock_;
  HalfLedger ledger_;
  Metrics metrics_;
  Shared shared_{metrics_};
  ProcessorOptions options_{.try_for = kTryFor};
  const ObjectCreated object_{
      .bucket = BucketName("central"), .key = ObjectKey("cluster/a/web/web-1/x.json"), .at = clock_.now()};
  const DeliveryId id_{.bucket = object_.bucket,
                       .key = object_.key,
                       .tenant = TenantId("a"),
                       .destination = DestinationName("cloudwatch")};
};

struct AttemptEnds : Attempting, testing::WithParamInterface<Case> {};

TEST_P(AttemptEnds, AsItsCaseSays) {
  const Case& expected = GetParam();
  const Outcome outcome = attempt(expected);
  EXPECT_EQ(outcome.verdict, expected.verdict);
  EXPECT_EQ(outcome.health, expected.health);
  EXPECT_EQ(outcome.not_before, expected.not_before);
  EXPECT_EQ(outcome.is_interrupted, expected.is_interrupted);
  EXPECT_EQ(outcome.tally.delivered, expected.tally.delivered);
  EXPECT_EQ(outcome.tally.filtered, expected.tally.filtered);
  EXPECT_EQ(outcome.tally.parked, expected.tally.parked);
  EXPECT_EQ(outcome.tally.lost, expected.tally.lost);
  EXPECT_EQ(outcome.tally.later, expected.tally.later);

  const DeliveryEntry kept = entry();
  EXPECT_EQ(kept.state, expected.state);
  EXPECT_EQ(kept.reason.substr(0, expected.reason.size()), expected.reason);
  EXPECT_EQ(kept.reason.empty(), expected.reason.empty()) << kept.reason;
  EXPECT_EQ(kept.etag, expected.state == DeliveryState::Pending ? "" : "etag-read");
  EXPECT_EQ(kept.open_claims, expected.deaths_left);

  for (const std::string name : kOutcomes)
    EXPECT_EQ(counted(name), name == expected.counted ? 1U : 0U) << name;
  EXPECT_EQ(meters().events.value(), expected.events_counted);
}

const Case kCases[] = {
    {.name = "Success",
     .end = settled_with({}, {.events = 3}),
     .state = DeliveryState::Delivered,
     .verdict = Verdict::Done,
     .health = Health::Good,
     .tally = {.delivered = 1},
     .counted = "delivered",
     .deaths = 2,
     .events_counted = 3},
    {.name = "NothingIsWanted",
     .end = settled_with({}, {.filtered = 5}),
     .state = DeliveryState::Filtered,
     .verdict = Verdict::Done,
     .health = Health::Unknown,
     .tally = {.filtered = 1},
     .counted = ""},
    {.name = "EverythingWasDeliveredBefore",
     .end = settled_with({}, {.repeated = 2, .filtered = 5}),
     .state = DeliveryState::Delivered,
     .verdict = Verdict::Done,
     .health = Health::Good,
     .tally = {.delivered = 1},
     .counted = "delivered"},
    {.name = "Retry",
     .end = settled_with(Error{Fault::Retry, "throttled", std::chrono::seconds{9}}, {.events = 2}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Bad,
     .tally = {.later = 1},
     .counted = "failed",
     .deaths = 2,
     .not_before = std::chrono::seconds{9},
     .events_counted = 2},
    {.name = "RetryBecauseOfUs",
     .end = settled_with(blame_us(Error{Fault::Denied, "no"}, "central store")),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Unknown,
     .tally = {.later = 1},
     .counted = "failed"},
    {.name = "StoppedKeepsTheDeaths",
     .end = settled_with(Error{Fault::Stopped, "stopped"}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Unknown,
     .tally = {.later = 1},
     .counted = "failed",
     .deaths = 2,
     .is_interrupted = true,
     .deaths_left = 2},
    {.name = "Park",
     .end = settled_with(Error{Fault::Denied, "role: access denied"}, {.events = 2}),
     .state = DeliveryState::Parked,
     .verdict = Verdict::Done,
     .health = Health::Unknown,
     .tally = {.parked = 1},
     .counted = "parked",
     .reason = "role: access denied",
     .events_counted = 2},
    {.name = "ParkInAReplayIsGivenBack",
     .end = settled_with(Error{Fault::Denied, "role: access denied"}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Unknown,
     .tally = {.later = 1},
     .counted = "failed",
     .replay = "again"},
    {.name = "GoneObject",
     .end = is_gone,
     .state = DeliveryState::Lost,
     .verdict = Verdict::Done,
     .health = Health::Unknown,
     .tally = {.lost = 1},
     .counted = "lost",
     .reason = "the object is gone: it expired"},
    {.name = "RetryOverTheTimeLimit",
     .end = settled_with(Error{Fault::Retry, "throttled"}),
     .state = DeliveryState::Parked,
     .verdict = Verdict::Done,
     .health = Health::Bad,
     .tally = {.parked = 1},
     .counted = "parked",
     .reason = "tried for too long, last: throttled",
     .tries = 5,
     .since = kTryFor},
    {.name = "RetryJustWithinTheTimeLimit",
     .end = settled_with(Error{Fault::Retry, "throttled"}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Bad,
     .tally = {.later = 1},
     .counted = "failed",
     .tries = 5,
     .since = kTryFor - std::chrono::hours{1}},
    {.name = "RetryOverTheTimeLimitAfterFewTries",
     .end = settled_with(Error{Fault::Retry, "throttled"}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Bad,
     .tally = {.later = 1},
     .counted = "failed",
     .tries = 4,
     .since = 2 * kTryFor},
    {.name = "StoppedOverTheTimeLimit",
     .end = settled_with(Error{Fault::Stopped, "stopped"}),
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Unknown,
     .tally = {.later = 1},
     .counted = "failed",
     .tries = 5,
     .since = kTryFor,
     .is_interrupted = true},
    {.name = "DestinationIsNotCalled",
     .end = is_refused,
     .state = DeliveryState::Pending,
     .verdict = Verdict::TryLater,
     .health = Health::Refused,
     .tally = {.later = 1},
     .counted = "refused",
     .deaths = 1,
     .not_before = std::chrono::seconds{7},
     .deaths_left = 1},
    {.name = "DestinationIsNotCalledOverTheTimeLimit",
     .end = is_refused,
     .state = DeliveryState::Parked,
     .verdict = Verdict::Done,
     .health = Health::Bad,
     .tally = {.parked = 1},
     .counted = "parked",
     .reason = "tried for too long, last: destination: has not answered lately",
     .tries = 5,
     .since = kTryFor},
};
INSTANTIATE_TEST_SUITE_P(DeliveryAttempt, AttemptEnds, testing::ValuesIn(kCases),
                         [](const auto& one) { return one.param.name; });

// The next try passes over the events of a log group, but finds the object of a bucket again.
TEST_F(Attempting, AnEndWithoutTheLedgerCountsOnlyALogGroupsEvents) {
  ledger_.takes_no_end = true;
  Case one{.end = settled_with({}, {.events = 3})};
  for (const std::string type : {"s3", "cloudwatch"}) {
    one.type = type;
    const Outcome outcome = attempt(one);
    EXPECT_EQ(outcome.verdict, Verdict::TryLater) << type;
    EXPECT_EQ(outcome.tally.later, 1U) << type;
    EXPECT_EQ(entry().state, DeliveryState::Pending) << type;
    EXPECT_EQ(counted("delivered"), 0U) << type;
    EXPECT_EQ(meters().events.value(), type == "s3" ? 0U : 3U) << type;
  }
}

TEST_F(Attempting, ALostDeliveryThatHadBeenParkedSaysSinceWhen) {
  EXPECT_EQ(attempt({.end = settled_with(Error{Fault::Denied, "no"})}).tally.parked, 1U);
  const std::string parked_at = to_rfc3339(clock_.now());
  clock_.advance(std::chrono::hours{1});
  ASSERT_TRUE(ledger_.unpark(id_, clock_.now(), {}).ok());
  EXPECT_EQ(attempt({.end = is_gone}).tally.lost, 1U);
  EXPECT_EQ(entry().reason, "the object is gone; it had been parked since " + parked_at);
}

TEST_F(Attempting, ADestinationThatTakesAReleasedDeliveryHasRecovered) {
  EXPECT_EQ(attempt({.end = settled_with(Error{Fault::Denied, "no"})}).tally.parked, 1U);
  EXPECT_TRUE(shared_.recovered.empty());
  ASSERT_TRUE(ledger_.unpark(id_, clock_.now(), {}).ok());
  EXPECT_EQ(attempt({.end = settled_with({})}).tally.delivered, 1U);
  EXPECT_EQ(shared_.recovered.take().size(), 1U);
}

}  // namespace
}  // namespace headgate::process
