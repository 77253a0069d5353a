// What lies in quarantine is redelivered once, over fakes in memory.
#include "process/redelivery.h"

#include <gtest/gtest.h>

#include "deliver/quarantine.h"
#include "fakes/central_fixture.h"
#include "fakes/memory_queue.h"
#include "fakes/scripted_destinations.h"
#include "local/system_random.h"
#include "tenants/former_tenant.h"

namespace headgate::process {
namespace {

using What = Redelivered::What;
using Place = fakes::ScriptedDestinations::Place;

class Redelivering : public fakes::CentralFixture {
 protected:
  Redelivering() {
    TenantConfiguration row;
    row.tenant = TenantId("a");
    row.type = DestinationName("cloudwatch");
    row.enabled = true;
    row.log_group_name = "/logs/a";
    tenants_.place({.configuration = row, .undecodable = ""});
  }
  static DeliveryId id(const std::string& destination = "cloudwatch") {
    return {.bucket = BucketName("central"),
            .key = ObjectKey("cluster/a/web/web-1/x.json.gz"),
            .tenant = TenantId("a"),
            .destination = DestinationName(destination)};
  }
  // Events of these messages, each so long from now.
  void put_events(const std::string& reason, const std::vector<std::string>& messages,
                  std::chrono::hours from_now, const std::string& destination = "cloudwatch") {
    std::vector<LogEvent> events;
    for (const std::string& message : messages)
      events.push_back({.at_ms = (clock_.now() + from_now).milliseconds(), .message = message});
    const DeliveryId delivery = id(destination);
    const LogStream stream("the stream");
    ASSERT_TRUE(
        quarantine_.put_events({.delivery = delivery, .stream = stream}, reason, events, Deadline::never())
            .ok());
  }
  std::vector<QuarantineItem> items(const QuarantineFilter& filter = {}) {
    std::vector<QuarantineItem> items;
    const auto walked = walk_quarantine(
        clock_, central_, filter,
        [&](const QuarantineItem& item) -> Result<bool> {
          items.push_back(item);
          return true;
        },
        Deadline::never());
    EXPECT_TRUE(walked.ok());
    return items;
  }
  Redelivered redeliver(const QuarantineItem& item, bool is_restamped = false) {
    Redelivery redelivery({.clock = clock_,
                           .random = random_,
                           .central = central_,
                           .ledger = ledger_,
                           .tenants = directory_,
                           .destinations = destinations_,
                           .queue = &queue_,
                           .metrics = metrics_},
                          {.key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                           .owner = LeaseOwner("operator"),
                           .is_restamped = is_restamped});
    const Result<Redelivered> redelivered = redelivery.redeliver(item, {});
    EXPECT_TRUE(redelivered.ok()) << redelivered.error().what;
    return redelivered.ok() ? *redelivered : Redelivered{};
  }

  local::SystemRandom random_;
  Result<> answer_;
  fakes::MemoryQueue queue_{clock_};
  fakes::ScriptedDestinations destinations_{[this](const TenantId&, Deadline) { return answer_; }};
  deliver::Quarantine quarantine_{central_, metrics_};
};

TEST_F(Redelivering, EventsGoToTheirStreamOnceAndAreMoved) {
  put_events("invalid", {"one", "two\n\"quoted\""}, std::chrono::hours{-1});
  const auto before = items();
  ASSERT_EQ(before.size(), 1U);
  EXPECT_EQ(before[0].tenant.view(), "a");
  EXPECT_EQ(before[0].reason, "invalid");
  const Redelivered redelivered = redeliver(before[0]);
  EXPECT_EQ(redelivered.what, What::Done) << redelivered.why;
  EXPECT_EQ(redelivered.events, 2U);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"one", "two\n\"quoted\""}));
  const std::int64_t at_ms = (clock_.now() - std::chrono::hours{1}).milliseconds();
  EXPECT_EQ(destinations_.places_of("a"), (std::vector<Place>(2, {.stream = "the stream", .at_ms = at_ms})));
  EXPECT_TRUE(items().empty());
  EXPECT_NE(central_.text_under("quarantine/redelivered/a/cloudwatch/").find("one"), std::string::npos);
}

