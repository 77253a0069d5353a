#include "model/notification.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <random>

#include "model/text/json_text.h"

namespace headgate {
namespace {

using namespace std::string_literals;

const char* const kS3Event =
    R"({"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","awsRegion":"eu-west-1",)"
    R"("eventTime":"2025-08-30T11:27:01.564Z","eventName":"ObjectCreated:Put",)"
    R"("userIdentity":{"principalId":"AWS:AROAEXAMPLE"},"requestParameters":{"sourceIPAddress":"10.0.0.1"},)"
    R"("responseElements":{"x-amz-request-id":"C3D13FE58DE4C810"},"s3":{"s3SchemaVersion":"1.0",)"
    R"("configurationId":"logs","bucket":{"name":"central","ownerIdentity":{"principalId":"A3NL1KOZZKExample"},)"
    R"("arn":"arn:aws:s3:::central"},"object":{"key":"prod-1/shop/pay+ments/p%2B1/20250830-112701-u.json.gz",)"
    R"("size":1024,"eTag":"d41d8cd98f00b204e9800998ecf8427e","sequencer":"0055AED6DCD90281E5"}}}]})";

ObjectCreated expected_object() {
  return {.bucket = BucketName("central"),
          .key = ObjectKey("prod-1/shop/pay ments/p+1/20250830-112701-u.json.gz"),
          .bytes = 1024,
          .etag = "d41d8cd98f00b204e9800998ecf8427e",
          .sequencer = "0055AED6DCD90281E5",
          .at = Timestamp{1'756'553'221'564'000'000}};
}

std::string in_envelope(std::string_view message) {
  std::string body =
      R"({"Type":"Notification","MessageId":"m","TopicArn":"arn:aws:sns:eu-west-1:123456789012:t","Message":)";
  append_json_string(body, message);
  return body +
         R"(,"Timestamp":"2025-08-30T11:27:02.000Z","SignatureVersion":"1","UnsubscribeURL":"https://x"})";
}

std::string event_of(std::string_view name, std::string_view key) {
  return R"({"eventName":")" + std::string(name) + R"(","s3":{"bucket":{"name":"b"},"object":{"key":")" +
         std::string(key) + R"("}}})";
}

TEST(Notification, ReadsAnS3EventRawOrInAnEnvelope) {
  for (const std::string& body : {std::string(kS3Event), in_envelope(kS3Event)}) {
    const Notification read = parse_notification(body).value();
    ASSERT_EQ(read.objects.size(), 1U);
    EXPECT_EQ(read.objects[0], expected_object());
    EXPECT_EQ(read.other_events, 0U);
    EXPECT_FALSE(read.is_test_event);
  }
}

TEST(Notification, ReadsEventBridge) {
  const std::string event =
      R"({"version":"0","id":"1","detail-type":"Object Created","source":"aws.s3","account":"111122223333",)"
      R"("time":"2025-08-30T11:27:01Z","region":"ca-central-1","resources":["arn:aws:s3:::b"],"detail":{"version":"0",)"
      R"("bucket":{"name":"b"},"object":{"key":"a/b%20c+d","size":5,"etag":"b1946ac9","sequencer":"00617F08299329D189"},)"
      R"("request-id":"N4N7GDK58NMKJ12R","reason":"PutObject"}})";
  for (const std::string& body : {event, in_envelope(event)}) {
    const Notification read = parse_notification(body).value();
    ASSERT_EQ(read.objects.size(), 1U);
    EXPECT_EQ(read.objects[0], (ObjectCreated{.bucket = BucketName("b"),
                                              .key = ObjectKey("a/b%20c+d"),  // not encoded, so not decoded
                                              .bytes = 5,
                                              .etag = "b1946ac9",
                                              .sequencer = "00617F08299329D189",
                                              .at = Timestamp{1'756'553'221'000'000'000}}));
  }
  const Notification other =
      parse_notification(R"({"source":"aws.s3","detail-type":"Object Deleted","detail":{}})").value();
  EXPECT_TRUE(other.objects.empty());
  EXPECT_EQ(other.other_events, 1U);
}

std::string of_sns(const std::vector<std::string>& messages) {
  std::string body = R"({"Records":[)";
  for (const std::string& message : messages) {
    if (&message != &messages.front()) body += ',';
    body +=
        R"({"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":"arn:aws:sns:eu-west-1:1:t:s",)"
        R"("Sns":{"Type":"Notification","MessageId":"m","Subject":"Amazon S3 Notification","Message":)";
    append_json_string(body, message);
    body += R"(,"Timestamp":"2025-08-30T11:27:02.000Z","MessageAttributes":{}}})";
  }
  return body + "]}";
}

