// Lost answers and refusals, which the servers in tests/peers never give. The rest is tested there.
#include "aws/dynamo/dynamo_ledger.h"

#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_tenant_store.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_service.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedService;

const DeliveryId kId{.bucket = BucketName("central"),
                     .key = ObjectKey("k"),
                     .tenant = TenantId("acme"),
                     .destination = DestinationName("s3")};
const LeaseOwner kOwner("worker-1");
constexpr Timestamp kNow = Timestamp::from_seconds(100);
constexpr Timestamp kUntil = Timestamp::from_seconds(160);

ScriptedService::Says condition_failed(const std::string& item) {
  return {400,
          R"({"__type":"com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException","Message":"no")" +
              (item.empty() ? "" : R"(,"Item":)" + item) + "}"};
}
ScriptedService::Says written(const std::string& item) {
  return {200, R"({"Attributes":)" + item + "}"};
}
std::string row(const std::string& state, const std::string& more) {
  return R"({"object":{"S":"central/k"},"delivery":{"S":"acme/s3"},"state":{"S":")" + state +
         R"("},"next_batch":{"N":"3"})" + more + "}";
}

struct Told {
  explicit Told(std::vector<ScriptedService::Says> answers) : service(std::move(answers)) {
    table.table = "ledger";
    ledger = DynamoLedger::open(deps.deps(), {.table = table}).value();
  }
  ScriptedService service;
  fakes::AwsFixture deps{service.url()};
  DynamoSettings table = deps.settings<DynamoSettings>();
  std::unique_ptr<DynamoLedger> ledger;
};

TEST(DynamoLedger, ClaimsWithOneCallWhateverItComesTo) {
  {
    Told told({written(row("pending", R"(,"owner":{"S":"worker-1"},"leased_until":{"N":"160000000000"})"))});
    const Claim claim = told.ledger->claim(kId, kOwner, kNow, kUntil, Deadline::never()).value();
    EXPECT_TRUE(claim.is_ours);
    EXPECT_EQ(claim.entry.progress.next_batch, 3U);
    EXPECT_EQ(claim.leased_until, kUntil);
    EXPECT_EQ(told.service.operations(), "UpdateItem ");
  }
  Told told({condition_failed(row("delivered", R"(,"updated_at":{"N":"7"})"))});
  const Claim claim = told.ledger->claim(kId, kOwner, kNow, kUntil, Deadline::never()).value();
  EXPECT_FALSE(claim.is_ours);
  EXPECT_EQ(claim.entry.state, DeliveryState::Delivered);
  EXPECT_EQ(claim.entry.updated_at, Timestamp{7});
  EXPECT_EQ(told.service.operations(), "UpdateItem ");
}

TEST(DynamoLedger, SaysOfTheOpenClaimsThatItReadsHowManyAreNotItsOwn) {
  const auto open_claims = [](std::vector<ScriptedService::Says> answers) {
    Told told(std::move(answers));
    return told.ledger->claim(kId, kOwner, kNow, kUntil, Deadline::never()).value().entry.open_claims;
  };
  const std::string three = row("pending", R"(,"owner":{"S":"worker-1"},"open_claims":{"N":"3"})");
  EXPECT_EQ(open_claims({written(three)}), 2U);
  EXPECT_EQ(open_claims({{500, ""}, written(three)}), 1U)
      << "the call whose answer was lost may have counted";
  EXPECT_EQ(open_claims({written(row("pending", R"(,"open_claims":{"N":"1"})"))}), 0U);
  EXPECT_EQ(open_claims({written(row("pending", ""))}), 0U);
  EXPECT_EQ(open_claims({written(row("pending", R"(,"open_claims":{"N":"-7"})"))}), 0U);
  EXPECT_EQ(open_claims({condition_failed(row("delivered", ""))}), 0U);
}

TEST(DynamoLedger, AWithdrawalWhoseAnswerWasLostIsASuccess) {
  Told told({{500, ""}, condition_failed(row("pending", R"(,"open_claims":{"N":"2"})"))});
  EXPECT_TRUE(told.ledger->withdraw(kId, kOwner, Deadline::never()).ok());
  EXPECT_EQ(told.service.operations(), "UpdateItem UpdateItem ");
  Told taken({{500, ""}, condition_failed(row("pending", R"(,"owner":{"S":"worker-2"})"))});
  EXPECT_EQ(taken.ledger->withdraw(kId, kOwner, Deadline::never()).error().fault, Fault::Denied);
}

