// What a tenant's bucket holds of an object: all that was asked for, whatever was asked for before and
// whatever lies there already.
#include <gtest/gtest.h>

#include <algorithm>

#include "deliver/bucket_delivery.h"
#include "model/compression/compressed_writer.h"
#include "sim/delivery_fixture.h"
#include "sim/packed_object.h"

namespace headgate::process {
namespace {

using sim::packed_object;
using sim::SaidLine;

const ObjectKey kPacked("cluster-1/tenant-a/_packed/node-7/20250830-112701-x.json.gz");
const ObjectKey kOfAPod("cluster-1/tenant-a/web/web-0/20250830-112701-x.json.gz");

// A bucket into which we may put, and at which we may not look.
class PutOnlyBucket final : public sim::SimStore {
 public:
  using SimStore::SimStore;
  Result<ObjectInfo> head(const ObjectKey& key, Deadline) override {
    return Error{Fault::Denied, "HeadObject: 403: " + key.str()};
  }
};

class BucketContents : public testing::Test, protected sim::DeliveryFixture {
 protected:
  static TenantConfiguration destination(const char* type, std::vector<std::string> desired_logs = {}) {
    TenantConfiguration made{.tenant = TenantId("tenant-a"), .type = DestinationName(type), .enabled = true};
    made.desired_logs = std::move(desired_logs);
    if (kind_of(made.type) == DestinationKind::S3) {
      made.bucket_name = "logs-of-tenant-a";
    } else {
      made.log_group_name = "/logs";
    }
    return made;
  }
  void put_ours(const std::string& bytes, const ObjectKey& key = kPacked) {
    PutOptions options{.mode = PutMode::Replace,
                       .content_type = "application/x-ndjson",
                       .content_encoding = "gzip",
                       .metadata = {{"headgate-format", "1"}}};
    ASSERT_TRUE(put_object(central, key, bytes, options, {}).ok());
  }
  // As a try finds it in which these applications are wanted.
  static deliver::Delivery delivery_of(const std::vector<std::string>& wanted,
                                       const ObjectKey& key = kPacked) {
    deliver::Delivery made{.id = {.bucket = BucketName("central"),
                                  .key = key,
                                  .tenant = TenantId("tenant-a"),
                                  .destination = DestinationName("s3")}};
    made.fields = *KeyTemplate::parse(KeyTemplate::kDefault)->parse_key(key);
    if (!wanted.empty()) {
      made.wants = [wanted](const Application& application) {
        return std::find(wanted.begin(), wanted.end(), application.view()) != wanted.end();
      };
    }
    return made;
  }
  Result<deliver::DeliveryCounts> deliver_to(ObjectStore& bucket, const std::vector<std::string>& wanted,
                                             const ObjectKey& key = kPacked) {
    return deliver::BucketDelivery(clock, central).deliver(delivery_of(wanted, key), bucket);
  }
  static std::vector<std::string> messages_in(const sim::SimStore& bucket) {
    std::vector<std::string> messages;
    for (const auto& [key, object] : bucket.objects()) {
      for (const SaidLine& line : sim::lines_of(object.bytes)) messages.push_back(line.message);
    }
    std::sort(messages.begin(), messages.end());
    return messages;
  }
  const sim::SimStore& bucket_of_tenant() { return *destinations.buckets().at("logs-of-tenant-a"); }
  DeliveryEntry entry_of(const char* destination, const ObjectKey& key) {
    return ledger.rows()
        .at({.bucket = central.bucket(),
             .key = key,
             .tenant = TenantId("tenant-a"),
             .destination = DestinationName(destination)})
        .entry;
  }