TEST_F(Redelivering, AnInterruptedRunDeliversNothingAgain) {
  put_events("invalid", {"one"}, std::chrono::hours{-1});
  const QuarantineItem item = items().at(0);
  const std::string text = central_.text_under("quarantine/a/");
  EXPECT_EQ(redeliver(item).what, What::Done);
  ASSERT_TRUE(put_object(central_, item.key, text, {.mode = PutMode::Replace}, {}).ok());
  EXPECT_EQ(redeliver(items().at(0)).what, What::Before);
  EXPECT_EQ(destinations_.messages_of("a").size(), 1U);
  EXPECT_TRUE(items().empty());
}

TEST_F(Redelivering, EventsOfACustomerWhoLeftAreNeverTheNextOnes) {
  put_events("invalid", {"one"}, std::chrono::hours{-1});
  clock_.advance(std::chrono::hours{1});
  tenants_.place({.configuration = tenants::left_row(TenantId("a"), clock_.now()), .undecodable = ""});
  const Redelivered redelivered = redeliver(items().at(0), true);
  EXPECT_EQ(redelivered.what, What::Left);
  EXPECT_EQ(redelivered.why, kOfFormerTenant);
  EXPECT_TRUE(destinations_.messages_of("a").empty());
}

TEST_F(Redelivering, EventsThatAreTooOldOrTooNewNeedTheTimeOfNow) {
  put_events("too old", {"old"}, std::chrono::hours{-24 * 20});
  put_events("too new", {"new"}, std::chrono::hours{30});
  for (const QuarantineItem& item : items()) {
    const Redelivered redelivered = redeliver(item);
    EXPECT_EQ(redelivered.what, What::Left);
    EXPECT_NE(redelivered.why.find("--restamp"), std::string::npos) << redelivered.why;
  }
  EXPECT_TRUE(destinations_.messages_of("a").empty());
  for (const QuarantineItem& item : items()) EXPECT_EQ(redeliver(item, true).what, What::Done);
  EXPECT_EQ(destinations_.messages_of("a").size(), 2U);
  for (const Place& place : destinations_.places_of("a")) EXPECT_EQ(place.at_ms, clock_.now().milliseconds());
}

TEST_F(Redelivering, WhatWasTooNewIsDeliveredOnceItsTimeHasCome) {
  put_events("too new", {"new"}, std::chrono::hours{30});
  const std::int64_t at_ms = (clock_.now() + std::chrono::hours{30}).milliseconds();
  clock_.advance(std::chrono::hours{29});
  EXPECT_EQ(redeliver(items().at(0)).what, What::Done);
  EXPECT_EQ(destinations_.places_of("a").at(0).at_ms, at_ms);
}

TEST_F(Redelivering, OnlyWhatIsRefusedAgainIsBackInQuarantine) {
  put_events("too new", {"bad", "good"}, std::chrono::hours{-1});
  destinations_.reject_next({.too_old_until = 1});
  const Redelivered redelivered = redeliver(items().at(0));
  EXPECT_EQ(redelivered.what, What::Done);
  EXPECT_EQ(redelivered.events, 1U);
  EXPECT_EQ(redelivered.refused_again, 1U);
  ASSERT_EQ(items().size(), 1U);
  EXPECT_EQ(items().at(0).reason, "too-old");
  EXPECT_EQ(central_.text_under("quarantine/a/").find("good"), std::string::npos);
  EXPECT_EQ(redeliver(items().at(0), true).what, What::Done);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"good", "bad"}));
  EXPECT_TRUE(items().empty());
}

TEST_F(Redelivering, ADestinationThatStillRefusesLeavesThemWhereTheyAre) {
  put_events("invalid", {"one"}, std::chrono::hours{-1});
  answer_ = Error{Fault::Denied, "not you"};
  EXPECT_EQ(redeliver(items().at(0)).what, What::Left);
  ASSERT_EQ(items().size(), 1U);
  answer_ = {};
  EXPECT_EQ(redeliver(items().at(0)).what, What::Done);
}

