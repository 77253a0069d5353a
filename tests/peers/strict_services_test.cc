// Logs, SQS and DynamoDB on a moto that checks signatures: our secret is taken, a wrong one is not.
#include <gtest/gtest.h>
#include <stdio.h>

#include <sstream>

#include "aws/dynamo/dynamo_ledger.h"
#include "aws/dynamo/dynamo_tenant_store.h"
#include "aws/logs/logs_sink.h"
#include "aws/sqs/sqs_queue.h"
#include "peers/boto3_client.h"

namespace headgate {
namespace {

// What aws_accounts.py prints: the user's key and secret.
std::pair<std::string, std::string> furnish(const std::string& url) {
  const std::string command = peers::python() + " -B " + peers::script("aws_accounts.py") + " " + url;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string printed;
  char chunk[4096];
  while (const std::size_t count = ::fread(chunk, 1, sizeof chunk, pipe)) printed.append(chunk, count);
  CHECK(::pclose(pipe) == 0);  // tools/peers.sh installs moto and boto3
  std::istringstream lines(printed);
  std::pair<std::string, std::string> user;
  std::getline(lines, user.first);
  std::getline(lines, user.second);
  return user;
}

struct Outcomes {
  Result<> logs;
  Result<> queue;
  Result<> ledger;
  Result<> tenants;
};

template <typename T>
Result<> without_value(Result<T> result) {
  if (!result.ok()) return std::move(result).error();
  return {};
}

Outcomes call_all(fakes::AwsFixture& fixture) {
  aws::SqsSettings queue = fixture.settings<aws::SqsSettings>();
  queue.queue = "jobs";
  aws::DynamoSettings table = fixture.settings<aws::DynamoSettings>();
  table.table = "tenants";
  const auto sink = aws::LogsSink::open(fixture.deps(), fixture.settings<aws::LogsSettings>()).value();
  const auto tenants = aws::DynamoTenantStore::open(fixture.deps(), table).value();
  table.table = "ledger";
  const auto ledger = aws::DynamoLedger::open(fixture.deps(), {.table = table}).value();
  const DeliveryId id{.bucket = BucketName("b"),
                      .key = ObjectKey("k"),
                      .tenant = TenantId("t"),
                      .destination = DestinationName("s3")};
  return {.logs = sink->create_group(LogGroup("/acme"), fixture.soon()),
          .queue = without_value(aws::SqsQueue::open(fixture.deps(), queue)),
          .ledger = without_value(ledger->claim(id, LeaseOwner("w"), Timestamp::from_seconds(1),
                                                Timestamp::from_seconds(2), Deadline::never())),
          .tenants = without_value(tenants->list("", 10, Deadline::never()))};
}

TEST(StrictServices, TakeOurSecretAndNoOther) {
  const peers::PeerProcess moto({peers::python(), "-B", peers::script("moto_server.py")});
  ASSERT_NE(moto.port(), 0) << "run tools/peers.sh first";
  const std::string url = "http://127.0.0.1:" + std::to_string(moto.port());
  const auto [key, secret] = furnish(url);
  peers::Boto3Client boto3(url, key, secret);
  boto3.call("sqs", "create_queue", R"({"QueueName":"jobs"})");
  for (const std::string name : {"tenants", "ledger"}) {
    const std::string hash = name == "ledger" ? "object" : "tenant_id";
    const std::string range = name == "ledger" ? "delivery" : "type";
    boto3.call("dynamodb", "create_table",
               R"({"TableName":")" + name +
                   R"(","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[{"AttributeName":")" + hash +
                   R"(","AttributeType":"S"},{"AttributeName":")" + range +
                   R"(","AttributeType":"S"}],"KeySchema":[{"AttributeName":")" + hash +
                   R"(","KeyType":"HASH"},{"AttributeName":")" + range + R"(","KeyType":"RANGE"}]})");
  }
  fakes::AwsFixture right(url, key, secret);
  const Outcomes taken = call_all(right);
  for (const Result<>* outcome : {&taken.logs, &taken.queue, &taken.ledger, &taken.tenants})
    EXPECT_TRUE(outcome->ok()) << outcome->error().what;
  fakes::AwsFixture wrong(url, key, secret + "x");
  const Outcomes refused = call_all(wrong);
  for (const Result<>* outcome : {&refused.logs, &refused.queue, &refused.ledger, &refused.tenants}) {
    ASSERT_FALSE(outcome->ok());
    EXPECT_EQ(outcome->error().fault, Fault::Denied) << outcome->error().what;
    EXPECT_EQ(outcome->error().what.find(secret), std::string::npos);
  }
}

}  // namespace
}  // namespace headgate
