#include "aws/logs/logs_sink.h"

#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/logs/logs_answer.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_service.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedService;

const ScriptedService::Says kDone{200, "{}"};

const LogGroup kGroup("/headgate/team-a");
const LogStream kStream("api/pod-1");

std::string refusal(std::string_view code, std::string_view message = "") {
  return JsonObject().text("__type", code).text("message", message).take();
}

// A sink on a service that gives these answers.
struct Told {
  explicit Told(std::vector<ScriptedService::Says> answers) : service(std::move(answers)) {}
  Result<RejectedEvents> put(const std::vector<LogEvent>& events = {{1, "text"}}) {
    return sink().put_events(kGroup, kStream, events, deps.soon());
  }
  LogsSink& sink() {
    if (!sink_) sink_ = LogsSink::open(deps.deps(), settings).value();
    return *sink_;
  }
  ScriptedService service;
  fakes::AwsFixture deps{service.url()};
  LogsSettings settings = deps.settings<LogsSettings>();

 private:
  std::unique_ptr<LogsSink> sink_;
};

TEST(LogsSink, PutsEventsWithOneCall) {
  Told told({kDone});
  const auto put = told.put({{1, "a \"b\""}, {2, "c"}});
  ASSERT_TRUE(put.ok()) << put.error().what;
  EXPECT_FALSE(put->too_new_from || put->too_old_until || put->expired_until);
  ASSERT_EQ(told.service.operations(), "PutLogEvents ");
  EXPECT_EQ(told.service.asked()[0].body,
            R"({"logGroupName":"/headgate/team-a","logStreamName":"api/pod-1","logEvents":[)"
            R"({"timestamp":1,"message":"a \"b\""},{"timestamp":2,"message":"c"}]})");
  const std::string head = told.service.asked()[0].head;
  EXPECT_NE(head.find("X-Amz-Target: Logs_20140328.PutLogEvents"), std::string::npos);
  EXPECT_NE(head.find("Content-Type: application/x-amz-json-1.1"), std::string::npos);
}

TEST(LogsSink, TellsWhichEventsWereRejected) {
  Told told({{.body = R"({"nextSequenceToken":"x","rejectedLogEventsInfo":{"tooNewLogEventStartIndex":2,)"
                      R"("tooOldLogEventEndIndex":1,"expiredLogEventEndIndex":0}})"}});
  const auto put = told.put({{1, "a"}, {2, "b"}, {3, "c"}});
  ASSERT_TRUE(put.ok());
  EXPECT_EQ(put->too_new_from, 2U);
  EXPECT_EQ(put->too_old_until, 1U);
  EXPECT_EQ(put->expired_until, 0U);
}

TEST(LogsAnswer, AnIndexIsNeverBeyondTheBatchAndOddOnesAreNone) {
  struct Row {
    std::string info;
    std::optional<std::size_t> too_new_from;
  };
  for (const Row& row : std::vector<Row>{{R"({"tooNewLogEventStartIndex":9})", 3U},
                                         {R"({"tooNewLogEventStartIndex":-1})", std::nullopt},
                                         {R"({"tooNewLogEventStartIndex":"1"})", std::nullopt},
                                         {R"({"tooNewLogEventStartIndex":1.0})", std::nullopt},
                                         {R"({"tooNewLogEventStartIndex":null})", std::nullopt},
                                         {"null", std::nullopt},
                                         {"[1]", std::nullopt}}) {
    const auto read = read_rejected_events(R"({"rejectedLogEventsInfo":)" + row.info + "}", 3);
    ASSERT_TRUE(read.ok()) << row.info;
    EXPECT_EQ(read->too_new_from, row.too_new_from) << row.info;
  }
  for (const char* body : {"", "[]", "<html>", "{\"a\":", "7"})
    EXPECT_EQ(read_rejected_events(body, 3).error().fault, Fault::Retry) << body;
}

