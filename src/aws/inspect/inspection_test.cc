#include "aws/inspect/inspection.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

TEST(Inspection, ReadsAQueue) {
  const auto facts = read_queue_facts(
      R"({"Attributes":{"QueueArn":"arn:aws:sqs:eu-west-1:1:q","VisibilityTimeout":"30","MessageRetentionPeriod":"345600",)"
      R"("RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:eu-west-1:1:dead\",\"maxReceiveCount\":\"3\"}"}})");
  ASSERT_TRUE(facts.ok()) << facts.error().what;
  EXPECT_EQ(facts->visibility_seconds, 30);
  EXPECT_EQ(facts->retention_seconds, 345'600);
  EXPECT_EQ(facts->receives_max, 3);
  EXPECT_EQ(facts->dead_letter_arn, "arn:aws:sqs:eu-west-1:1:dead");
  // Some services write this number as a number.
  EXPECT_EQ(read_queue_facts(R"({"Attributes":{"RedrivePolicy":"{\"maxReceiveCount\":7}"}})")->receives_max,
            7);
  EXPECT_EQ(read_queue_facts(R"({"Attributes":{}})")->receives_max, 0);
  for (const char* odd : {"", "[]", "{}", R"({"Attributes":[]})", R"({"Attributes":{"RedrivePolicy":"no"}})"})
    EXPECT_FALSE(read_queue_facts(odd).ok()) << odd;
}

TEST(Inspection, ReadsWhereABucketTellsOfObjects) {
  const auto facts = read_notifications(
      "<NotificationConfiguration "
      "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TopicConfiguration><Id>a</Id>"
      "<Topic>arn:aws:sns:eu-west-1:1:t</Topic><Event>s3:ObjectCreated:*</Event><Filter><S3Key><FilterRule>"
      "<Name>suffix</Name><Value>.gz</Value></FilterRule><FilterRule><Name>prefix</Name><Value>logs/</"
      "Value></FilterRule>"
      "</S3Key></Filter></TopicConfiguration><QueueConfiguration><Queue>arn:q</"
      "Queue><Event>s3:ObjectCreated:Put</Event>"
      "</QueueConfiguration><EventBridgeConfiguration/></NotificationConfiguration>");
  ASSERT_TRUE(facts.ok()) << facts.error().what;
  ASSERT_EQ(facts->topics.size(), 1U);
  EXPECT_EQ(facts->topics[0].arn, "arn:aws:sns:eu-west-1:1:t");
  EXPECT_EQ(facts->topics[0].suffix, ".gz");
  EXPECT_EQ(facts->topics[0].prefix, "logs/");
  EXPECT_TRUE(facts->topics[0].is_of_creation);
  ASSERT_EQ(facts->queues.size(), 1U);
  EXPECT_FALSE(facts->queues[0].is_of_creation) << "objects that came in parts are left out";
  EXPECT_TRUE(facts->has_event_bridge);
  EXPECT_TRUE(read_notifications("<NotificationConfiguration/>")->topics.empty());
  EXPECT_TRUE(read_notifications("<GetBucketNotificationResponse/>")->topics.empty());
  for (const char* odd : {"", "no", "<Other/>"}) EXPECT_FALSE(read_notifications(odd).ok()) << odd;
}

TEST(Inspection, ReadsWhatExpires) {
  const auto rules = read_lifecycle(
      "<LifecycleConfiguration><Rule><Status>Enabled</Status><Filter><Prefix>logs/</Prefix></"
      "Filter><Expiration><Days>7</Days>"
      "</Expiration></Rule><Rule><Status>Disabled</Status><Prefix/><Expiration><Days>1</Days></Expiration></"
      "Rule>"
      "<Rule><Status>Enabled</Status><Filter><And><Prefix>a</Prefix><Tag><Key>k</Key></Tag></And></"
      "Filter><Expiration><Days>2</Days>"
      "</Expiration></Rule><Rule><Status>Enabled</Status><Prefix>old</Prefix><AbortIncompleteMultipartUpload/"
      "></Rule>"
      "</LifecycleConfiguration>");
  ASSERT_TRUE(rules.ok()) << rules.error().what;
  ASSERT_EQ(rules->size(), 3U);
  EXPECT_EQ((*rules)[0].prefix, "logs/");
  EXPECT_EQ((*rules)[0].expires_days, 7);
  EXPECT_FALSE((*rules)[0].has_other_conditions);
  EXPECT_EQ((*rules)[1].prefix, "a");
  EXPECT_TRUE((*rules)[1].has_other_conditions);
  EXPECT_EQ((*rules)[2].prefix, "old");
  EXPECT_EQ((*rules)[2].expires_days, 0);
}

TEST(Inspection, ReadsSubscriptions) {
  const auto all = read_subscriptions(
      "<ListSubscriptionsByTopicResponse><ListSubscriptionsByTopicResult><Subscriptions><member><Protocol>"
      "sqs</Protocol>"
      "<Endpoint>arn:q</Endpoint></member></Subscriptions></ListSubscriptionsByTopicResult></"
      "ListSubscriptionsByTopicResponse>");
  ASSERT_TRUE(all.ok()) << all.error().what;
  ASSERT_EQ(all->size(), 1U);
  EXPECT_EQ((*all)[0].protocol, "sqs");
  EXPECT_EQ((*all)[0].endpoint, "arn:q");
}

TEST(Inspection, ReadsATable) {
  const auto table = read_table(
      R"({"Table":{"TableStatus":"ACTIVE","AttributeDefinitions":[{"AttributeName":"object","AttributeType":"S"},)"
      R"({"AttributeName":"at","AttributeType":"N"}],"KeySchema":[{"AttributeName":"object","KeyType":"HASH"}],)"
      R"("GlobalSecondaryIndexes":[{"IndexName":"parked","KeySchema":[{"AttributeName":"at","KeyType":"HASH"}]}]}})");
  ASSERT_TRUE(table.ok()) << table.error().what;
  EXPECT_EQ(table->key, (std::vector<KeyPart>{{"object", "HASH", "S"}}));
  EXPECT_EQ(table->indexes.at("parked"), (std::vector<KeyPart>{{"at", "HASH", "N"}}));
  EXPECT_EQ(*read_expiry(R"({"TimeToLiveDescription":{"TimeToLiveStatus":"ENABLED","AttributeName":"ttl"}})"),
            "ttl");
  EXPECT_EQ(*read_expiry(R"({"TimeToLiveDescription":{"TimeToLiveStatus":"DISABLED"}})"), "");
  EXPECT_FALSE(read_table("{}").ok());
  EXPECT_FALSE(read_expiry("{}").ok());
}

}  // namespace
}  // namespace headgate::aws
