#include "aws/dynamo/dynamo_value.h"

#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/dynamo/ledger_row.h"
#include "aws/dynamo/tenant_row.h"

namespace headgate::aws {
namespace {

Result<DocumentValue> item_of(const std::string& json) {
  const JsonAnswer answer = TRY(JsonAnswer::read(json));
  return read_item(answer.object());
}

TEST(DynamoValue, IsReadAndWrittenBack) {
  struct Row {
    std::string attribute;
    std::string written;  // if empty, the same text
  };
  for (const Row& row : std::vector<Row>{{R"({"S":"a \"b\" \u00e9"})", "{\"S\":\"a \\\"b\\\" \xc3\xa9\"}"},
                                         {R"({"S":""})", ""},
                                         {R"({"N":"-1.5e3"})", ""},
                                         {R"({"BOOL":true})", ""},
                                         {R"({"BOOL":false})", ""},
                                         {R"({"NULL":true})", ""},
                                         {R"({"L":[{"S":"a"},{"N":"1"},{"L":[]}]})", ""},
                                         {R"({"M":{"a":{"S":"b"},"c":{"M":{}}}})", ""},
                                         {R"({"SS":["a","b"]})", R"({"L":[{"S":"a"},{"S":"b"}]})"},
                                         {R"({"NS":["1"]})", R"({"L":[{"N":"1"}]})"},
                                         {R"({"B":"YQ=="})", R"({"M":{}})"},
                                         {R"({"BS":["YQ=="]})", R"({"M":{}})"}}) {
    const Result<DocumentValue> item = item_of(R"({"x":)" + row.attribute + "}");
    ASSERT_TRUE(item.ok()) << row.attribute;
    ASSERT_EQ(item->items.size(), 1U);
    EXPECT_EQ(item->items[0].name, "x");
    std::string written;
    append_attribute(written, item->items[0]);
    EXPECT_EQ(written, row.written.empty() ? row.attribute : row.written);
  }
}

TEST(DynamoValue, WhatIsNoneIsInvalid) {
  std::string deep = R"({"x":)";
  for (int i = 0; i < kAttributeDepthMax; ++i) deep += R"({"L":[)";
  deep += R"({"S":"a"})";
  for (int i = 0; i < kAttributeDepthMax; ++i) deep += "]}";
  deep += "}";
  for (const std::string& json :
       {std::string(R"({"x":"a"})"), std::string(R"({"x":{}})"), std::string(R"({"x":{"S":1}})"),
        std::string(R"({"x":{"N":1}})"), std::string(R"({"x":{"BOOL":"true"}})"),
        std::string(R"({"x":{"S":"a","N":"1"}})"), std::string(R"({"x":{"L":{}}})"),
        std::string(R"({"x":{"SS":[1]}})"), std::string(R"({"x":{"M":[]}})"), deep}) {
    const Result<DocumentValue> item = item_of(json);
    ASSERT_FALSE(item.ok()) << json;
  }
}

TEST(DynamoValue, ATextIsNoNumber) {
  const DocumentValue item = item_of(R"({"n":{"S":"7"},"m":{"N":"7"},"f":{"N":"7.5"}})").value();
  EXPECT_EQ(number_in(item, "n"), 0);
  EXPECT_EQ(number_in(item, "m"), 7);
  EXPECT_EQ(number_in(item, "f"), 0);
  EXPECT_EQ(text_in(item, "n"), "7");
  EXPECT_EQ(text_in(item, "m"), "");
  EXPECT_EQ(text_in(item, "absent"), "");
}

TEST(TenantRow, IsReadAsThePredecessorWroteIt) {
  struct Row {
    std::string attributes;
    std::vector<std::string> desired_logs;
    bool enabled;
    bool is_decodable;
  };
  for (const Row& row :
       std::vector<Row>{{"", {}, false, true},
                        {R"(,"enabled":{"BOOL":true})", {}, true, true},
                        {R"(,"enabled":{"S":"true"})", {}, true, true},
                        {R"(,"enabled":{"S":"maybe"})", {}, false, false},
                        {R"(,"desired_logs":{"L":[{"S":"api"}]})", {"api"}, false, true},
                        {R"(,"desired_logs":{"SS":["api","web"]})", {"api", "web"}, false, true},
                        {R"(,"desired_logs":{"SS":[""]})", {}, false, true},
                        {R"(,"desired_logs":{"S":"api"})", {}, false, false},
                        {R"(,"desired_logs":{"NULL":true})", {}, false, true},
                        {R"(,"groups":{"L":[{"S":"API"}]},"comment":{"B":"YQ=="})", {}, false, true},
                        {R"(,"ttl":{"S":"soon"})", {}, false, false},
                        {R"(,"bucket_name":{"B":"YQ=="})", {}, false, false}}) {
    const StoredConfiguration stored = read_tenant_row(
        item_of(R"({"tenant_id":{"S":"acme"},"type":{"S":"s3"})" + row.attributes + "}").value());
    EXPECT_EQ(stored.undecodable.empty(), row.is_decodable) << row.attributes << stored.undecodable;
    EXPECT_EQ(stored.configuration.tenant.str(), "acme");
    EXPECT_EQ(stored.configuration.type.str(), "s3");
    EXPECT_EQ(stored.configuration.desired_logs, row.desired_logs) << row.attributes;
    EXPECT_EQ(stored.configuration.enabled, row.enabled) << row.attributes;
  }
}

// Every field that to_json() writes is set, so that none is forgotten.
TEST(TenantRow, HoldsEveryFieldOfAConfiguration) {
  TenantConfiguration whole;
  whole.tenant = TenantId("t");
  whole.type = DestinationName("s3#x");
  whole.enabled = true;
  whole.desired_logs = {"api"};
  whole.groups = {"API"};
  whole.target_region = whole.account_id = whole.log_distribution_role_arn = whole.external_id = "x";
  whole.log_group_name = whole.log_stream_name = whole.bucket_name = whole.bucket_prefix = "x";
  whole.sse = whole.kms_key_id = "x";
  whole.created_at = whole.updated_at = "x";
  whole.external_id_is_central_account = whole.account_id_is_central_account = true;
  whole.bucket_token = "x";
  whole.ttl = -7;
  whole.log_retention_days = 30;
  whole.log_kms_key_arn = "x";
  whole.version = 18'446'744'073'709'551'615U;
  TenantRowUpdate update = tenant_row_update(whole);
  EXPECT_EQ(update.update.find("REMOVE"), std::string::npos);
  const std::string values = update.values.take();
  std::string as_item = R"({"tenant_id":{"S":"t"},"type":{"S":"s3#x"})";
  for (std::size_t at = 0, end = 0; end != std::string::npos; at = end) {  // ":name": becomes "name":
    at = values.find("\":", at);
    end = values.find("},\":", at);
    as_item += ",\"" + values.substr(
                           at + 2, end == std::string::npos ? values.size() - 1 - at - 2 : end + 1 - at - 2);
  }
  const StoredConfiguration back = read_tenant_row(item_of(as_item + "}").value());
  EXPECT_EQ(back.undecodable, "");
  EXPECT_EQ(back.configuration, whole);
  EXPECT_NE(tenant_row_update({}).update.find("REMOVE #target_region"), std::string::npos);
}

TEST(LedgerRow, NamesOfAnyBytesComeBackAndStayApart) {
  const DeliveryId id{.bucket = BucketName("a/b%"),
                      .key = ObjectKey("/c//%2F d"),
                      .tenant = TenantId("t/x #1"),
                      .destination = DestinationName("s3#a/b")};
  const DocumentValue key = item_of(ledger_key(id)).value();
  EXPECT_EQ(delivery_of(key), id);
  DeliveryId other = id;
  other.tenant = TenantId("t");
  other.destination = DestinationName("x #1/s3#a/b");
  EXPECT_NE(ledger_key(other), ledger_key(id));
  for (const char* json : {"{}", R"({"object":{"S":"b"},"delivery":{"S":"t/d"}})",
                           R"({"object":{"S":"b/k"},"delivery":{"S":"t%2/d"}})",
                           R"({"object":{"S":"b/k"},"delivery":{"S":"t%zz/d"}})"})
    EXPECT_FALSE(delivery_of(item_of(json).value()).has_value()) << json;
}

TEST(LedgerRow, AnUnknownStateIsSomeoneElsesRow) {
  EXPECT_EQ(read_ledger_row(item_of(R"({"state":{"S":"misplaced"}})").value()).error().fault, Fault::Invalid);
  const LedgerRow row =
      read_ledger_row(item_of(R"({"state":{"S":"pending"},"next_batch":{"N":"-1"}})").value()).value();
  EXPECT_EQ(row.entry.progress, Progress{});
}

}  // namespace
}  // namespace headgate::aws