TEST(Notification, ReadsWhatSnsHandsToALambdaFunction) {
  const Notification one = parse_notification(of_sns({kS3Event})).value();
  ASSERT_EQ(one.objects.size(), 1U);
  EXPECT_EQ(one.objects[0], expected_object());

  const Notification many =
      parse_notification(of_sns({kS3Event, R"({"Event":"s3:TestEvent"})", kS3Event,
                                 R"({"Records":[)" + event_of("ObjectRemoved:Delete", "k") + "]}"}))
          .value();
  EXPECT_EQ(many.objects.size(), 2U);
  EXPECT_EQ(many.other_events, 1U);
  EXPECT_TRUE(many.is_test_event);

  EXPECT_EQ(parse_notification(in_envelope(of_sns({kS3Event}))).error().fault, Fault::Invalid) << "one deep";
  EXPECT_EQ(parse_notification(of_sns({of_sns({kS3Event})})).error().fault, Fault::Invalid) << "one deep";
  const auto bad = parse_notification(of_sns({kS3Event, "no JSON"}));
  ASSERT_FALSE(bad.ok());
  EXPECT_EQ(bad.error().what.find("Records[1].Sns.Message: not JSON"), 0U) << bad.error().what;
}

TEST(Notification, ATestEventIsAcknowledged) {
  const std::string event =
      R"({"Service":"Amazon S3","Event":"s3:TestEvent","Time":"2014-10-13T15:57:02.089Z","Bucket":"b",)"
      R"("RequestId":"5582815E1AEA5ADF","HostId":"8cLeGAmw098X5cv4Zkwcmo8vvZa3eH3eKxsPzbB9wrR"})";
  for (const std::string& body : {event, in_envelope(event)}) {
    const Notification read = parse_notification(body).value();
    EXPECT_TRUE(read.is_test_event);
    EXPECT_TRUE(read.objects.empty());
  }
}

TEST(Notification, TakesEveryCreatedObjectAndCountsOtherEvents) {  // M-3
  const std::string body = R"({"Records":[)" + event_of("ObjectCreated:Put", "a%2Fb") + "," +
                           event_of("ObjectRemoved:Delete", "%zz") + "," +
                           event_of("s3:ObjectCreated:CompleteMultipartUpload", "c") + "," +
                           event_of("ObjectCreated:Copy", "d") + "," +
                           R"({"s3":{"bucket":{"name":"b"},"object":{"key":"hand-made"}}},)" +
                           event_of("ReducedRedundancyLostObject", "x") + "]}";
  const Notification read = parse_notification(body).value();
  std::vector<std::string> keys;
  for (const ObjectCreated& created : read.objects) keys.push_back(created.key.str());
  EXPECT_EQ(keys, (std::vector<std::string>{"a/b", "c", "d", "hand-made"}));
  EXPECT_EQ(read.other_events, 2U);
  EXPECT_EQ(read.objects[1].at, Timestamp{});
  EXPECT_EQ(read.objects[1].bytes, 0U);
  EXPECT_TRUE(parse_notification(R"({"Records":[]})").value().objects.empty());  // M-5
}

TEST(Notification, AKeyThatIsNoKeyOfOursIsStillAKey) {  // M-4: it is judged with the template, later
  const std::string body = R"({"Records":[)" + event_of("ObjectCreated:Put", "..%2f..%2fshort") + "]}";
  EXPECT_EQ(parse_notification(body).value().objects[0].key.str(), "../../short");
}

