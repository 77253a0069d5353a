#include "aws/lambda/lambda_event.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

TEST(LambdaEvent, GivesTheMessagesOfAQueue) {
  // The example of https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html.
  const auto messages = messages_of_lambda_event(R"({"Records":[
      {"messageId":"059f36b4","receiptHandle":"AQEB+w==","body":"{\"a\":1}",
       "attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1545082649183","SenderId":"AID"},
       "messageAttributes":{},"md5OfBody":"e4e6","eventSource":"aws:sqs",
       "eventSourceARN":"arn:aws:sqs:us-east-2:123456789012:my-queue","awsRegion":"us-east-2"},
      {"messageId":"2e1424d4","receiptHandle":"AQEC","body":"","eventSource":"aws:sqs"}]})",
                                                 "request-1");
  ASSERT_TRUE(messages.ok()) << messages.error().what;
  ASSERT_EQ(messages->size(), 2U);
  EXPECT_EQ((*messages)[0].id, "059f36b4");
  EXPECT_EQ((*messages)[0].receipt, "AQEB+w==");
  EXPECT_EQ((*messages)[0].body, R"({"a":1})");
  EXPECT_EQ((*messages)[0].receive_count, 3U);
  EXPECT_EQ((*messages)[0].sent_at, Timestamp::from_milliseconds(1'545'082'649'183));
  EXPECT_EQ((*messages)[1].body, "");
  EXPECT_EQ((*messages)[1].receive_count, 1U) << "when it does not say";
}

TEST(LambdaEvent, TakesAnythingElseForOneMessage) {
  for (const char* event : {R"({"Records":[{"eventSource":"aws:s3","s3":{}}]})", R"({"Records":[]})", "{}",
                            R"({"Records":[{"EventSource":"aws:sns","Sns":{"Message":"{}"}}]})",
                            R"({"source":"aws.s3","detail-type":"Object Created","detail":{}})"}) {
    const auto messages = messages_of_lambda_event(event, "request-1");
    ASSERT_TRUE(messages.ok()) << messages.error().what;
    ASSERT_EQ(messages->size(), 1U);
    EXPECT_EQ((*messages)[0].id, "request-1");
    EXPECT_EQ((*messages)[0].body, event);
  }
}

TEST(LambdaEvent, SaysWhatIsWrong) {
  const std::pair<std::string, std::string_view> cases[] = {
      {"", "event"},
      {"[]", "not a JSON object"},
      {R"({"Records":[{"eventSource":"aws:sqs","body":"x"}]})", "Records[0]: messageId"},
      {R"({"Records":[{"eventSource":"aws:sqs","messageId":"a","body":"x"},{"messageId":"b","body":7}]})",
       "Records[1]: body"},
      {std::string(kLambdaEventBytesMax + 1, ' '), "over"},
  };
  for (const auto& [event, named] : cases) {
    const auto messages = messages_of_lambda_event(event, "request-1");
    ASSERT_FALSE(messages.ok());
    EXPECT_EQ(messages.error().fault, Fault::Invalid);
    EXPECT_NE(messages.error().what.find(named), std::string::npos) << messages.error().what;
  }
}

TEST(LambdaEvent, NamesTheMessagesThatFailed) {
  EXPECT_EQ(batch_item_failures({}), R"({"batchItemFailures":[]})");
  EXPECT_EQ(batch_item_failures({"a", "b\""}),
            R"({"batchItemFailures":[{"itemIdentifier":"a"},{"itemIdentifier":"b\""}]})");
}

}  // namespace
}  // namespace headgate::aws