TEST(LogsSink, ARefusalSaysWhatToDo) {
  struct Row {
    ScriptedService::Says says;
    Fault fault;
  };
  const std::vector<Row> rows = {
      {{400, refusal("ResourceNotFoundException", "The specified log group does not exist.")},
       Fault::NotFound},
      {{400, refusal("InvalidParameterException", "Log event too large")}, Fault::Invalid},
      {{400, refusal("InvalidParameterException", "The KMS key is disabled")}, Fault::Denied},
      {{400, refusal("InvalidParameterException", "Value '' at 'logEvents.1.member.message' failed")},
       Fault::Invalid},
      {{400,
        refusal("InvalidParameterException", "Value 'x' at 'logGroupName' failed to satisfy constraint")},
       Fault::Denied},
      {{400,
        refusal("InvalidParameterException", "Value 'x' at 'logStreamName' failed to satisfy constraint")},
       Fault::Denied},
      {{400, refusal("InvalidOperationException", "no")}, Fault::Denied},
      {{400, refusal("ACodeOfTomorrow", "no")}, Fault::Denied},
      {{400, refusal("ThrottlingException", "Rate exceeded")}, Fault::Retry},
      {{503, refusal("ServiceUnavailableException")}, Fault::Retry},
      {{400, refusal("AccessDeniedException", "not authorized")}, Fault::Denied},
      {{400, refusal("UnrecognizedClientException")}, Fault::Denied},
      {{400, refusal("OperationAbortedException")}, Fault::Retry},
      {{400, refusal("LimitExceededException")}, Fault::Denied},
      {{400, refusal("ExpiredTokenException")}, Fault::Retry},
      {{413, "too large"}, Fault::Retry},
      {{200, "<html>"}, Fault::Retry},
  };
  for (const Row& row : rows) {
    Told told({row.says});
    const auto put = told.put();
    ASSERT_FALSE(put.ok()) << row.says.body;
    EXPECT_EQ(put.error().fault, row.fault) << row.says.body;
    EXPECT_EQ(put.error().what.find("PutLogEvents: "), 0U) << put.error().what;
    EXPECT_EQ(put.error().what.find("text\""), std::string::npos);
  }
}

TEST(LogsSink, ABatchThatIsThereAlreadyIsASuccess) {
  Told told({{400, R"({"__type":"DataAlreadyAcceptedException","expectedSequenceToken":"4"})"}});
  EXPECT_TRUE(told.put().ok());
}

TEST(LogsSink, GivesTheTokenThatAnOlderServiceAsksForOnce) {
  const ScriptedService::Says asks{
      400, R"({"__type":"InvalidSequenceTokenException","expectedSequenceToken":"4\"9"})"};
  {
    Told told({asks, kDone});
    EXPECT_TRUE(told.put().ok());
    ASSERT_EQ(told.service.operations(), "PutLogEvents PutLogEvents ");
    EXPECT_TRUE(told.service.asked()[1].body.ends_with(R"("message":"text"}],"sequenceToken":"4\"9"})"));
  }
  Told told({asks});
  EXPECT_EQ(told.put().error().fault, Fault::Retry);
  EXPECT_EQ(told.service.operations(), "PutLogEvents PutLogEvents ");
}

TEST(LogsSink, WhatIsNoBatchIsRefusedWithoutACall) {
  Told told({kDone});
  EXPECT_EQ(told.put({}).error().fault, Fault::Invalid);
  EXPECT_EQ(told.put({{1, ""}}).error().fault, Fault::Invalid);
  EXPECT_EQ(told.put({{1, "a\xff"}}).error().fault, Fault::Invalid);
  const auto late =
      told.sink().put_events(kGroup, kStream, std::vector<LogEvent>{{1, "x"}}, told.deps.passed());
  EXPECT_EQ(late.error().fault, Fault::Retry);
  EXPECT_EQ(told.service.operations(), "");
}

