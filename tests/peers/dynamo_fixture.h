// Tables of DynamoDB as moto and AWS's own DynamoDB Local play it, made by boto3.
#pragma once

#include <string>

#include "aws/call/json_call.h"
#include "aws/dynamo/dynamo_table.h"
#include "base/check.h"
#include "peers/aws_peers.h"
#include "peers/boto3_client.h"

namespace headgate::peers {

struct DynamoOfMoto {
  static std::string url() { return moto_url(); }
};
struct DynamoDbLocal {
  static std::string url() { return dynamodb_local_url(); }
};

// The tenant table, as the predecessor has it.
inline std::string tenant_table(const std::string& name) {
  return R"({"TableName":")" + name +
         R"(","BillingMode":"PAY_PER_REQUEST","AttributeDefinitions":[)"
         R"({"AttributeName":"tenant_id","AttributeType":"S"},{"AttributeName":"type","AttributeType":"S"}],)"
         R"("KeySchema":[{"AttributeName":"tenant_id","KeyType":"HASH"},{"AttributeName":"type","KeyType":"RANGE"}]})";
}

// One table.
template <typename Peer>
struct DynamoFixture {
  aws::DynamoSettings made(const std::string& create_table) {
    const auto table = boto3_.call("dynamodb", "create_table", create_table);
    CHECK(table["TableDescription"].error() == simdjson::SUCCESS);
    aws::DynamoSettings settings = fixture_.settings<aws::DynamoSettings>();
    settings.table = name_;
    return settings;
  }
  std::string table() const { return aws::JsonObject().text("TableName", name_).take(); }
  // True: boto3 has put it there.
  bool put(const std::string& item) {
    boto3_.call("dynamodb", "put_item", R"({"TableName":")" + name_ + R"(","Item":)" + item + "}");
    return boto3_.said().find("error") == std::string::npos;
  }

  fakes::AwsFixture fixture_{Peer::url()};
  Boto3Client boto3_{Peer::url()};
  std::string name_ = fixture_.new_name();
};

}  // namespace headgate::peers
