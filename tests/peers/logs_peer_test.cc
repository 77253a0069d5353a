// Our log sink on moto; boto3 reads what it wrote.
#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/logs/logs_sink.h"
#include "conformance/log_sink.h"
#include "peers/aws_peers.h"
#include "peers/boto3_client.h"

namespace headgate {
namespace {

using aws::JsonObject;

struct MotoLogs {
  // moto tells other indexes than AWS documents: the last old event, not the one behind it, and the last new
  // one, not the first.
  static constexpr bool kRejectsByAge = false;

  MotoLogs() { peers::reset_moto(fixture_); }
  LogSink& sink() { return *sink_; }
  std::int64_t now_ms() { return fixture_.clock().now().milliseconds(); }
  Deadline soon() { return fixture_.soon(); }
  Deadline passed() { return fixture_.passed(); }
  std::vector<std::string> messages(const LogGroup& group, const LogStream& stream) {
    std::vector<std::string> all;
    std::string token;
    for (;;) {
      JsonObject asked;
      asked.text("logGroupName", group.view())
          .text("logStreamName", stream.view())
          .flag("startFromHead", true);
      if (!token.empty()) asked.text("nextToken", token);
      const auto page = boto3_.call("logs", "get_log_events", asked.take());
      simdjson::dom::array events;
      if (page["events"].get(events) != simdjson::SUCCESS || events.size() == 0) return all;
      for (const simdjson::dom::element event : events)
        all.emplace_back(std::string_view(event["message"].get_string().value()));
      token = std::string_view(page["nextForwardToken"].get_string().value());
    }
  }

  fakes::AwsFixture fixture_{peers::moto_url()};
  peers::Boto3Client boto3_{peers::moto_url()};
  aws::LogsSettings settings_ = fixture_.settings<aws::LogsSettings>();
  std::unique_ptr<aws::LogsSink> sink_ = aws::LogsSink::open(fixture_.deps(), settings_).value();
};

TEST(LogsOnMoto, AGroupThatItMakesHasItsKeyAndRetentionAsBoto3Sees) {
  MotoLogs moto;
  aws::LogsSettings settings = moto.settings_;
  settings.kms_key_id = "arn:aws:kms:us-east-1:123456789012:key/1";
  settings.retention_days = 30;
  const auto sink = aws::LogsSink::open(moto.fixture_.deps(), settings).value();
  ASSERT_TRUE(sink->create_group(LogGroup("/team/a"), moto.soon()).ok());
  ASSERT_TRUE(moto.sink().create_group(LogGroup("/team/b"), moto.soon()).ok());
  simdjson::dom::array groups;
  ASSERT_EQ(moto.boto3_.call("logs", "describe_log_groups", "{}")["logGroups"].get(groups),
            simdjson::SUCCESS);
  ASSERT_EQ(groups.size(), 2U);
  EXPECT_EQ(groups.at(0)["kmsKeyId"].get_string().value(), settings.kms_key_id);
  EXPECT_EQ(groups.at(0)["retentionInDays"].get_int64().value(), 30);
  EXPECT_EQ(groups.at(1)["retentionInDays"].error(), simdjson::NO_SUCH_FIELD);
}

TEST(LogsOnMoto, WhatItRejectsIsTold) {
  MotoLogs moto;
  const LogGroup group("g");
  const LogStream stream("s");
  ASSERT_TRUE(moto.sink().create_group(group, moto.soon()).ok());
  ASSERT_TRUE(moto.sink().create_stream(group, stream, moto.soon()).ok());
  const std::vector<LogEvent> events = {{1, "a"}, {2, "b"}};
  const auto put = moto.sink().put_events(group, stream, events, moto.soon());
  ASSERT_TRUE(put.ok()) << put.error().what;
  EXPECT_EQ(put->too_old_until, 1U);  // AWS says 2
  EXPECT_TRUE(moto.messages(group, stream).empty());
}

}  // namespace
}  // namespace headgate

namespace headgate::conformance {
INSTANTIATE_TYPED_TEST_SUITE_P(Moto, LogSinkConformance, MotoLogs);
}  // namespace headgate::conformance
