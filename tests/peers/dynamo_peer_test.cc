// Our ledger and tenant store on DynamoDB as moto and AWS's own DynamoDB Local play it; boto3 reads our rows
// and writes rows that we read.
#include <gtest/gtest.h>

#include <atomic>
#include <fstream>
#include <iterator>
#include <thread>

#include "aws/dynamo/dynamo_ledger.h"
#include "aws/dynamo/dynamo_tenant_store.h"
#include "conformance/ledger.h"
#include "conformance/tenant_store.h"
#include "fakes/source_directory.h"
#include "peers/dynamo_fixture.h"

namespace headgate {
namespace {

// The table as its page of docs/contributing/formats says to make it.
std::string documented_ledger(const std::string& name) {
  std::ifstream file(fakes::source_directory() + "/docs/contributing/formats/ledger-table.md");
  const std::string page{std::istreambuf_iterator<char>(file), {}};
  const std::size_t begin = page.find("```json\n") + 8;
  std::string json = page.substr(begin, page.find("```", begin) - begin);
  const std::string placeholder = "headgate-ledger";
  json.replace(json.find(placeholder), placeholder.size(), name);
  std::erase(json, '\n');
  return json;
}

using peers::DynamoDbLocal;
using peers::DynamoFixture;
using Moto = peers::DynamoOfMoto;

template <typename Peer>
struct LedgerFixture : DynamoFixture<Peer> {
  Ledger& ledger() { return *ledger_; }
  aws::DynamoLedgerSettings settings_{.table = this->made(documented_ledger(this->name_))};
  std::unique_ptr<aws::DynamoLedger> ledger_ =
      aws::DynamoLedger::open(this->fixture_.deps(), settings_).value();
};

template <typename Peer>
struct TenantsFixture : DynamoFixture<Peer> {
  TenantStore& tenants() { return *store_; }
  // As the predecessor's API could be made to.
  void break_row(const TenantId& tenant, const DestinationName& type) {
    update(tenant.str(), type.str(),
           R"("UpdateExpression":"SET enabled = :x","ExpressionAttributeValues":{":x":{"S":"maybe"}})");
  }
  void update(const std::string& tenant, const std::string& type, const std::string& what) {
    this->boto3_.call("dynamodb", "update_item",
                      R"({"TableName":")" + this->name_ + R"(","Key":{"tenant_id":{"S":")" + tenant +
                          R"("},"type":{"S":")" + type + R"("}},)" + what + "}");
    EXPECT_EQ(this->boto3_.said().find("error"), std::string::npos) << this->boto3_.said();
  }
  void put(const std::string& item) { EXPECT_TRUE(DynamoFixture<Peer>::put(item)) << this->boto3_.said(); }
  std::unique_ptr<aws::DynamoTenantStore> store_ =
      aws::DynamoTenantStore::open(this->fixture_.deps(), this->made(peers::tenant_table(this->name_)))
          .value();
};

using Peers = testing::Types<Moto, DynamoDbLocal>;

