// Several central buckets, and what is delivered from them.
#include "process/central_stores.h"

#include <gtest/gtest.h>

#include "fakes/memory_ledger.h"
#include "fakes/memory_queue.h"
#include "fakes/memory_store.h"
#include "fakes/memory_tenant_store.h"
#include "fakes/scripted_destinations.h"
#include "fakes/still_clock.h"
#include "local/system_random.h"
#include "process/processor.h"
#include "process/replay.h"
#include "process/scan.h"

namespace headgate::process {
namespace {

const ObjectKey kKey("cluster/a/web/web-1/one.json");

class SeveralBuckets : public testing::Test {
 protected:
  SeveralBuckets() {
    destinations_.place(delivered_);
    for (const char* type : {"cloudwatch", "s3"}) {
      TenantConfiguration row;
      row.tenant = TenantId("a");
      row.type = DestinationName(type);
      row.enabled = true;
      row.log_group_name = "/logs/a";
      row.bucket_name = "logs-of-a";
      if (kind_of(row.type) == DestinationKind::S3) {
        row.log_group_name.clear();
      } else {
        row.bucket_name.clear();
      }
      tenants_.place({.configuration = row, .undecodable = ""});
    }
  }
  static void put(ObjectStore& bucket, const std::string& message) {
    const std::string line = R"({"message":")" + message + R"("})";
    ASSERT_TRUE(put_object(bucket, kKey, line, {.mode = PutMode::Replace}, {}).ok());
  }
  Verdict process(const char* bucket) {
    const ObjectCreated created{.bucket = BucketName(bucket), .key = kKey, .bytes = 1, .at = clock_.now()};
    return processor_
        .process({.id = "id", .receipt = "r", .body = sns_envelope(created, "m"), .sent_at = clock_.now()})
        .verdict;
  }
  DeliveryEntry entry(const char* bucket, const char* destination) {
    return ledger_.entries().at({.bucket = BucketName(bucket),
                                 .key = kKey,
                                 .tenant = TenantId("a"),
                                 .destination = DestinationName(destination)});
  }

  fakes::StillClock clock_;
  Metrics metrics_;
  Result<> answer_;
  fakes::MemoryStore first_{clock_, BucketName("first")};
  fakes::MemoryStore other_{clock_, BucketName("other")};
  const CentralStores central_{first_, {&other_}};
  const std::shared_ptr<fakes::MemoryStore> delivered_ =
      std::make_shared<fakes::MemoryStore>(clock_, BucketName("logs-of-a"));
  fakes::MemoryLedger ledger_;
  fakes::MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.backend = tenants::Backend::Local}}};
  fakes::ScriptedDestinations destinations_{[this](const TenantId&, Deadline) { return answer_; }};
  Processor processor_{{.clock = clock_,
                        .central = central_,
                        .ledger = ledger_,
                        .tenants = directory_,
                        .destinations = destinations_,
                        .metrics = metrics_},
                       {.buckets = {BucketName("first"), BucketName("other")},
                        .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                        .owner = LeaseOwner("worker")}};
};

TEST_F(SeveralBuckets, EachObjectIsReadFromTheOneThatItsMessageNames) {
  put(first_, "of the first");
  put(other_, "of the other");
  EXPECT_EQ(process("other"), Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a"), std::vector<std::string>{"of the other"});
  EXPECT_NE(delivered_->text_under("").find("of the other"), std::string::npos);
  EXPECT_EQ(process("first"), Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a").back(), "of the first");
}

TEST_F(SeveralBuckets, AnObjectThatIsNotInItsOwnBucketIsGone) {
  put(first_, "of the first");
  EXPECT_EQ(process("other"), Verdict::Done);
  for (const char* destination : {"cloudwatch", "s3"}) {
    EXPECT_EQ(entry("other", destination).state, DeliveryState::Lost);
  }
  EXPECT_TRUE(destinations_.messages_of("a").empty());
}

TEST_F(SeveralBuckets, AScanFindsWhatIsInEachOfThem) {
  put(first_, "of the first");
  put(other_, "of the other");
  clock_.advance(std::chrono::hours{1});
  Scan scan({.clock = clock_, .buckets = central_.all(), .ledger = ledger_, .processor = processor_},
            *KeyTemplate::parse(KeyTemplate::kDefault));
  EXPECT_EQ(scan.run({}, {}).done, 2U);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"of the first", "of the other"}));
  EXPECT_EQ(entry("other", "s3").state, DeliveryState::Delivered);
}

TEST_F(SeveralBuckets, AnInterruptedScanResumesWithTheObjectItWasAt) {
  put(first_, "of the first");
  put(other_, "of the other");
  clock_.advance(std::chrono::hours{1});
  Scan scan({.clock = clock_, .buckets = central_.all(), .ledger = ledger_, .processor = processor_},
            *KeyTemplate::parse(KeyTemplate::kDefault));
  answer_ = Error{Fault::Stopped, "stopping"};
  const ScanCounts counts = scan.run({}, {});
  EXPECT_EQ(counts.done + counts.not_done, 0U);
  ASSERT_TRUE(counts.walked.interrupted);
  answer_ = {};
  const ObjectPlace& from = *counts.walked.interrupted;
  EXPECT_EQ(scan.run({.walk = {.after = from.key, .in = from.bucket}}, {}).done, 2U);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"of the first", "of the other"}));
}

TEST_F(SeveralBuckets, OnlyThoseThatAreReadFromAreNamed) {
  EXPECT_EQ(central_.named({BucketName("other")}), std::vector<ObjectStore*>{&other_});
  EXPECT_EQ(central_.named({BucketName("other"), BucketName("first")}), central_.all());
}

TEST_F(SeveralBuckets, WhatIsParkedIsAnnouncedAgainByItsOwn) {
  put(first_, "of the first");
  put(other_, "of the other");
  answer_ = Error{Fault::Denied, "AssumeRole: access denied"};
  EXPECT_EQ(process("first"), Verdict::Done);
  EXPECT_EQ(process("other"), Verdict::Done);
  ASSERT_TRUE(first_.remove(kKey, {}).ok());
  local::SystemRandom random;
  fakes::MemoryQueue queue(clock_);
  const auto replay = [&](const CentralStores& central) {
    return ParkedReplay({.clock = clock_,
                         .random = random,
                         .ledger = ledger_,
                         .central = central,
                         .tenants = directory_,
                         .queue = queue})
        .run({}, Deadline::never())
        .value();
  };
  // Who does not know the bucket leaves what is of it alone.
  const ReplayCounts without = replay(first_);
  EXPECT_EQ(without.left, 1U);
  EXPECT_EQ(without.lost, 1U);
  EXPECT_EQ(replay(central_).deliveries, 1U);
  answer_ = {};
  clock_.advance(std::chrono::minutes{1});
  const auto messages = queue.receive({}, Deadline::never()).value();
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(processor_.process(messages[0]).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a"), std::vector<std::string>{"of the other"});
}

}  // namespace
}  // namespace headgate::process
