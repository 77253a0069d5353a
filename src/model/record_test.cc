#include "model/record.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <vector>

#include "model/text/base64.h"

namespace headgate {
namespace {

using namespace std::string_literals;

constexpr Timestamp kAt{1'756'553'221'564'974'123};          // 2025-08-30T11:27:01.564974123Z
constexpr Timestamp kIngestedAt{1'756'553'222'000'000'000};  // 2025-08-30T11:27:02Z

const RecordFrame& shop_frame() {
  static const RecordFrame frame({.namespace_name = "shop",
                                  .application = "payments",
                                  .pod_name = "payments-7d9f-x2x4z",
                                  .container_name = "app"});
  return frame;
}

std::string encode(const RecordFrame& frame, const Record& record) {
  std::vector<char> into(frame.bytes_max(record.message.size()));
  return {into.data(), frame.encode(record, into.data())};
}

TEST(Record, IsOneLineWithItsFieldsInAFixedOrder) {
  EXPECT_EQ(encode(shop_frame(), {.at = kAt, .ingested_at = kIngestedAt, .message = "paid \"in full\""}),
            R"({"timestamp":"2025-08-30T11:27:01.564974123Z","message":"paid \"in full\"","stream":"stdout",)"
            R"("namespace":"shop","application":"payments","pod_name":"payments-7d9f-x2x4z",)"
            R"("container_name":"app","ingest_timestamp":"2025-08-30T11:27:02.000000000Z"})"
            "\n");
}

TEST(Record, OddLinesSaySoInFieldsOfTheirOwn) {
  const std::string before = R"({"timestamp":"2025-08-30T11:27:01.564974123Z","message":)";
  const std::string after =
      R"(,"namespace":"shop","application":"payments","pod_name":"payments-7d9f-x2x4z",)"
      R"("container_name":"app","ingest_timestamp":"2025-08-30T11:27:01.564974123Z"})"
      "\n";
  const auto with = [&](Record record) {
    record.at = kAt;
    record.ingested_at = kAt;
    return encode(shop_frame(), record);
  };
  EXPECT_EQ(with({.message = "", .stream = Stream::Stderr}), before + R"("","stream":"stderr")" + after);
  EXPECT_EQ(with({.message = "a", .part = 1, .is_last_part = false}),
            before + R"("a","part":1,"last_part":false,"stream":"stdout")" + after);
  EXPECT_EQ(with({.message = "b", .part = 4'294'967'295, .is_last_part = true}),
            before + R"("b","part":4294967295,"last_part":true,"stream":"stdout")" + after);
  EXPECT_EQ(with({.message = "garbage", .is_damaged = true}),
            before + R"("garbage","parse_error":"not CRI","stream":"stdout")" + after);
  EXPECT_EQ(with({.message = "old", .is_time_ignored = true}),
            before + R"("old","message_time_ignored":true,"stream":"stdout")" + after);
  EXPECT_EQ(
      with({.message = "\xff\x01",
            .part = 2,
            .is_last_part = false,
            .is_damaged = true,
            .is_time_ignored = true}),
      before + "\"\xef\xbf\xbd\\u0001\"" +
          R"(,"message_base64":"/wE=","part":2,"last_part":false,"parse_error":"not CRI","message_time_ignored":true)" +
          R"(,"stream":"stdout")" + after);
}

TEST(Record, KeepsEveryMessageForAnIndependentParser) {
  const std::string messages[] = {"",
                                  "plain",
                                  "trailing blanks   ",
                                  "\r",
                                  "nul \0 inside"s,
                                  "\x7f del",
                                  "line\u2028separator",
                                  "\\ud800 is only text",
                                  R"({"ts":1.5,"msg":"a \"quoted\" word","path":"C:\\temp"})",
                                  "Grüße, 世界 😀",
                                  std::string(1U << 20U, 'm'),
                                  std::string(1000, '\x02')};
  simdjson::dom::parser parser;
  for (const std::string& message : messages) {
    const std::string line =
        encode(shop_frame(), {.at = kAt, .ingested_at = kIngestedAt, .message = message});
    EXPECT_EQ(line.find('\n'), line.size() - 1);
    simdjson::dom::element record;
    ASSERT_EQ(parser.parse(line).get(record), simdjson::SUCCESS);
    EXPECT_EQ(record["message"].get_string().value(), message);
    EXPECT_EQ(record["container_name"].get_string().value(), "app");
    EXPECT_EQ(record["message_base64"].error(), simdjson::NO_SUCH_FIELD);
  }
}

TEST(Record, NamesThatNeedEscapesAreEscaped) {
  const RecordFrame frame(
      {.namespace_name = "a\"b", .application = "c\\d", .pod_name = "\n", .container_name = "\xff"});
  const std::string line = encode(frame, {.message = "m"});
  simdjson::dom::parser parser;
  simdjson::dom::element record;
  ASSERT_EQ(parser.parse(line).get(record), simdjson::SUCCESS);
  EXPECT_EQ(record["namespace"].get_string().value(), "a\"b");
  EXPECT_EQ(record["application"].get_string().value(), "c\\d");
  EXPECT_EQ(record["pod_name"].get_string().value(), "\n");
  EXPECT_EQ(record["container_name"].get_string().value(), "\xef\xbf\xbd");
}

TEST(Record, NeverTouchesMoreThanItsBound) {
  for (const std::string& message : {std::string(500, '\x01'), std::string(500, '\xff'),
                                     std::string(500, '"'), "\xff" + std::string(499, '\x01')}) {
    const std::size_t bound = shop_frame().bytes_max(message.size());
    std::vector<char> into(bound + 256, '#');
    char* const end = shop_frame().encode(
        {.at = kAt, .message = message, .part = 9, .is_damaged = true, .is_time_ignored = true}, into.data());
    EXPECT_LE(end, into.data() + bound);
    EXPECT_EQ(std::string(into.data() + bound, 256), std::string(256, '#'));
  }
}

TEST(Base64, MatchesTheVectorsOfRfc4648) {
  const std::pair<std::string, std::string> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xfb\xff\xfe", "+//+"}};
  for (const auto& [bytes, text] : vectors) {
    std::string got(base64_bytes(bytes.size()), '?');
    EXPECT_EQ(encode_base64(bytes, got.data()), got.data() + got.size());
    EXPECT_EQ(got, text);
  }
}

}  // namespace
}  // namespace headgate
