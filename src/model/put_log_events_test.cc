#include "model/put_log_events.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <limits>
#include <string>

namespace headgate {
namespace {

TEST(PutLogEventsBody, IsWhatTheApiTakes) {
  PutLogEventsBody body;
  body.start(LogGroup("/a\"b"), LogStream("s\\1"));
  EXPECT_TRUE(body.add(1'756'553'221'564, "plain"));
  body.add(-1, "quote\" back\\slash\ttab\x01 \xc3\xa9 </script>");
  EXPECT_EQ(body.finish(), R"({"logGroupName":"/a\"b","logStreamName":"s\\1","logEvents":[)"
                           R"({"timestamp":1756553221564,"message":"plain"},)"
                           R"({"timestamp":-1,"message":"quote\" back\\slash\ttab\u0001 )"
                           "\xc3\xa9 </script>\"}]}");
}

TEST(PutLogEventsBody, TellsThatAMessageWasNotUtf8) {
  PutLogEventsBody body;
  body.start(LogGroup("g"), LogStream("s"));
  EXPECT_FALSE(body.add(1, "a\xff"));
  EXPECT_TRUE(body.finish().ends_with("a\xef\xbf\xbd\"}]}"));
}

TEST(PutLogEventsBody, BeginsAnewAndMayBeEmpty) {
  PutLogEventsBody body;
  body.start(LogGroup("g"), LogStream("s"));
  body.add(1, std::string(100'000, '\x01'));
  EXPECT_GT(body.finish().size(), 600'000U);
  body.start(LogGroup("g"), LogStream("s"));
  EXPECT_EQ(body.finish(), R"({"logGroupName":"g","logStreamName":"s","logEvents":[]})");
  body.start(LogGroup("g"), LogStream("t"));
  body.add(std::numeric_limits<std::int64_t>::min(), "x");
  EXPECT_EQ(
      body.finish(),
      R"({"logGroupName":"g","logStreamName":"t","logEvents":[{"timestamp":-9223372036854775808,"message":"x"}]})");
}

// Every length, so that every way through the blocks of the escaper meets the frame around it.
TEST(PutLogEventsBody, SimdjsonReadsBackEveryMessage) {
  PutLogEventsBody body;
  body.start(LogGroup("g"), LogStream("s"));
  std::vector<std::string> messages;
  for (std::size_t length = 1; length < 200; ++length) {
    std::string message(length, 'x');
    message[length / 2] = '"';
    message.back() = '\n';
    if (length > 4) message.replace(length / 3, 2, "\xc3\xa9");
    messages.push_back(message);
    body.add(static_cast<std::int64_t>(length), messages.back());
  }
  const simdjson::padded_string padded(body.finish());
  simdjson::dom::parser parser;
  simdjson::dom::array events;
  ASSERT_EQ(parser.parse(padded)["logEvents"].get(events), simdjson::SUCCESS);
  ASSERT_EQ(events.size(), messages.size());
  std::size_t at = 0;
  for (const simdjson::dom::element event : events) {
    EXPECT_EQ(event["timestamp"].get_int64().value(), static_cast<std::int64_t>(at + 1));
    EXPECT_EQ(event["message"].get_string().value(), messages[at++]);
  }
}

}  // namespace
}  // namespace headgate