TEST(Notification, SaysWhatIsWrongWithABody) {  // M-1, M-2
  const std::pair<std::string, std::string> cases[] = {
      {"hello", "not JSON"},
      {"", "not JSON"},
      {"{\"Message\":", "not JSON"},
      {std::string(kS3Event) + "x", "not JSON"},
      {"[]", "no JSON object"},
      {"{}", "neither an event of S3 nor an SNS envelope with a Message"},
      {R"({"Message":7})", "neither an event of S3 nor an SNS envelope with a Message"},
      {R"({"Records":"none"})", "neither an event of S3 nor an SNS envelope with a Message"},
      {in_envelope("You have chosen to subscribe"), "Message: not JSON"},
      {in_envelope(""), "Message: not JSON"},
      {in_envelope("{}"), "Message: no event of S3"},
      {in_envelope(in_envelope(kS3Event)), "Message: no event of S3"},
      {R"({"Records":[7]})", "Records[0]: no object"},
      {R"({"Records":[{}]})", "Records[0]: s3: bucket.name: missing"},
      {R"({"Records":[{"s3":{"bucket":{"name":"b"},"object":{}}}]})", "Records[0]: s3.object.key: missing"},
      {R"({"Records":[{"s3":{"bucket":{"name":7},"object":{"key":"k"}}}]})",
       "Records[0]: s3: bucket.name: missing"},
      {R"({"Records":[)" + event_of("ObjectCreated:Put", "fine") + "," +
           event_of("ObjectCreated:Put", "bad%zz") + "]}",
       "Records[1]: s3.object.key: a % that is no escape"},
      {in_envelope(R"({"Records":[{}]})"), "Message: Records[0]: s3: bucket.name: missing"},
      {R"({"source":"aws.s3","detail-type":"Object Created"})", "detail: bucket.name: missing"},
      {R"({"source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"b"}}})",
       "detail.object.key: missing"},
      {std::string(kNotificationBytesMax + 1, ' '), "longer than 1048576 bytes"},
      {std::string(100'000, '['), "not JSON"},
      {"{\"Records\":" + std::string(2000, '[') + std::string(2000, ']') + "}", "not JSON"},
  };
  for (const auto& [body, what] : cases) {
    const Result<Notification> read = parse_notification(body);
    ASSERT_FALSE(read.ok()) << body;
    EXPECT_EQ(read.error().fault, Fault::Invalid);
    EXPECT_TRUE(read.error().what.starts_with(what)) << body << ": " << read.error().what;
  }
}

TEST(Notification, OurEnvelopeReadsBackEqual) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    std::string key = "k";
    for (std::size_t count = random() % 20; count > 0; --count) key += static_cast<char>(random() % 256);
    const ObjectCreated created{.bucket = BucketName("bucket \"\\\n\xc3\xbc"),
                                .key = ObjectKey(key),
                                .bytes = random() * std::uint64_t{10'000},
                                .etag = "\"tag\"",
                                .sequencer = std::to_string(random()),
                                .at = Timestamp{static_cast<std::int64_t>(random()) * 1'000'000'007}};
    const Notification read = parse_notification(sns_envelope(created, "id")).value();
    ASSERT_EQ(read.objects, std::vector<ObjectCreated>{created});
  }
}

TEST(Notification, OurEnvelopeIsJsonToPython) {
  const ObjectCreated created{
      .bucket = BucketName("central"), .key = ObjectKey("a b/\"\\\x01\xc3\xbc+%"), .bytes = 7};
  const std::string path = testing::TempDir() + "headgate_envelope.json";
  std::ofstream(path) << sns_envelope(created, "id \"1\"");
  const std::string program =
      "import json, sys, urllib.parse\n"
      "envelope = json.load(open(sys.argv[1], encoding='utf-8'))\n"
      "assert envelope['Type'] == 'Notification' and envelope['MessageId'] == 'id \\\"1\\\"'\n"
      "record = json.loads(envelope['Message'])['Records'][0]\n"
      "assert record['s3']['bucket']['name'] == 'central' and record['s3']['object']['size'] == 7\n"
      "key = urllib.parse.unquote_plus(record['s3']['object']['key'])\n"
      "assert key == 'a b/\\\"' + chr(92) + chr(1) + chr(252) + '+%', key\n";
  const std::string command = "python3 -c \"" + program + "\" '" + path + "'";
  EXPECT_EQ(std::system(command.c_str()), 0);
}

TEST(Notification, RefusesMoreRecordsThanAnyEventHolds) {
  const auto of = [](std::size_t count) {
    std::string body = R"({"Records":[)";
    for (std::size_t number = 0; number < count; ++number)
      body += std::string(number == 0 ? "" : ",") + R"({"s3":{"bucket":{"name":"b"},"object":{"key":"k"}}})";
    return body + "]}";
  };
  EXPECT_EQ(parse_notification(of(kNotificationRecordsMax)).value().objects.size(), kNotificationRecordsMax);
  const auto over = parse_notification(of(kNotificationRecordsMax + 1));
  ASSERT_FALSE(over.ok());
  EXPECT_EQ(over.error().what, "Records: over 100");
}

TEST(Notification, TakesNoObjectToBeLargerThanObjectsAre) {
  for (const char* size : {"18446744073709551615", "9223372036854775808", "56294995342131200"}) {
    const std::string body =
        std::string(R"({"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"k","size":)") + size +
        "}}}]}";
    EXPECT_EQ(parse_notification(body).value().objects.at(0).bytes, kObjectBytesMax) << size;
  }
  for (const char* size : {"-1", "1e30", "\"5\"", "18446744073709551616"}) {
    const std::string body =
        std::string(R"({"Records":[{"s3":{"bucket":{"name":"b"},"object":{"key":"k","size":)") + size +
        "}}}]}";
    const auto read = parse_notification(body);
    if (read.ok()) {
      EXPECT_EQ(read->objects.at(0).bytes, 0U) << size;
    }
  }
}

}  // namespace
}  // namespace headgate