TEST(DynamoLedger, NamesEachAttributeOfItsExpressionsOnce) {
  Told told({written(row("pending", ""))});
  ASSERT_TRUE(told.ledger->release(kId, kOwner, Deadline::never()).ok());
  const std::string body = told.service.asked()[0].body;
  EXPECT_NE(
      body.find(
          R"("ExpressionAttributeNames":{"#leased_until":"leased_until","#open_claims":"open_claims","#owner":"owner","#state":"state"})"),
      std::string::npos)
      << body;
  EXPECT_NE(body.find(R"("TableName":"ledger")"), std::string::npos);
}

TEST(DynamoLedger, ASettlementWhoseAnswerWasLostIsASuccess) {
  const std::string ours = row("parked", R"(,"reason":{"S":"denied"},"updated_at":{"N":"100000000000"})");
  Told told({{500, ""}, condition_failed(ours)});
  EXPECT_TRUE(
      told.ledger->settle(kId, kOwner, DeliveryState::Parked, "denied", kNow, Deadline::never()).ok());
  EXPECT_EQ(told.service.operations(), "UpdateItem UpdateItem ");
  const std::string taken = row("pending", R"(,"owner":{"S":"worker-2"})");
  for (const std::string& other :
       {row("delivered", R"(,"updated_at":{"N":"100000000000"})"), taken, std::string()}) {
    Told lost({{500, ""}, condition_failed(other)});
    EXPECT_EQ(lost.ledger->settle(kId, kOwner, DeliveryState::Parked, "denied", kNow, Deadline::never())
                  .error()
                  .fault,
              Fault::Denied);
  }
}

TEST(DynamoLedger, AnUnparkWhoseAnswerWasLostIsASuccess) {
  const std::string ours = row("pending", R"(,"reason":{"S":""},"updated_at":{"N":"100000000000"})");
  Told told({{500, ""}, condition_failed(ours)});
  EXPECT_TRUE(told.ledger->unpark(kId, kNow, Deadline::never()).ok());
  EXPECT_EQ(told.service.operations(), "UpdateItem UpdateItem ");
  for (const std::string& other :
       {row("pending", R"(,"updated_at":{"N":"99000000000"})"),
        row("delivered", R"(,"updated_at":{"N":"100000000000"})"), std::string()}) {
    Told lost({{500, ""}, condition_failed(other)});
    EXPECT_EQ(lost.ledger->unpark(kId, kNow, Deadline::never()).error().fault, Fault::NotFound) << other;
  }
  Told twice({condition_failed(ours)});
  EXPECT_EQ(twice.ledger->unpark(kId, kNow, Deadline::never()).error().fault, Fault::NotFound)
      << "it was another's";
}

TEST(DynamoLedger, AReleaseWhoseAnswerWasLostIsASuccess) {
  Told told({{500, ""}, condition_failed(row("pending", ""))});
  EXPECT_TRUE(told.ledger->release(kId, kOwner, Deadline::never()).ok());
  Told taken({{500, ""}, condition_failed(row("pending", R"(,"owner":{"S":"worker-2"})"))});
  EXPECT_EQ(taken.ledger->release(kId, kOwner, Deadline::never()).error().fault, Fault::Denied);
  Told throttled({{400, R"({"__type":"ThrottlingException"})"}, condition_failed(row("pending", ""))});
  EXPECT_EQ(throttled.ledger->release(kId, kOwner, Deadline::never()).error().fault, Fault::Denied)
      << "it was not carried out";
}

TEST(DynamoLedger, AReasonIsCutAtItsLimit) {
  Told told({written(row("parked", ""))});
  const std::string reason(DynamoLedger::kReasonBytesMax - 1, 'x');
  ASSERT_TRUE(
      told.ledger->settle(kId, kOwner, DeliveryState::Parked, reason + "\xc3\xa9", kNow, Deadline::never())
          .ok());
  EXPECT_NE(told.service.asked()[0].body.find("{\"S\":\"" + reason + "\"}"), std::string::npos);
}

TEST(DynamoLedger, ARefusalSaysWhatToDo) {
  struct Row {
    ScriptedService::Says says;
    Fault fault;
  };
  for (const Row& each : std::vector<Row>{
           {{400, R"({"__type":"com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"})"},
            Fault::Denied},
           {{400, R"({"__type":"com.amazonaws.dynamodb.v20120810#AccessDeniedException"})"}, Fault::Denied},
           {{400, R"({"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException"})"},
            Fault::Retry},
           {{400, R"({"__type":"com.amazonaws.dynamodb.v20120810#TransactionConflictException"})"},
            Fault::Retry},
           {{400, R"({"__type":"com.amazon.coral.validate#ValidationException"})"}, Fault::Invalid},
           {{500, ""}, Fault::Retry},
           {{200, "<html>"}, Fault::Retry},
           {{200, "{}"}, Fault::Retry},
           {{200, R"({"Attributes":{"state":"pending"}})"}, Fault::Invalid}}) {
    Told told({each.says});
    const auto claim = told.ledger->claim(kId, kOwner, kNow, kUntil, Deadline::never());
    ASSERT_FALSE(claim.ok()) << each.says.body;
    EXPECT_EQ(claim.error().fault, each.fault) << each.says.body;
    EXPECT_EQ(claim.error().what.find("ledger: "), 0U) << claim.error().what;
  }
}

TEST(DynamoLedger, OfAllThatIsParkedTheOldestAreKept) {
  const auto parked = [](const std::string& key, const std::string& at) {
    return R"({"object":{"S":"central/)" + key +
           R"("},"delivery":{"S":"acme/s3"},"state":{"S":"parked"},"updated_at":{"N":")" + at + R"("}})";
  };
  Told told({{200, R"({"Items":[)" + parked("c", "3") + "," + parked("a", "1") +
                       R"(],"LastEvaluatedKey":{"object":{"S":"x"}}})"},
             {200, R"({"Items":[],"LastEvaluatedKey":{"object":{"S":"y"}}})"},
             {200, R"({"Items":[)" + parked("b", "2") + R"(,{"state":{"S":"parked"}}]})"}});
  const auto all = told.ledger->parked(TenantId(), 2, Deadline::never());
  ASSERT_TRUE(all.ok()) << all.error().what;
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].id.key.str(), "a");
  EXPECT_EQ((*all)[1].id.key.str(), "b");
  EXPECT_EQ(told.service.operations(), "Scan Scan Scan ");
  EXPECT_NE(told.service.asked()[2].body.find(R"("ExclusiveStartKey":{"object":{"S":"y"}})"),
            std::string::npos);
}