TEST_F(Redelivering, ReplayEventsGoToTheirDestinationAndOthersStay) {
  put_events("invalid", {"one"}, std::chrono::hours{-1}, "cloudwatch~again");
  put_events("invalid", {"two"}, std::chrono::hours{-1}, "cloudwatch#gone");
  for (const QuarantineItem& item : items()) (void)redeliver(item);
  EXPECT_EQ(destinations_.messages_of("a"), std::vector<std::string>{"one"});
  ASSERT_EQ(items().size(), 1U);
  EXPECT_EQ(items().at(0).destination.view(), "cloudwatch#gone");
}

TEST_F(Redelivering, FilesOfOlderVersionsGoToTheStreamOfTheirObject) {
  const ObjectKey key("quarantine/a/cloudwatch/0123456789abcdef-x.json.gz/0-invalid.ndjson");
  PutOptions options{.mode = PutMode::Replace};
  options.metadata[deliver::kSourceMetadata] = id().key.str();
  ASSERT_TRUE(
      put_object(central_, key, "{\"timestamp\":1756553221000,\"message\":\"m\"}\n", options, {}).ok());
  EXPECT_EQ(redeliver(items().at(0)).what, What::Done);
  EXPECT_EQ(destinations_.places_of("a"),
            (std::vector<Place>{{.stream = "web-1", .at_ms = 1'756'553'221'000}}));
}

TEST_F(Redelivering, AMessageGoesBackToTheQueueAsItWasAndIsMoved) {
  const std::string body = "{\"not\":\"an event\"}\n\x01";
  ASSERT_TRUE(quarantine_.put_message("id-1", body, "no event", Deadline::never()).ok());
  EXPECT_EQ(redeliver(items().at(0)).what, What::Done);
  const auto messages = queue_.receive({}, Deadline::never()).value();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].body, body);
  EXPECT_TRUE(items().empty());
}

TEST_F(Redelivering, ADamagedObjectsDeliveriesAreReleased) {
  const DeliveryId delivery = id();
  ASSERT_TRUE(put_object(central_, delivery.key, "mended", {.mode = PutMode::Replace}, {}).ok());
  ASSERT_TRUE(ledger_
                  .claim(delivery, LeaseOwner("w"), clock_.now(), clock_.now() + std::chrono::hours{1},
                         Deadline::never())
                  ->is_ours);
  ASSERT_TRUE(ledger_
                  .settle(delivery, LeaseOwner("w"), DeliveryState::Parked, "object: gzip", clock_.now(),
                          Deadline::never())
                  .ok());
  ASSERT_TRUE(quarantine_.put_object_detail(delivery.bucket, delivery.key, "gzip", Deadline::never()).ok());
  EXPECT_EQ(redeliver(items().at(0)).what, What::Done);
  EXPECT_EQ(queue_.size(), 1U);
  EXPECT_TRUE(ledger_.parked(TenantId(), 10, Deadline::never())->empty());
  EXPECT_TRUE(items().empty());
}

TEST_F(Redelivering, IsChosenByKindTenantReasonAndTime) {
  put_events("too old", {"old"}, std::chrono::hours{-24 * 20});
  ASSERT_TRUE(quarantine_.put_message("id-1", "body", "no event", Deadline::never()).ok());
  clock_.advance(std::chrono::hours{1});
  const Timestamp between = clock_.now();
  ASSERT_TRUE(
      quarantine_.put_object_detail(BucketName("central"), ObjectKey("k"), "damaged", Deadline::never())
          .ok());
  ASSERT_TRUE(put_object(central_, ObjectKey("quarantine/a/web/web-1/x.json.gz"), "a log", {}, {}).ok());
  EXPECT_EQ(items().size(), 3U);
  EXPECT_EQ(items({.kinds = {QuarantineKind::Events}}).size(), 1U);
  EXPECT_EQ(items({.tenant = TenantId("a")}).size(), 1U);
  EXPECT_EQ(items({.tenant = TenantId("b")}).size(), 0U);
  EXPECT_EQ(items({.destination = DestinationName("s3")}).size(), 0U);
  EXPECT_EQ(items({.reason = "too old"}).size(), 1U);
  ASSERT_EQ(items({.reason = "no-event"}).size(), 1U);
  EXPECT_EQ(items({.reason = "no-event"}).at(0).reason, "no event") << "as it was put";
  EXPECT_EQ(items({.from = between}).size(), 1U);
  EXPECT_EQ(items({.until = between}).size(), 2U);
}

}  // namespace
}  // namespace headgate::process
