#include "aws/sqs/sqs_queue.h"

#include <gtest/gtest.h>

#include "aws/call/json_call.h"
#include "aws/sqs/sqs_answer.h"
#include "fakes/aws_fixture.h"
#include "fakes/scripted_service.h"

namespace headgate::aws {
namespace {

using fakes::ScriptedService;
using std::chrono::seconds;

const ScriptedService::Says kDone{200, "{}"};
const std::string kUrl = "https://sqs.eu-west-1.amazonaws.com/123456789012/jobs";

ScriptedService::Says refusal(std::string_view code, std::string_view message = "") {
  return {400, JsonObject().text("__type", code).text("message", message).take()};
}

// A queue named by its URL, on a service that gives these answers.
struct Told {
  explicit Told(std::vector<ScriptedService::Says> answers) : service(std::move(answers)) {
    settings.queue = kUrl;
    settings.region.clear();
  }
  SqsQueue& queue() {
    if (!queue_) queue_ = SqsQueue::open(deps.deps(), settings).value();
    return *queue_;
  }
  ScriptedService service;
  fakes::AwsFixture deps{service.url()};
  SqsSettings settings = deps.settings<SqsSettings>();

 private:
  std::unique_ptr<SqsQueue> queue_;
};

TEST(SqsName, TheRegionIsReadFromTheUrlInEachOfItsForms) {
  struct Row {
    std::string_view url;
    std::string_view region;
  };
  for (const Row& row : std::vector<Row>{{"https://sqs.eu-west-1.amazonaws.com/1/q", "eu-west-1"},
                                         {"https://sqs-fips.us-east-1.amazonaws.com/1/q", "us-east-1"},
                                         {"https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1"},
                                         {"https://sqs.eu-west-1.api.aws/1/q", "eu-west-1"},
                                         {"https://eu-west-1.queue.amazonaws.com/1/q", "eu-west-1"},
                                         {"https://queue.amazonaws.com/1/q", "us-east-1"},
                                         {"https://sqs.eu-west-1.amazonaws.com:443/1/q", "eu-west-1"},
                                         {"https://sqs.eusc-de-east-1.amazonaws.eu/1/q", "eusc-de-east-1"},
                                         {"https://s3.eu-west-1.amazonaws.com/1/q", ""},
                                         {"http://localhost:9324/000000000000/q", ""},
                                         {"https://sqs.eu-west-1.amazonaws.com.example.org/1/q", ""},
                                         {"sqs.eu-west-1.amazonaws.com/1/q", ""},
                                         {"", ""}})
    EXPECT_EQ(region_of_queue_url(row.url), row.region) << row.url;
}

TEST(SqsName, AnArnIsOfAQueueOrNone) {
  const auto arn = parse_queue_arn("arn:aws-cn:sqs:cn-north-1:123456789012:jobs");
  ASSERT_TRUE(arn.has_value());
  EXPECT_EQ(arn->region, "cn-north-1");
  EXPECT_EQ(arn->account, "123456789012");
  EXPECT_EQ(arn->name, "jobs");
  for (const char* text : {"", "arn", "arn:aws:sns:eu-west-1:1:topic", "arn:aws:sqs:eu-west-1:1:",
                           "arn:aws:sqs:eu-west-1:1:q:more", "jobs", kUrl.c_str()})
    EXPECT_FALSE(parse_queue_arn(text).has_value()) << text;
}

TEST(SqsQueue, IsSignedForTheRegionOfItsUrlAndAsksNothingToOpen) {
  Told told({kDone});
  ASSERT_TRUE(told.queue().send("a", seconds{0}, Deadline::never()).ok());
  ASSERT_EQ(told.service.operations(), "SendMessage ");
  EXPECT_NE(told.service.asked()[0].head.find("/eu-west-1/sqs/aws4_request"), std::string::npos);
  EXPECT_NE(told.service.asked()[0].head.find("AmazonSQS.SendMessage"), std::string::npos);
  EXPECT_EQ(told.service.asked()[0].body, R"({"QueueUrl":")" + kUrl + R"(","MessageBody":"a"})");
}

TEST(SqsQueue, IsFoundByNameOrArn) {
  for (const std::string named : {"arn:aws:sqs:eu-west-2:123456789012:jobs", "jobs"}) {
    Told told({{200, R"({"QueueUrl":"https://there/jobs"})"}});
    told.settings.queue = named;
    if (named == "jobs") told.settings.region = "eu-west-2";
    EXPECT_EQ(told.queue().url(), "https://there/jobs");
    ASSERT_EQ(told.service.operations(), "GetQueueUrl ");
    EXPECT_NE(told.service.asked()[0].head.find("/eu-west-2/sqs/"), std::string::npos);
    const bool has_account = told.service.asked()[0].body.find("123456789012") != std::string::npos;
    EXPECT_EQ(has_account, named != "jobs");
  }
  Told told({kDone});
  told.settings.queue = "jobs";  // a name alone does not tell the region
  EXPECT_EQ(SqsQueue::open(told.deps.deps(), told.settings).error().fault, Fault::Invalid);
  told.settings.queue.clear();
  EXPECT_EQ(SqsQueue::open(told.deps.deps(), told.settings).error().fault, Fault::Invalid);
}

TEST(SqsQueue, WaitsWholeSecondsUpTo20AndLeavesTimeToAnswer) {
  using std::chrono::milliseconds;
  struct Row {
    milliseconds wait;
    milliseconds left;
    std::string waits;
  };
  constexpr milliseconds kLong = std::chrono::hours{10};
  for (const Row& row : std::vector<Row>{{milliseconds{0}, kLong, "0"},
                                         {milliseconds{900}, kLong, "1"},
                                         {milliseconds{4'500}, kLong, "5"},
                                         {kLong, kLong, "20"},
                                         {milliseconds{20'000}, milliseconds{8'900}, "5"},
                                         {milliseconds{20'000}, milliseconds{3'500}, "0"},
                                         {milliseconds{20'000}, milliseconds{1'500}, "0"}}) {
    Told told({{200, R"({"Messages":[]})"}});
    const Deadline deadline = Deadline::after(told.deps.clock().steady(), row.left);
    ASSERT_TRUE(
        told.queue().receive({.count_max = 7, .visibility = seconds{90}, .wait = row.wait}, deadline).ok());
    EXPECT_EQ(told.service.asked()[0].body,
              R"({"QueueUrl":")" + kUrl +
                  R"(","MaxNumberOfMessages":7,"VisibilityTimeout":90,"WaitTimeSeconds":)" + row.waits +
                  R"(,"MessageSystemAttributeNames":["ApproximateReceiveCount","SentTimestamp"]})");
  }
}

TEST(SqsAnswer, SkipsIncompleteMessagesAndGivesNoMoreThanAsked) {
  const std::string sound = R"({"MessageId":"1","ReceiptHandle":"r","Body":"b\"","Attributes":)"
                            R"({"ApproximateReceiveCount":"3","SentTimestamp":"1756553221564"}})";
  const auto one =
      read_received_messages(R"({"Messages":[{"MessageId":"0","Body":"b"},7,)" + sound + "]}", 10);
  ASSERT_TRUE(one.ok());
  ASSERT_EQ(one->size(), 1U);
  EXPECT_EQ(one->front().id, "1");
  EXPECT_EQ(one->front().receipt, "r");
  EXPECT_EQ(one->front().body, "b\"");
  EXPECT_EQ(one->front().receive_count, 3U);
  EXPECT_EQ(one->front().sent_at, Timestamp::from_milliseconds(1'756'553'221'564));
  EXPECT_EQ(read_received_messages(R"({"Messages":[)" + sound + "," + sound + "]}", 1)->size(), 1U);
  for (const char* none : {"{}", R"({"Messages":null})", R"({"Messages":{}})"})
    EXPECT_TRUE(read_received_messages(none, 10)->empty());
  EXPECT_EQ(read_received_messages("<html>", 10).error().fault, Fault::Retry);
}

TEST(SqsAnswer, OddNumbersAreTheNextSoundOnes) {
  const auto received =
      read_received_messages(R"({"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"b","Attributes":)"
                             R"({"ApproximateReceiveCount":"-3","SentTimestamp":"9223372036854775807"}}]})",
                             10);
  EXPECT_EQ(received->front().receive_count, 1U);
  EXPECT_GT(received->front().sent_at, Timestamp{});
}

TEST(SqsQueue, ARefusalSaysWhatToDo) {
  struct Row {
    ScriptedService::Says says;
    Fault fault;
  };
  for (const Row& row :
       std::vector<Row>{{refusal("com.amazonaws.sqs#ReceiptHandleIsInvalid"), Fault::NotFound},
                        {refusal("com.amazonaws.sqs#MessageNotInflight"), Fault::NotFound},
                        {refusal("InvalidParameterValue",
                                 "Value r for parameter ReceiptHandle is invalid. Reason: expired"),
                         Fault::NotFound},
                        {refusal("InvalidParameterValue", "VisibilityTimeout"), Fault::Invalid},
                        {refusal("com.amazonaws.sqs#QueueDoesNotExist"), Fault::NotFound},
                        {refusal("AWS.SimpleQueueService.NonExistentQueue"), Fault::NotFound},
                        {{403, R"({"__type":"com.amazonaws.sqs#OverLimit"})"}, Fault::Retry},
                        {refusal("RequestThrottled"), Fault::Retry},
                        {refusal("KmsThrottled"), Fault::Retry},
                        {refusal("KmsDisabled"), Fault::Denied},
                        {refusal("KmsAccessDenied"), Fault::Denied},
                        {refusal("AccessDeniedException"), Fault::Denied},
                        {{503, ""}, Fault::Retry}}) {
    Told told({row.says});
    const Result<> changed = told.queue().change_visibility("r", seconds{5}, Deadline::never());
    ASSERT_FALSE(changed.ok());
    EXPECT_EQ(changed.error().fault, row.fault) << row.says.body;
    EXPECT_EQ(changed.error().what.find("ChangeMessageVisibility: "), 0U) << changed.error().what;
  }
}

TEST(SqsQueue, WhatSqsWouldRefuseIsRefusedWithoutACall) {
  Told told({kDone});
  const Deadline soon = told.deps.soon();
  for (const std::string& body : {std::string(), std::string(1'048'577, 'x'), std::string("\xff")})
    EXPECT_EQ(told.queue().send(body, seconds{0}, Deadline::never()).error().fault, Fault::Invalid);
  EXPECT_EQ(told.queue().send("x", seconds{-1}, Deadline::never()).error().fault, Fault::Invalid);
  EXPECT_EQ(told.queue().receive({.count_max = 0}, soon).error().fault, Fault::Invalid);
  EXPECT_EQ(told.queue().receive({.count_max = 11}, soon).error().fault, Fault::Invalid);
  EXPECT_EQ(told.queue().change_visibility("r", seconds{43'201}, Deadline::never()).error().fault,
            Fault::Invalid);
  EXPECT_EQ(told.service.operations(), "");
}

const ScriptedService::Says kHasDead{
    200,
    R"({"Attributes":{"ApproximateNumberOfMessages":"5","RedrivePolicy":)"
    R"("{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:123456789012:dead\",\"maxReceiveCount\":5}"}})"};
const ScriptedService::Says kDeadUrl{200, R"({"QueueUrl":"https://there/dead"})"};
const ScriptedService::Says kNoMessages{200, R"({"Messages":[]})"};
const ScriptedService::Says kOneMessage{
    200, R"({"Messages":[{"MessageId":"1","ReceiptHandle":"r","Body":"poison"}]})"};

TEST(SqsQueue, RedrivesAllByATaskAndWaitsForItsEnd) {
  const auto task = [](std::string_view status, int moved) {
    return ScriptedService::Says{200, R"({"Results":[{"Status":")" + std::string(status) +
                                          R"(","ApproximateNumberOfMessagesMoved":)" + std::to_string(moved) +
                                          "}]}"};
  };
  {
    Told told({kHasDead, kDeadUrl, kDone, task("RUNNING", 3), task("COMPLETED", 7)});
    EXPECT_EQ(told.queue().redrive(0, Deadline::never()).value(), 7U);
    EXPECT_EQ(
        told.service.operations(),
        "GetQueueAttributes GetQueueUrl StartMessageMoveTask ListMessageMoveTasks ListMessageMoveTasks ");
    EXPECT_EQ(told.service.asked()[2].body, R"({"SourceArn":"arn:aws:sqs:eu-west-1:123456789012:dead"})");
  }
  {
    Told told({kHasDead, kDeadUrl, kDone, task("RUNNING", 3)});
    told.settings.redrive_max = std::chrono::milliseconds{0};
    EXPECT_EQ(told.queue().redrive(0, Deadline::never()).value(), 3U);  // the task continues without us
  }
  Told told({kHasDead, kDeadUrl, kDone, task("FAILED", 3)});
  EXPECT_EQ(told.queue().redrive(0, Deadline::never()).error().fault, Fault::Retry);
}

TEST(SqsQueue, RedrivesOneByOneWithoutTasksAndSendsFirst) {
  for (const ScriptedService::Says& none :
       {refusal("UnsupportedOperation"), refusal("AccessDeniedException"), refusal("InvalidAction")}) {
    Told told({kHasDead, kDeadUrl, none, kOneMessage, kDone, kDone, kNoMessages});
    EXPECT_EQ(told.queue().redrive(0, Deadline::never()).value(), 1U);
    EXPECT_EQ(told.service.operations(),
              "GetQueueAttributes GetQueueUrl StartMessageMoveTask ReceiveMessage SendMessage DeleteMessage "
              "ReceiveMessage ");
    EXPECT_EQ(told.service.asked()[4].body, R"({"QueueUrl":")" + kUrl + R"(","MessageBody":"poison"})");
    EXPECT_EQ(told.service.asked()[5].body, R"({"QueueUrl":"https://there/dead","ReceiptHandle":"r"})");
  }
  Told told({kHasDead, kDeadUrl, kOneMessage, refusal("KmsDisabled")});
  EXPECT_EQ(told.queue().redrive(1, Deadline::never()).error().fault,
            Fault::Denied);  // the dead letter must not be removed
  EXPECT_EQ(told.service.operations(), "GetQueueAttributes GetQueueUrl ReceiveMessage SendMessage ");
}

TEST(SqsQueue, GivesBackTheDeadLettersThatItShows) {
  Told told({kHasDead, kDeadUrl, kOneMessage, kNoMessages, kDone});
  const auto shown = told.queue().dead_letters(10, Deadline::never());
  ASSERT_TRUE(shown.ok()) << shown.error().what;
  ASSERT_EQ(shown->size(), 1U);
  EXPECT_EQ(shown->front().receipt, "");
  ASSERT_EQ(told.service.asked().back().operation, "ChangeMessageVisibilityBatch");
  EXPECT_EQ(
      told.service.asked().back().body,
      R"({"QueueUrl":"https://there/dead","Entries":[{"Id":"0","ReceiptHandle":"r","VisibilityTimeout":0}]})");
}

TEST(SqsQueue, GivesBackTenAtATimeAndAllOfThemInOneCallEach) {
  Told told({kDone, kDone});
  std::vector<std::string> receipts;
  for (int number = 0; number < 11; ++number) receipts.push_back("r" + std::to_string(number));
  ASSERT_TRUE(told.queue().give_back(receipts, Deadline::never()).ok());
  EXPECT_EQ(told.service.operations(), "ChangeMessageVisibilityBatch ChangeMessageVisibilityBatch ");
  EXPECT_NE(told.service.asked()[0].body.find(R"("ReceiptHandle":"r9")"), std::string::npos);
  EXPECT_NE(told.service.asked()[1].body.find(R"("ReceiptHandle":"r10")"), std::string::npos);
}

TEST(SqsQueue, ABatchThatIsNotGivenBackKeepsNoneOfTheOthers) {
  Told told({refusal("AccessDeniedException"), kDone});
  const std::vector<std::string> receipts(11, "r");
  EXPECT_EQ(told.queue().give_back(receipts, Deadline::never()).error().fault, Fault::Denied);
  EXPECT_EQ(told.service.operations(), "ChangeMessageVisibilityBatch ChangeMessageVisibilityBatch ");
}

TEST(SqsQueue, AStopOfReceivesEndsTheSearchForTheQueue) {
  Told told({kDone});
  std::stop_source stop;
  stop.request_stop();
  told.settings.queue = "jobs";
  told.settings.region = "eu-west-2";
  told.settings.receive_stop = stop.get_token();
  EXPECT_EQ(SqsQueue::open(told.deps.deps(), told.settings).error().fault, Fault::Stopped);
}

TEST(SqsQueue, AStoppedReceiveStopsNoOtherCall) {
  Told told({kDone});
  std::stop_source stop;
  told.settings.receive_stop = stop.get_token();
  stop.request_stop();
  EXPECT_EQ(told.queue().receive({}, Deadline::never()).error().fault, Fault::Stopped);
  EXPECT_TRUE(told.queue().remove("r", Deadline::never()).ok());
  EXPECT_EQ(told.service.operations(), "DeleteMessage ");
}

TEST(SqsQueue, CallsNobodyOnceItsDeadlineHasPassed) {
  Told told({});
  const Deadline passed{kLongAgo};
  EXPECT_EQ(told.queue().send("a", seconds{0}, passed).error().fault, Fault::Retry);
  EXPECT_EQ(told.queue().remove("r", passed).error().fault, Fault::Retry);
  EXPECT_EQ(told.queue().change_visibility("r", seconds{5}, passed).error().fault, Fault::Retry);
  EXPECT_EQ(told.queue().depth(passed).error().fault, Fault::Retry);
  EXPECT_EQ(told.queue().receive({.wait = seconds{20}}, passed).error().fault, Fault::Retry);
  EXPECT_EQ(told.service.operations(), "");
}

}  // namespace
}  // namespace headgate::aws
