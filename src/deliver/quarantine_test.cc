#include "deliver/quarantine.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "fakes/memory_store.h"
#include "fakes/still_clock.h"

namespace headgate::deliver {
namespace {

class QuarantineTest : public testing::Test {
 protected:
  fakes::StillClock clock_;
  fakes::MemoryStore store_{clock_, BucketName("central")};
  Metrics metrics_;
  Quarantine quarantine_{store_, metrics_};
  const Deadline never_ = Deadline::never();
};

TEST_F(QuarantineTest, OfMessagesUnderOneIdNoneTakesAnothersPlace) {
  const auto put = [&](std::string_view body) {
    EXPECT_TRUE(quarantine_.put_message("a/\xc3\xa9", body, "odd", never_).ok());
    return store_.text_under("quarantine/messages/a_%C3%A9-");
  };
  EXPECT_NE(put("first").find("first"), std::string::npos);
  const std::string both = put("second");
  EXPECT_NE(both.find("first"), std::string::npos);
  EXPECT_NE(both.find("second"), std::string::npos);
  EXPECT_EQ(put("first"), both);  // tried again
}

TEST_F(QuarantineTest, ObjectsOfOneKeyInTwoBucketsAreApart) {
  for (const char* bucket : {"one", "two", "two"}) {
    ASSERT_TRUE(quarantine_.put_object_detail(BucketName(bucket), ObjectKey("k"), "damaged", never_).ok());
  }
  const std::string all = store_.text_under("quarantine/objects/");
  EXPECT_NE(all.find("one"), std::string::npos);
  EXPECT_EQ(all.find("two"), all.rfind("two"));
}

TEST_F(QuarantineTest, EventsOfAnObjectThatWasWrittenOverTakeNobodysPlace) {
  const std::vector<LogEvent> events = {{.at_ms = 1, .message = "m"}};
  for (const char* etag : {"", "one", "two", "two"}) {
    const DeliveryId id{.bucket = BucketName("central"),
                        .key = ObjectKey("k"),
                        .tenant = TenantId("a"),
                        .destination = DestinationName("cloudwatch"),
                        .etag = etag};
    ASSERT_TRUE(
        quarantine_.put_events({.delivery = id, .stream = LogStream("s")}, "too old", events, never_).ok());
  }
  const std::string all = store_.text_under("quarantine/a/cloudwatch/");
  EXPECT_EQ(std::count(all.begin(), all.end(), '\n'), 3) << all;
}

// A store that remembers what it was given to write by.
class TimedStore final : public fakes::MemoryStore {
 public:
  using MemoryStore::MemoryStore;
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey& key, PutOptions options,
                                                    Deadline deadline) override {
    deadlines.push_back(deadline);
    return MemoryStore::open_writer(key, std::move(options), deadline);
  }
  std::vector<Deadline> deadlines;
};

TEST_F(QuarantineTest, WritesByTheDeadlineOfWhoAsks) {
  TimedStore store(clock_, BucketName("central"));
  Quarantine quarantine(store, metrics_);
  const Deadline soon = Deadline::after(clock_.steady(), std::chrono::seconds{1});
  const DeliveryId id{.bucket = BucketName("central"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("a"),
                      .destination = DestinationName("cloudwatch")};
  EXPECT_TRUE(quarantine.put_message("id", "body", "odd", soon).ok());
  EXPECT_TRUE(quarantine.put_object_detail(id.bucket, id.key, "damaged", soon).ok());
  const LogStream stream("web-1");
  EXPECT_TRUE(quarantine.put_events({.delivery = id, .stream = stream}, "too old", {}, soon).ok());
  ASSERT_EQ(store.deadlines.size(), 3U);
  for (const Deadline& deadline : store.deadlines) EXPECT_EQ(deadline.at, soon.at);
}

TEST_F(QuarantineTest, WhateverItsStoreRefusesIsTriedAgain) {
  const DeliveryId id{.bucket = BucketName("central"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("a"),
                      .destination = DestinationName("cloudwatch")};
  const LogStream stream("web-1");
  for (const Fault fault : {Fault::Denied, Fault::Invalid, Fault::NotFound, Fault::Retry}) {
    store_.refuse_writes(Error{fault, "not you"});
    EXPECT_EQ(quarantine_.put_events({.delivery = id, .stream = stream}, "too old", {}, never_).error().fault,
              Fault::Retry);
    EXPECT_EQ(quarantine_.put_message("id", "body", "odd", never_).error().fault, Fault::Retry);
    EXPECT_EQ(quarantine_.put_object_detail(id.bucket, id.key, "damaged", never_).error().fault,
              Fault::Retry);
  }
  store_.refuse_writes(Error{Fault::Stopped, "stopping"});
  EXPECT_EQ(quarantine_.put_events({.delivery = id, .stream = stream}, "too old", {}, never_).error().fault,
            Fault::Stopped);
}

}  // namespace
}  // namespace headgate::deliver
