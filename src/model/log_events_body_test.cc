#include "model/log_events_body.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <string>
#include <vector>

namespace headgate {
namespace {

TEST(LogEventsBody, IsWhatTheServiceIsSent) {
  LogEventsBody body;
  body.begin("/logs/a", "web-1");
  body.add(1'756'553'221'564, "one");
  body.add(-1, "");
  EXPECT_EQ(body.finish(), R"({"logGroupName":"/logs/a","logStreamName":"web-1","logEvents":[)"
                           R"({"timestamp":1756553221564,"message":"one"},{"timestamp":-1,"message":""}]})");
  body.begin("g", "s");
  EXPECT_EQ(body.finish(), R"({"logGroupName":"g","logStreamName":"s","logEvents":[]})");
}

TEST(LogEventsBody, IsReadBackWholeByAParserNobodyHereWrote) {
  std::vector<std::string> messages;
  std::string message;
  for (int number = 0; number < 3'000; ++number) {
    message += number % 5 == 0 ? "\"\\\n\t\x01" : "\xc3\xa9x";
    messages.push_back(message);
  }
  LogEventsBody body;
  body.begin("group", "stream \"quoted\"");
  for (std::size_t number = 0; number < messages.size(); ++number) {
    body.add(static_cast<std::int64_t>(number), messages[number]);
  }
  simdjson::dom::parser parser;
  simdjson::dom::element parsed;
  const std::string_view text = body.finish();
  ASSERT_EQ(parser.parse(text.data(), text.size()).get(parsed), simdjson::SUCCESS);
  EXPECT_EQ(std::string_view(parsed["logStreamName"]), "stream \"quoted\"");
  std::size_t number = 0;
  for (const simdjson::dom::element event : simdjson::dom::array(parsed["logEvents"])) {
    ASSERT_EQ(std::int64_t(event["timestamp"]), static_cast<std::int64_t>(number));
    ASSERT_EQ(std::string_view(event["message"]), messages[number]) << number;
    ++number;
  }
  EXPECT_EQ(number, messages.size());
}

}  // namespace
}  // namespace headgate