TEST(LogsSink, AGroupThatItMakesGetsKeyAndRetention) {
  Told told({kDone});
  told.settings.kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/1";
  told.settings.retention_days = 30;
  ASSERT_TRUE(told.sink().create_group(kGroup, told.deps.soon()).ok());
  ASSERT_EQ(told.service.operations(), "CreateLogGroup PutRetentionPolicy ");
  EXPECT_EQ(told.service.asked()[0].body,
            R"({"logGroupName":"/headgate/team-a","kmsKeyId":"arn:aws:kms:eu-west-1:123456789012:key/1"})");
  EXPECT_EQ(told.service.asked()[1].body, R"({"logGroupName":"/headgate/team-a","retentionInDays":30})");
}

TEST(LogsSink, AGroupThatOthersMadeKeepsItsRetention) {
  Told told({{400, refusal("ResourceAlreadyExistsException")}});
  told.settings.retention_days = 30;
  EXPECT_TRUE(told.sink().create_group(kGroup, told.deps.soon()).ok());
  EXPECT_EQ(told.service.operations(), "CreateLogGroup ");
  EXPECT_TRUE(told.sink().create_stream(kGroup, kStream, told.deps.soon()).ok());
}

TEST(LogsSink, SetsAThrottledRetentionLaterAndDeliversMeanwhile) {
  const ScriptedService::Says busy{400, refusal("ThrottlingException", "Rate exceeded")};
  Told told({kDone, busy, busy, busy, kDone, kDone, busy, busy, busy, kDone, kDone, kDone});
  told.settings.retention_days = 1;
  EXPECT_TRUE(told.sink().create_group(kGroup, told.deps.soon()).ok());
  const auto pause = [&] { told.deps.clock().advance(std::chrono::seconds{1}); };
  EXPECT_TRUE(told.put().ok());
  EXPECT_EQ(told.service.operations(),
            "CreateLogGroup PutRetentionPolicy PutRetentionPolicy PutRetentionPolicy PutLogEvents ");
  pause();
  EXPECT_TRUE(told.put().ok());
  pause();
  EXPECT_TRUE(told.put().ok());
  EXPECT_TRUE(told.put().ok()) << "and not again";
  EXPECT_EQ(told.service.operations(),
            "CreateLogGroup PutRetentionPolicy PutRetentionPolicy PutRetentionPolicy PutLogEvents "
            "PutLogEvents PutRetentionPolicy PutRetentionPolicy PutRetentionPolicy "
            "PutLogEvents PutRetentionPolicy PutLogEvents ");
}

TEST(LogsSink, ARoleThatMayNotSetTheRetentionGetsItsEvents) {
  Told told({kDone, {400, refusal("AccessDeniedException")}, kDone});
  told.settings.retention_days = 1;
  EXPECT_TRUE(told.sink().create_group(kGroup, told.deps.soon()).ok());
  EXPECT_TRUE(told.put().ok());
  EXPECT_EQ(told.service.operations(), "CreateLogGroup PutRetentionPolicy PutLogEvents ")
      << "not at each put";
}

TEST(LogsSink, SetsRetentionWhenCreationsAnswerWasLost) {
  Told told(
      {{400, refusal("OperationAbortedException")}, {400, refusal("ResourceAlreadyExistsException")}, kDone});
  told.settings.retention_days = 1;
  EXPECT_EQ(told.sink().create_group(kGroup, told.deps.soon()).error().fault, Fault::Retry);
  EXPECT_TRUE(told.sink().create_group(kGroup, told.deps.soon()).ok());
  EXPECT_EQ(told.service.operations(), "CreateLogGroup CreateLogGroup PutRetentionPolicy ");
}

TEST(LogsSink, DoesNotOpenWithARetentionThatAwsHasNot) {
  fakes::AwsFixture deps("http://127.0.0.1:1");
  LogsSettings settings = deps.settings<LogsSettings>();
  settings.retention_days = 31;
  EXPECT_EQ(LogsSink::open(deps.deps(), settings).error().fault, Fault::Invalid);
  settings.retention_days = 3653;
  EXPECT_TRUE(LogsSink::open(deps.deps(), settings).ok());
  settings.region = "no region";
  settings.endpoints.url.clear();
  EXPECT_EQ(LogsSink::open(deps.deps(), settings).error().fault, Fault::Invalid);
}

}  // namespace
}  // namespace headgate::aws