  const std::vector<SaidLine> lines_ = {
      {"web", "web-0", "of web"}, {"db", "db-0", "of db"}, {"audit", "audit-0", "of audit"}};
  using Words = std::vector<std::string>;
};

TEST_F(BucketContents, HoldWhatEachOfTwoDestinationsOfOneBucketWants) {
  tenants.add(destination("s3", {"web"}));
  tenants.add(destination("s3#db", {"db"}));
  tenants.add(destination("s3#all"));
  put_ours(packed_object(lines_));
  EXPECT_EQ(process(kPacked), Verdict::Done);
  EXPECT_EQ(bucket_of_tenant().objects().size(), 3U);
  EXPECT_EQ(messages_in(bucket_of_tenant()), (Words{"of audit", "of db", "of db", "of web", "of web"}));
}

// Also of objects that others packed, in which no index says who said what.
TEST_F(BucketContents, HoldWhatIsWantedAlsoWhenLessWasWantedBefore) {
  const auto foreign = [](const char* application) {
    return std::string(R"({"message":"of )") + application + R"(","application":")" + application + "\"}\n";
  };
  const std::string others = foreign("web") + foreign("db") + foreign("audit");
  for (const bool is_ours : {true, false}) {
    const ObjectKey key(is_ours ? kPacked.str() : "cluster-1/tenant-a/_packed/node-7/vector.json");
    if (is_ours) put_ours(packed_object(lines_));
    if (!is_ours) {
      ASSERT_TRUE(put_object(central, key, others, {}, {}).ok());
    }
    sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
    for (const Words& wanted :
         {Words{"web"}, Words{"db"}, Words{"web", "db"}, Words{"web", "db", "audit"}, Words{}}) {
      for (int tries = 0; tries < 2; ++tries) {
        const Result<deliver::DeliveryCounts> counts = deliver_to(bucket, wanted, key);
        ASSERT_TRUE(counts.ok()) << counts.error().what;
      }
    }
    // web, db, web and db, all three: each is there once, however often it was delivered.
    EXPECT_EQ(bucket.objects().size(), 4U) << is_ours;
    EXPECT_EQ(messages_in(bucket),
              (Words{"of audit", "of db", "of db", "of db", "of web", "of web", "of web"}));
    for (const auto& [at, object] : bucket.objects()) {
      EXPECT_TRUE(at.view().find("/20250830-112701-x") != std::string::npos ||
                  at.view().find("/vector") != std::string::npos)
          << "sorts as the source does: " << at.view();
      EXPECT_EQ((at.str() + object.info.metadata.at("headgate-content")).find("node-7"), std::string::npos);
    }
  }
}

TEST_F(BucketContents, AnotherObjectUnderTheKeyIsNotTakenForDelivered) {
  for (const bool is_ours : {true, false}) {
    const ObjectKey key(is_ours ? kOfAPod.str() : "cluster-1/tenant-a/web/web-0/vector.json");
    const ObjectKey to(is_ours ? "tenant-a/web/web-0/20250830-112701-x.json.gz"
                               : "tenant-a/web/web-0/vector.json");
    const std::string bytes = is_ours ? packed_object(lines_) : "{\"message\":\"of web\"}\n";
    if (is_ours) put_ours(bytes, key);
    if (!is_ours) {
      ASSERT_TRUE(put_object(central, key, bytes, {}, {}).ok());
    }
    sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
    bucket.place(to, std::string(bytes.size(), ' '));
    for (int tries = 0; tries < 2; ++tries) ASSERT_TRUE(deliver_to(bucket, {}, key).ok());
    ASSERT_EQ(bucket.objects().size(), 2U);
    EXPECT_EQ(bucket.objects().at(to).bytes[0], ' ') << "what lay there stays";
    const std::string apart = bucket.objects().rbegin()->first == to ? bucket.objects().begin()->first.str()
                                                                     : bucket.objects().rbegin()->first.str();
    EXPECT_NE(apart.find("-content-"), std::string::npos) << apart;
    EXPECT_NE(bucket.objects().at(ObjectKey(apart)).bytes.find(is_ours ? bytes : "of web"),
              std::string::npos);
    // When both keys are taken, it is said.
    sim::SimStore taken(faults, clock, BucketName("logs-of-tenant-a"), &central);
    taken.place(to, "of someone else");
    taken.place(ObjectKey(apart), "of someone else");
    EXPECT_EQ(deliver_to(taken, {}, key).error().fault, Fault::Invalid);
  }
}

// An object whose content changed under its key is another content, however it is delivered.
TEST_F(BucketContents, HoldBothContentsOfAnObjectThatWasWrittenOver) {
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  for (const char* message : {"first", "second"}) {
    put_ours(packed_object({{"web", "web-0", message}}), kOfAPod);
    for (int tries = 0; tries < 2; ++tries) ASSERT_TRUE(deliver_to(bucket, {}, kOfAPod).ok());
  }
  EXPECT_EQ(messages_in(bucket), (Words{"first", "second"}));
}

TEST_F(BucketContents, AndLogGroupsGetWhatWasWrittenOverUnderItsKeyOnce) {
  tenants.add(destination("s3"));
  tenants.add(destination("cloudwatch"));
  for (const char* message : {"first", "second"}) {
    put_ours(packed_object({{"web", "web-0", message}}), kOfAPod);
    for (int tries = 0; tries < 3; ++tries) EXPECT_EQ(process(kOfAPod), Verdict::Done);
  }
  EXPECT_EQ(messages_in(bucket_of_tenant()), (Words{"first", "second"}));
  Words events;
  for (const auto& [name, batches] : destinations.sinks().at(TenantId("tenant-a"))->streams()) {
    for (const auto& batch : batches) {
      for (const auto& [at, message] : batch.events) events.push_back(message);
    }
  }
  EXPECT_EQ(events, (Words{"first", "second"}));
  for (const char* one : {"s3", "cloudwatch"}) {
    EXPECT_EQ(entry_of(one, kOfAPod).state, DeliveryState::Delivered);
    EXPECT_EQ(entry_of(one, kOfAPod).etag, central.objects().at(kOfAPod).info.etag);
  }
}

// Versions up to now put no fingerprint: their objects are known by size and all other metadata.
TEST_F(BucketContents, KnowWhatAnOlderVersionPut) {
  put_ours(packed_object(lines_), kOfAPod);
  sim::SimStore made(faults, clock, BucketName("logs-of-tenant-a"), &central);
  ASSERT_TRUE(deliver_to(made, {}, kOfAPod).ok());
  const auto& [key, object] = *made.objects().begin();
  PutOptions before{.metadata = object.info.metadata};
  ASSERT_EQ(before.metadata.erase("headgate-content"), 1U);
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  ASSERT_TRUE(put_object(bucket, key, object.bytes, before, {}).ok());
  ASSERT_TRUE(deliver_to(bucket, {}, kOfAPod).ok());
  EXPECT_EQ(bucket.objects().size(), 1U);
  // One that put less of it, as versions up to now did of a packed object, is not all of it.
  sim::SimStore other(faults, clock, BucketName("logs-of-tenant-a"), &central);
  ASSERT_TRUE(put_object(other, key, object.bytes.substr(1), before, {}).ok());
  ASSERT_TRUE(deliver_to(other, {}, kOfAPod).ok());
  EXPECT_EQ(other.objects().size(), 2U);
}

TEST_F(BucketContents, LoseNothingWhereWeMayPutAndNotLook) {
  put_ours(packed_object(lines_));
  PutOnlyBucket bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  bucket.place(ObjectKey("tenant-a/_packed/20250830-112701-x.json.gz"), "of someone else");
  for (int tries = 0; tries < 3; ++tries) ASSERT_TRUE(deliver_to(bucket, {}).ok());
  ASSERT_EQ(bucket.objects().size(), 2U) << "the key that names the content is looked for once and for all";
  EXPECT_EQ(bucket.objects().begin()->first.view().substr(0, 48),
            "tenant-a/_packed/20250830-112701-x-content-" +
                bucket.objects().begin()->second.info.metadata.at("headgate-content").substr(0, 5));
}

TEST_F(BucketContents, AreNoObjectWhereTheSourceHasNoLine) {
  tenants.add(destination("s3"));
  tenants.add(destination("cloudwatch"));
  const auto gzipped = [](std::string_view text) {
    StringSink packed;
    CompressedWriter writer(packed, {.codec = Codec::Gzip});
    CHECK(writer.write(text).ok() && writer.end_member().ok());
    return packed.text;
  };
  int number = 0;
  for (const std::string& bytes :
       {std::string(), gzipped("\n \r\n\n"), gzipped("[]\n"), gzipped("{\"message\":\"m\"}\n")}) {
    for (const bool is_ours : {true, false}) {
      if (is_ours && !bytes.empty())
        continue;  // ours are not opened, and never without a line but when empty
      const ObjectKey key("cluster-1/tenant-a/web/web-0/" + std::to_string(number++) + ".json.gz");
      if (is_ours) put_ours(bytes, key);
      if (!is_ours) {
        ASSERT_TRUE(put_object(central, key, bytes, {}, {}).ok());
      }
      EXPECT_EQ(process(key), Verdict::Done);
      for (const char* one : {"s3", "cloudwatch"})
        EXPECT_EQ(entry_of(one, key).state, DeliveryState::Delivered);
    }
  }
  EXPECT_EQ(messages_in(bucket_of_tenant()), Words{"m"});
  EXPECT_EQ(bucket_of_tenant().objects().size(), 1U);
}

TEST_F(BucketContents, OfADamagedObjectAreWhatALogGroupGets) {
  tenants.add(destination("s3"));
  tenants.add(destination("cloudwatch"));
  StringSink packed;
  CompressedWriter writer(packed, {.codec = Codec::Gzip});
  CHECK(writer.write("{\"message\":\"a\"}\n{\"message\":\"b\"}\n").ok() && writer.end_member().ok());
  ASSERT_TRUE(put_object(central, kOfAPod, packed.text + "damage", {}, {}).ok());
  EXPECT_EQ(process(kOfAPod), Verdict::Done);
  for (const char* one : {"s3", "cloudwatch"}) {
    EXPECT_EQ(entry_of(one, kOfAPod).state, DeliveryState::Parked) << one;
    EXPECT_NE(entry_of(one, kOfAPod).reason.find("object: compressed byte"), std::string::npos)
        << entry_of(one, kOfAPod).reason;
  }
  EXPECT_EQ(messages_in(bucket_of_tenant()), (Words{"a", "b"}));
  const std::string key = bucket_of_tenant().objects().begin()->first.str();
  EXPECT_NE(key.find("/20250830-112701-x-readable-"), std::string::npos) << key;
  // Once it is stored whole, all of it is put.
  ASSERT_TRUE(put_object(central, kOfAPod, packed.text, {.mode = PutMode::Replace}, {}).ok());
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  ASSERT_TRUE(deliver_to(bucket, {}, kOfAPod).ok());
  EXPECT_EQ(bucket.objects().begin()->first.view(), "tenant-a/web/web-0/20250830-112701-x.json.gz");
}

// A bomb is an object like a damaged one, and keeps back nobody else.
TEST_F(BucketContents, OfABombAreNothingAndAllOfItOnceTheLimitIsRaised) {
  tenants.add(destination("s3"));
  tenants.add(destination("cloudwatch"));
  StringSink packed;
  CompressedWriter writer(packed, {.codec = Codec::Gzip});
  std::string lines;
  for (int number = 0; number < 10'000; ++number) lines += "{\"message\":\"boom\"}\n";
  CHECK(writer.write(lines).ok() && writer.end_member().ok());
  ASSERT_TRUE(put_object(central, kOfAPod, packed.text, {}, {}).ok());
  decompression = {.ratio_max = 2, .bytes_always = 90'000};
  EXPECT_EQ(process(kOfAPod, 700), Verdict::Done);  // batches of 700: some are delivered
  for (const char* one : {"s3", "cloudwatch"}) {
    EXPECT_EQ(entry_of(one, kOfAPod).state, DeliveryState::Parked) << one;
    EXPECT_NE(entry_of(one, kOfAPod).reason.find("process.decompression_ratio_max"), std::string::npos)
        << entry_of(one, kOfAPod).reason;
  }
  EXPECT_FALSE(destinations.buckets().contains("logs-of-tenant-a") && !bucket_of_tenant().objects().empty());
  const ObjectKey other("cluster-1/tenant-a/web/web-0/other.json");
  ASSERT_TRUE(put_object(central, other, "{\"message\":\"other\"}\n", {}, {}).ok());
  EXPECT_EQ(process(other), Verdict::Done);
  EXPECT_EQ(entry_of("s3", other).state, DeliveryState::Delivered);

  decompression = {};
  for (const char* one : {"s3", "cloudwatch"}) {
    const DeliveryId id{.bucket = central.bucket(),
                        .key = kOfAPod,
                        .tenant = TenantId("tenant-a"),
                        .destination = DestinationName(one)};
    ASSERT_TRUE(ledger.unpark(id, clock.now(), {}).ok());
  }
  EXPECT_EQ(process(kOfAPod, 700), Verdict::Done);
  for (const char* one : {"s3", "cloudwatch"})
    EXPECT_EQ(entry_of(one, kOfAPod).state, DeliveryState::Delivered) << entry_of(one, kOfAPod).reason;
  const auto& whole =
      bucket_of_tenant().objects().at(ObjectKey("tenant-a/web/web-0/20250830-112701-x.json.gz"));
  EXPECT_EQ(sim::lines_of(whole.bytes).size(), 10'000U);
  std::size_t events = 0;
  for (const auto& [name, batches] : destinations.sinks().at(TenantId("tenant-a"))->streams()) {
    for (const auto& batch : batches) events += batch.events.size();
  }
  EXPECT_EQ(events, 10'001U) << "each once";
}

}  // namespace
}  // namespace headgate::process
