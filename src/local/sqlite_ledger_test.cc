#include "local/sqlite_ledger.h"

#include "conformance/ledger.h"
#include "conformance/scratch_folder.h"
#include "local/state_schema.h"

namespace headgate::conformance {
namespace {

struct SqliteLedgerFixture {
  Ledger& ledger() { return *ledger_; }
  ScratchFolder folder_;
  std::unique_ptr<local::SqliteLedger> ledger_ = local::SqliteLedger::open(folder_.at("state.db")).value();
};
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, LedgerConformance, SqliteLedgerFixture);

}  // namespace
}  // namespace headgate::conformance

namespace headgate::local {
namespace {

TEST(SqliteLedger, ProgressNeverGoesBackAndPendingSettlesNothing) {
  conformance::SqliteLedgerFixture deps;
  const DeliveryId id{.bucket = BucketName("b"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("t"),
                      .destination = DestinationName("s3")};
  const LeaseOwner owner("worker");
  const Timestamp now = Timestamp::from_seconds(100);
  const Timestamp until = Timestamp::from_seconds(200);
  const auto progress = [](std::uint64_t next) {
    return Progress{.next_batch = next, .plan = BatchPlan("p")};
  };
  ASSERT_TRUE(deps.ledger().claim(id, owner, now, until, Deadline::never()).ok());
  ASSERT_TRUE(deps.ledger().advance(id, owner, progress(5), now, until, Deadline::never()).ok());
  ASSERT_TRUE(deps.ledger().advance(id, owner, progress(4), now, until, Deadline::never()).ok());
  EXPECT_EQ(deps.ledger().claim(id, owner, now, until, Deadline::never())->entry.progress.next_batch, 5U);
  EXPECT_EQ(deps.ledger().settle(id, owner, DeliveryState::Pending, "", now, Deadline::never()).error().fault,
            Fault::Invalid);
  EXPECT_EQ(deps.ledger().claim(id, LeaseOwner(), now, until, Deadline::never()).error().fault,
            Fault::Invalid);
}

TEST(SqliteLedger, ForgetsOldSettledDeliveriesButNoneThatWait) {
  const conformance::ScratchFolder folder;
  const auto ledger = SqliteLedger::open(folder.at("state.db"), {.ttl = std::chrono::hours{1}}).value();
  EXPECT_EQ(ledger->remembers_for(), std::chrono::hours{1});
  const LeaseOwner owner("worker");
  const auto id = [](const std::string& key) {
    return DeliveryId{.bucket = BucketName("b"),
                      .key = ObjectKey(key),
                      .tenant = TenantId("t"),
                      .destination = DestinationName("s3")};
  };
  const auto claim = [&](const std::string& key, std::int64_t at) {
    return *ledger->claim(id(key), owner, Timestamp::from_seconds(at), Timestamp::from_seconds(at + 60),
                          Deadline::never());
  };
  const auto settle = [&](const std::string& key, DeliveryState state, std::int64_t at) {
    ASSERT_TRUE(claim(key, at).is_ours);
    ASSERT_TRUE(
        ledger->settle(id(key), owner, state, "", Timestamp::from_seconds(at), Deadline::never()).ok());
  };
  for (int number = 0; number < 20; ++number) {
    settle("old" + std::to_string(number), DeliveryState::Delivered, number);
  }
  settle("filtered", DeliveryState::Filtered, 20);
  settle("parked", DeliveryState::Parked, 20);
  ASSERT_TRUE(claim("pending", 20).is_ours);
  for (int number = 0; number < 10; ++number) {  // as many settlements as are needed, and no thread
    settle("new" + std::to_string(number), DeliveryState::Delivered, 3'700 + number);
  }
  EXPECT_TRUE(claim("old0", 3'800).is_ours);
  EXPECT_TRUE(claim("old19", 3'800).is_ours);
  EXPECT_TRUE(claim("filtered", 3'800).is_ours);
  EXPECT_FALSE(claim("new0", 3'800).is_ours);
  EXPECT_EQ(ledger->parked(TenantId(), 10, Deadline::never())->size(), 1U);
  EXPECT_FALSE(claim("parked", 3'800).is_ours);
}

TEST(SqliteLedger, RemembersForNinetyDaysUnlessToldOtherwise) {
  const conformance::ScratchFolder folder;
  const auto ledger = SqliteLedger::open(folder.at("state.db")).value();
  EXPECT_EQ(ledger->remembers_for(), std::chrono::hours{24 * 90});
}

TEST(SqliteLedger, ARowFromBeforePlansHasNoProgressAndNoDeaths) {
  const conformance::ScratchFolder folder;
  const DeliveryId id{.bucket = BucketName("b"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("t"),
                      .destination = DestinationName("cloudwatch")};
  {
    const auto migrations = std::span<const std::string_view>(kStateMigrations).first(2);
    const auto old = SqliteDatabase::open(folder.at("state.db"), {.migrations = migrations}).value();
    const auto insert = [](SqliteSession& session) {
      return session.run(
          "INSERT INTO deliveries VALUES ('b', 'k', 't', 'cloudwatch', 'pending', 7, '', 1, '', 0)");
    };
    ASSERT_TRUE(old->write(insert).ok());
  }
  const auto ledger = SqliteLedger::open(folder.at("state.db")).value();
  const LeaseOwner owner("worker");
  const Timestamp now = Timestamp::from_seconds(3);
  const Timestamp until = Timestamp::from_seconds(60);
  const DeliveryEntry entry = ledger->claim(id, owner, now, until, Deadline::never())->entry;
  EXPECT_EQ(entry.progress, (Progress{.next_batch = 7}));
  EXPECT_EQ(entry.open_claims, 0U);
  const Progress known{.next_batch = 1, .plan = BatchPlan("p")};
  ASSERT_TRUE(ledger->advance(id, owner, known, now, until, Deadline::never()).ok());
  EXPECT_EQ(ledger->claim(id, owner, now, until, Deadline::never())->entry.progress, known);
}

TEST(SqliteLedger, SurvivesBeingOpenedAgain) {
  const conformance::ScratchFolder folder;
  const DeliveryId id{.bucket = BucketName("b"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("t"),
                      .destination = DestinationName("s3")};
  const LeaseOwner owner("worker");
  {
    const auto ledger = SqliteLedger::open(folder.at("state.db")).value();
    ASSERT_TRUE(
        ledger->claim(id, owner, Timestamp::from_seconds(1), Timestamp::from_seconds(60), Deadline::never())
            ->is_ours);
    ASSERT_TRUE(
        ledger->settle(id, owner, DeliveryState::Delivered, "", Timestamp::from_seconds(2), Deadline::never())
            .ok());
  }
  const auto ledger = SqliteLedger::open(folder.at("state.db")).value();
  const auto claim =
      ledger->claim(id, owner, Timestamp::from_seconds(3), Timestamp::from_seconds(60), Deadline::never());
  EXPECT_FALSE(claim->is_ours);
  EXPECT_EQ(claim->entry.state, DeliveryState::Delivered);
}

}  // namespace
}  // namespace headgate::local