TEST(DynamoTenantStore, AWriteWhoseAnswerWasLostIsASuccess) {
  TenantConfiguration configuration;
  configuration.tenant = TenantId("acme");
  configuration.type = DestinationName("s3");
  configuration.bucket_name = "logs";
  configuration.version = 6;
  const auto row_at = [](const std::string& version, const std::string& bucket) {
    return R"({"tenant_id":{"S":"acme"},"type":{"S":"s3"},"enabled":{"BOOL":false},"bucket_name":{"S":")" +
           bucket + R"("},"version":{"N":")" + version + R"("}})";
  };
  const auto put = [&](std::vector<ScriptedService::Says> answers) {
    Told told(std::move(answers));
    return DynamoTenantStore::open(told.deps.deps(), told.table)
        .value()
        ->put(configuration, Deadline::never());
  };
  const Result<std::uint64_t> done = put({{500, ""}, condition_failed(row_at("7", "logs"))});
  ASSERT_TRUE(done.ok()) << done.error().what;
  EXPECT_EQ(*done, 7U);
  EXPECT_EQ(put({{500, ""}, condition_failed(row_at("7", "other"))}).error().fault, Fault::Denied);
  EXPECT_EQ(put({{500, ""}, condition_failed(row_at("8", "logs"))}).error().fault, Fault::Denied);
  EXPECT_EQ(put({condition_failed(row_at("7", "logs"))}).error().fault, Fault::Denied);
}

TEST(DynamoTenantStore, ARemovalWhoseAnswerWasLostIsASuccess) {
  const auto remove = [&](std::vector<ScriptedService::Says> answers) {
    Told told(std::move(answers));
    const auto store = DynamoTenantStore::open(told.deps.deps(), told.table).value();
    return store->remove(TenantId("acme"), DestinationName("s3"), Deadline::never());
  };
  EXPECT_TRUE(remove({{500, ""}, condition_failed("")}).ok());
  EXPECT_EQ(remove({condition_failed("")}).error().fault, Fault::NotFound);
}

TEST(DynamoTenantStore, RefusesAPageTokenThatIsNotItsOwn) {
  Told told({ScriptedService::Says{}});
  const auto store = DynamoTenantStore::open(told.deps.deps(), told.table).value();
  for (const std::string token :
       {"x", ":", "0:", "0:ab", "2:ab", "5:ab", "-1:ab", "99999999999999999999:a", "2ab"})
    EXPECT_EQ(store->list(token, 10, Deadline::never()).error().fault, Fault::Invalid) << token;
  EXPECT_EQ(told.service.operations(), "");
}

}  // namespace
}  // namespace headgate::aws