template <typename Peer>
class LedgerPeer : public testing::Test {
 protected:
  static DeliveryId id(const std::string& key) {
    return {.bucket = BucketName("central"),
            .key = ObjectKey(key),
            .tenant = TenantId("team/a%"),
            .destination = DestinationName("s3#audit")};
  }
  static Timestamp at(std::int64_t seconds) { return Timestamp::from_seconds(1'756'553'221 + seconds); }
  LedgerFixture<Peer> fixture_;
};
TYPED_TEST_SUITE(LedgerPeer, Peers);

TYPED_TEST(LedgerPeer, OfTwoWorkersEachDeliveryIsOnes) {
  constexpr int kDeliveries = 40;
  std::atomic<int> won{0};
  {
    std::vector<std::jthread> workers;
    for (int worker = 0; worker < 2; ++worker) {
      workers.emplace_back([&, worker] {
        const auto ledger =
            aws::DynamoLedger::open(this->fixture_.fixture_.deps(), this->fixture_.settings_).value();
        const LeaseOwner owner("worker-" + std::to_string(worker));
        for (int i = 0; i < kDeliveries; ++i) {
          const auto claim = ledger->claim(this->id("k" + std::to_string(i)), owner, this->at(0),
                                           this->at(60), Deadline::never());
          ASSERT_TRUE(claim.ok()) << claim.error().what;
          if (claim->is_ours) ++won;
        }
      });
    }
  }
  EXPECT_EQ(won, kDeliveries);
}

TYPED_TEST(LedgerPeer, Boto3SeesTheDocumentedRow) {
  const LeaseOwner owner("worker-1");
  Ledger& ledger = this->fixture_.ledger();
  const DeliveryId id = this->id("a/b c.json.gz");
  ASSERT_TRUE(ledger.claim(id, owner, this->at(0), this->at(60), Deadline::never())->is_ours);
  ASSERT_TRUE(ledger
                  .advance(id, owner, {.next_batch = 7, .plan = BatchPlan("p")}, this->at(1), this->at(61),
                           Deadline::never())
                  .ok());
  const auto item_now = [&] {
    const auto page = this->fixture_.boto3_.call("dynamodb", "scan", this->fixture_.table());
    return std::string(simdjson::minify(page["Items"].at(0).value()));
  };
  const std::string held = item_now();
  for (const char* part :
       {R"("object":{"S":"central/a/b c.json.gz"})", R"("delivery":{"S":"team%2Fa%25/s3#audit"})",
        R"("state":{"S":"pending"})", R"("next_batch":{"N":"7"})", R"("plan":{"S":"p"})",
        R"("owner":{"S":"worker-1"})", R"("updated_at":{"N":"1756553222000000000"})",
        R"("leased_until":{"N":"1756553282000000000"})"})
    EXPECT_NE(held.find(part), std::string::npos) << part << " in " << held;
  ASSERT_TRUE(
      ledger.settle(id, owner, DeliveryState::Parked, "role denied", this->at(2), Deadline::never()).ok());
  EXPECT_EQ(held.find("expires_at"), std::string::npos);
  const std::string parked = item_now();
  for (const char* part :
       {R"("state":{"S":"parked"})", R"("reason":{"S":"role denied"})", R"("parked_tenant":{"S":"team/a%"})",
        R"("parked_at":{"N":"1756553223000000000"})"})
    EXPECT_NE(parked.find(part), std::string::npos) << part << " in " << parked;
  for (const char* part : {"owner", "leased_until", "expires_at"})
    EXPECT_EQ(parked.find(part), std::string::npos) << part << " in " << parked;
  const DeliveryId settled = this->id("settled");
  ASSERT_TRUE(ledger.claim(settled, owner, this->at(0), this->at(60), Deadline::never())->is_ours);
  ASSERT_TRUE(
      ledger.settle(settled, owner, DeliveryState::Delivered, "", this->at(2), Deadline::never()).ok());
  this->fixture_.boto3_.call("dynamodb", "scan", this->fixture_.table());
  const std::string expiry = std::to_string((this->at(2) + ledger.remembers_for()).seconds());
  EXPECT_NE(this->fixture_.boto3_.said().find(R"("expires_at": {"N": ")" + expiry), std::string::npos);
  const auto listed = ledger.parked(TenantId("team/a%"), 10, Deadline::never());
  ASSERT_TRUE(listed.ok()) << listed.error().what;
  ASSERT_EQ(listed->size(), 1U);
  EXPECT_EQ(listed->front().id, id);
}

TYPED_TEST(LedgerPeer, ProgressNeverGoesBackAndSettlingTwiceSucceeds) {
  const LeaseOwner owner("worker-1");
  Ledger& ledger = this->fixture_.ledger();
  const DeliveryId id = this->id("k");
  ASSERT_TRUE(ledger.claim(id, owner, this->at(0), this->at(60), Deadline::never())->is_ours);
  ASSERT_TRUE(ledger
                  .advance(id, owner, {.next_batch = 5, .plan = BatchPlan("p")}, this->at(1), this->at(61),
                           Deadline::never())
                  .ok());
  ASSERT_TRUE(ledger
                  .advance(id, owner, {.next_batch = 4, .plan = BatchPlan("p")}, this->at(2), this->at(62),
                           Deadline::never())
                  .ok());
  const Claim claim =
      ledger.claim(id, LeaseOwner("worker-2"), this->at(3), this->at(63), Deadline::never()).value();
  EXPECT_EQ(claim.entry.progress.next_batch, 5U);
  EXPECT_EQ(claim.leased_until, this->at(62));
  EXPECT_EQ(
      ledger.settle(id, owner, DeliveryState::Pending, "", this->at(4), Deadline::never()).error().fault,
      Fault::Invalid);
  ASSERT_TRUE(ledger.settle(id, owner, DeliveryState::Delivered, "", this->at(4), Deadline::never()).ok());
  EXPECT_TRUE(ledger.settle(id, owner, DeliveryState::Delivered, "", this->at(4), Deadline::never())
                  .ok());  // as a lost answer's
  EXPECT_EQ(
      ledger.settle(id, owner, DeliveryState::Delivered, "", this->at(5), Deadline::never()).error().fault,
      Fault::Denied);
  EXPECT_EQ(
      ledger.settle(id, owner, DeliveryState::Filtered, "", this->at(4), Deadline::never()).error().fault,
      Fault::Denied);
}

TYPED_TEST(LedgerPeer, ATableThatIsNotThereIsDenied) {
  aws::DynamoLedgerSettings settings = this->fixture_.settings_;
  settings.table.table = "no-such-table";
  const auto ledger = aws::DynamoLedger::open(this->fixture_.fixture_.deps(), settings).value();
  const auto claim =
      ledger->claim(this->id("k"), LeaseOwner("w"), this->at(0), this->at(60), Deadline::never());
  ASSERT_FALSE(claim.ok());
  EXPECT_EQ(claim.error().fault, Fault::Denied) << claim.error().what;
}

template <typename Peer>
class TenantsPeer : public testing::Test {
 protected:
  TenantsFixture<Peer> fixture_;
};
TYPED_TEST_SUITE(TenantsPeer, Peers);

TYPED_TEST(TenantsPeer, ThePredecessorsRowsKeepWhatIsNotOurs) {
  this->fixture_.put(
      R"({"tenant_id":{"S":"acme"},"type":{"S":"cloudwatch"},"enabled":{"BOOL":true},)"
      R"("desired_logs":{"SS":["api","web"]},"log_group_name":{"S":"/acme"},"groups":{"L":[{"S":"API"}]},"owner":{"S":"theirs"},)"
      R"("log_distribution_role_arn":{"S":"arn:aws:iam::123456789012:role/logs"},)"
      R"("ttl":{"N":"1900000000"},"created_at":{"S":"2025-08-30T11:27:01"}})");
  this->fixture_.put(
      R"({"tenant_id":{"S":"acme"},"type":{"S":"s3"},"enabled":{"S":"yes"},"bucket_name":{"S":"b"}})");
  const auto rows = this->fixture_.tenants().of_tenant(TenantId("acme"), Deadline::never());
  ASSERT_TRUE(rows.ok()) << rows.error().what;
  ASSERT_EQ(rows->size(), 2U);
  EXPECT_NE((*rows)[1].undecodable, "");  // and hides nobody
  TenantConfiguration read = (*rows)[0].configuration;
  EXPECT_EQ((*rows)[0].undecodable, "");
  EXPECT_TRUE(read.enabled);
  EXPECT_EQ(read.desired_logs, (std::vector<std::string>{"api", "web"}));
  EXPECT_EQ(read.ttl, 1'900'000'000);
  EXPECT_EQ(read.version, 0U);

  EXPECT_EQ(read.groups, std::vector<std::string>{"API"});

  read.log_group_name = "/acme/new";
  read.ttl.reset();
  EXPECT_EQ(this->fixture_.tenants().put(read, Deadline::never()).value(), 1U);
  const auto theirs =
      this->fixture_.boto3_.call("dynamodb", "get_item",
                                 R"({"TableName":")" + this->fixture_.name_ +
                                     R"(","Key":{"tenant_id":{"S":"acme"},"type":{"S":"cloudwatch"}}})");
  const std::string item(simdjson::minify(theirs["Item"].value()));
  for (const char* part : {R"("log_group_name":{"S":"/acme/new"})", R"("groups":{"L":[{"S":"API"}]})",
                           R"("owner":{"S":"theirs"})", R"("version":{"N":"1"})",
                           R"("enabled":{"BOOL":true})", R"("desired_logs":{"L":[{"S":"api"},{"S":"web"}]})"})
    EXPECT_NE(item.find(part), std::string::npos) << part << " in " << item;
  EXPECT_EQ(item.find("ttl"), std::string::npos) << item;
  EXPECT_EQ(this->fixture_.tenants().put(read, Deadline::never()).error().fault,
            Fault::Denied);  // it is at version 1 now
}

TYPED_TEST(TenantsPeer, ARowWithoutAVersionCanBeFixed) {
  this->fixture_.put(
      R"({"tenant_id":{"S":"acme"},"type":{"S":"s3"},"version":{"S":"one"},"enabled":{"BOOL":true}})");
  const auto broken =
      this->fixture_.tenants().get(TenantId("acme"), DestinationName("s3"), Deadline::never());
  ASSERT_TRUE(broken.ok());
  EXPECT_NE(broken->undecodable, "");
  TenantConfiguration fixed;
  fixed.tenant = TenantId("acme");
  fixed.type = DestinationName("s3");
  EXPECT_EQ(this->fixture_.tenants().put(fixed, Deadline::never()).value(), 1U);
  EXPECT_EQ(
      this->fixture_.tenants().get(TenantId("acme"), DestinationName("s3"), Deadline::never())->undecodable,
      "");
}

TYPED_TEST(TenantsPeer, WhatHasNoNameIsNotThere) {
  EXPECT_TRUE(this->fixture_.tenants().of_tenant(TenantId(), Deadline::never())->empty());
  EXPECT_EQ(this->fixture_.tenants().get(TenantId("a"), DestinationName(), Deadline::never()).error().fault,
            Fault::NotFound);
  EXPECT_EQ(
      this->fixture_.tenants().remove(TenantId(), DestinationName("s3"), Deadline::never()).error().fault,
      Fault::NotFound);
  EXPECT_EQ(this->fixture_.tenants().put({}, Deadline::never()).error().fault, Fault::Invalid);
}

}  // namespace
}  // namespace headgate

namespace headgate::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(Moto, LedgerConformance, LedgerFixture<Moto>);
INSTANTIATE_TYPED_TEST_SUITE_P(DynamoDbLocal, LedgerConformance, LedgerFixture<DynamoDbLocal>);
INSTANTIATE_TYPED_TEST_SUITE_P(Moto, TenantStoreConformance, TenantsFixture<Moto>);
INSTANTIATE_TYPED_TEST_SUITE_P(DynamoDbLocal, TenantStoreConformance, TenantsFixture<DynamoDbLocal>);
}  // namespace headgate::conformance
