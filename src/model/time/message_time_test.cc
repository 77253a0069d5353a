#include "model/time/message_time.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/time/unix_time.h"

namespace headgate {
namespace {

Timestamp at(std::string_view text) {
  return parse_rfc3339(text).value();
}

const Timestamp kRuntime = at("2025-08-30T12:00:00.000000000Z");

// However far it is from the runtime's; what is believed is tested at the end.
std::optional<Timestamp> message_time(std::string_view message, Timestamp runtime_time) {
  const TimeWindow unbounded{.before_max = std::chrono::nanoseconds::max(),
                             .after_max = std::chrono::nanoseconds::max()};
  const EventTime found = event_time(message, runtime_time, unbounded);
  if (found.source != EventTime::Source::Message) return std::nullopt;
  return found.at;
}

struct MessageCase {
  std::string_view message;
  std::string_view utc;  // as to_rfc3339 writes it; empty: the message has no time
};

void expect_times(std::initializer_list<MessageCase> cases, Timestamp runtime_time = kRuntime) {
  for (const MessageCase& expected : cases) {
    const std::optional<Timestamp> found = message_time(expected.message, runtime_time);
    EXPECT_EQ(found ? to_rfc3339(*found) : "", expected.utc) << expected.message;
  }
}

// The acceptance cases V-1 to V-6 of the predecessor, with what it got wrong put right (W-17).
TEST(MessageTime, ReadsEveryShapeThatThePredecessorDid) {
  expect_times({
      {R"({"ts":"2024-08-30T06:11:26.816Z","msg":"x"})", "2024-08-30T06:11:26.816000000Z"},
      {R"({"ts":"1724999486","msg":"x"})", "2024-08-30T06:31:26.000000000Z"},
      {R"({"ts":1724999486816,"msg":"x"})", "2024-08-30T06:31:26.816000000Z"},
      {R"({"level":"info","time":"2024-08-30T06:11:26Z"})", "2024-08-30T06:11:26.000000000Z"},
      {R"({"time":"2001-01-01T00:00:00Z","ts":"2024-08-30T06:11:26Z"})", "2024-08-30T06:11:26.000000000Z"},
      {R"({"ts":"soon","time":"2024-08-30T06:11:26Z"})", "2024-08-30T06:11:26.000000000Z"},
      {R"({"time":1724999486})", "2024-08-30T06:31:26.000000000Z"},
      {"2025-08-30T06:11:26.816Z text", "2025-08-30T06:11:26.816000000Z"},
      {R"(time="2025-08-30T09:21:21Z" level=info msg="x")", "2025-08-30T09:21:21.000000000Z"},
      {R"(level=info time="2025-08-30T09:21:21Z" msg="x")", "2025-08-30T09:21:21.000000000Z"},
      {"I0830 11:27:01.564974       1 main.go:5] x", "2025-08-30T11:27:01.564974000Z"},
      {"W0830 11:27:01.564974       1 main.go:5] x", "2025-08-30T11:27:01.564974000Z"},
      {"E0830 11:27:01.564974       1 main.go:5] x", "2025-08-30T11:27:01.564974000Z"},
      {"F0830 11:27:01.564974       1 main.go:5] x", "2025-08-30T11:27:01.564974000Z"},
      {"D0830 11:27:01.564974       1 main.go:5] x", "2025-08-30T11:27:01.564974000Z"},
      {"2025/08/30 10:33:20 x", "2025-08-30T10:33:20.000000000Z"},
      {R"(I0830 11:27:01.564974 1 main.go:5] time="2025-08-30T09:21:21Z")", "2025-08-30T11:27:01.564974000Z"},
  });
}

TEST(MessageTime, ReadsWhatThePredecessorMissed) {
  expect_times({
      {"2025-08-30T06:11:26.8Z x", "2025-08-30T06:11:26.800000000Z"},
      {"2025-08-30T06:11:26.816123456Z x", "2025-08-30T06:11:26.816123456Z"},
      {"2025-08-30T06:11:26+02:00 x", "2025-08-30T04:11:26.000000000Z"},
      {"2025-08-30T06:11:26 x", "2025-08-30T06:11:26.000000000Z"},
      {"2015-07-29 17:41:44,747 - INFO  [main] x", "2015-07-29T17:41:44.747000000Z"},
      {"2025/08/30 10:33:20.123456 main.go:5: x", "2025-08-30T10:33:20.123456000Z"},
      {"  \t2025-08-30T06:11:26Z x", "2025-08-30T06:11:26.000000000Z"},
      {"  I0830 11:27:01.564974 1 x", "2025-08-30T11:27:01.564974000Z"},
      {"\t2025/08/30 10:33:20 x", "2025-08-30T10:33:20.000000000Z"},
      {R"(  {"ts":1724999486.816123456})", "2024-08-30T06:31:26.816123456Z"},
      {R"({"ts":1724999486816123})", "2024-08-30T06:31:26.816123000Z"},
      {R"({"ts":1724999486816123456})", "2024-08-30T06:31:26.816123456Z"},
      {R"({"timestamp":"2025-08-30 06:11:26,816"})", "2025-08-30T06:11:26.816000000Z"},
      {R"({"@timestamp":"2025-08-30T06:11:26.816+0200"})", "2025-08-30T04:11:26.816000000Z"},
      {R"({"asctime":"2025-08-30 06:11:26,816"})", "2025-08-30T06:11:26.816000000Z"},
      {R"(2025-13-30T06:11:26Z time="2025-08-30T09:21:21Z")", "2025-08-30T09:21:21.000000000Z"},
      {R"(I1330 11:27:01.5 time="2025-08-30T09:21:21Z")", "2025-08-30T09:21:21.000000000Z"},
      {R"(time="soon" time="2025-08-30T09:21:21.5+01:00")", "2025-08-30T08:21:21.500000000Z"},
  });
}

TEST(MessageTime, FindsNoneWhereThereIsNone) {
  expect_times({
      {"", ""},
      {"   ", ""},
      {"x", ""},
      {"Starting server on port 8080", ""},
      {"2025-02-30T06:11:26Z x", ""},
      {"2025/02/30 10:33:20 x", ""},
      {"2025-08-30T06:11:261 x", ""},
      {"2025/08/30T10:33:20 x", ""},
      {"2025/08/30 10:33:201 x", ""},
      {"2025/08-30 10:33:20 x", ""},
      {"2025/08/30 10:33", ""},
      {"I0830", ""},
      {"I0830 ", ""},
      {"I0830 11:27:01", ""},
      {"I0830 11:27:01.", ""},
      {"I0830 11:27:01.5x", ""},
      {"I0830  11:27:0", ""},
      {"I083011:27:01.564974 x", ""},
      {"I0832 11:27:01.564974 x", ""},
      {"X0830 11:27:01.564974 x", ""},
      {"INFO 11:27:01.564974 x", ""},
      {R"(time=2025-08-30T09:21:21Z)", ""},
      {R"(time="2025-08-30T09:21:21Z)", ""},
      {R"(time="2025-08-30T09:21:21Z x")", ""},
      {R"(uptime="2025-08-30T09:21:21Z")", ""},
      {R"(start_time="2025-08-30T09:21:21Z")", ""},
      {R"(["2025-08-30T09:21:21Z"])", ""},
      {std::string_view("\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 20), ""},
      {"\xFF\xFE\xFF\xFE", ""},
  });
}

TEST(MessageTime, LooksForANamedTimeInTheFirstFourKibibytesOnly) {
  const std::string named = R"(time="2025-08-30T09:21:21Z")";
  const std::string near = std::string(4'096 - named.size() - 1, 'x') + " " + named;
  EXPECT_TRUE(message_time(near, kRuntime));
  EXPECT_FALSE(message_time("x" + near, kRuntime));
  EXPECT_FALSE(message_time(std::string(1U << 20U, '"'), kRuntime));
}

TEST(MessageTime, GivesKlogTheYearThatPutsItNearestToTheRuntime) {
  expect_times({{"I1231 23:59:59.999999 1 x", "2025-12-31T23:59:59.999999000Z"},
                {"I0101 00:00:00.000001 1 x", "2026-01-01T00:00:00.000001000Z"},
                {"I0702 00:00:00.5 1 x", "2026-07-02T00:00:00.500000000Z"},
                {"I0703 00:00:00.5 1 x", "2025-07-03T00:00:00.500000000Z"}},
               at("2026-01-01T00:00:03Z"));
  // The node's clock is behind: still 31 December for the runtime.
  expect_times({{"I0101 00:00:02.5 1 x", "2026-01-01T00:00:02.500000000Z"},
                {"I1231 23:59:58.5 1 x", "2025-12-31T23:59:58.500000000Z"}},
               at("2025-12-31T23:59:58Z"));
  expect_times({{"I0229 12:00:00.5 1 x", "2024-02-29T12:00:00.500000000Z"}}, at("2024-03-01T06:20:00Z"));
  expect_times({{"I0229 12:00:00.5 1 x", "2024-02-29T12:00:00.500000000Z"}}, at("2023-12-31T00:00:00Z"));
  expect_times({{"I0229 12:00:00.5 1 x", ""}}, at("2025-03-01T00:00:00Z"));
  expect_times({{"I0229 12:00:00.5 1 x", ""}}, at("2023-03-01T00:00:00Z"));
}

TEST(MessageTime, GivesKlogAYearAtTheEndsOfTime) {
  EXPECT_FALSE(message_time("I0411 23:47:17.5 1 x", Timestamp{INT64_MAX}));
  EXPECT_EQ(message_time("I0411 23:47:16.5 1 x", Timestamp{INT64_MAX}), at("2262-04-11T23:47:16.5Z"));
  EXPECT_EQ(message_time("I1231 23:47:16.5 1 x", Timestamp{INT64_MIN}), at("1677-12-31T23:47:16.5Z"));
}

TEST(MessageTime, ReadsALeapSecondAsTheLastNanosecondBeforeIt) {
  expect_times({{"2016-12-31T23:59:60Z x", "2016-12-31T23:59:59.999999999Z"},
                {"2016/12/31 23:59:60 x", "2016-12-31T23:59:59.999999999Z"},
                {R"({"ts":"2016-12-31T23:59:60.5Z"})", "2016-12-31T23:59:59.999999999Z"}});
}

TEST(JsonTime, PrefersKeysInTheirOrderNotTheTexts) {
  const std::string order[] = {"ts",        "time",       "stageTimestamp", "requestReceivedTimestamp",
                               "timestamp", "@timestamp", "asctime"};
  for (std::size_t best = 0; best < std::size(order); ++best) {
    std::string forwards;
    std::string backwards;
    for (std::size_t rank = best; rank < std::size(order); ++rank) {
      std::string member = "\"";
      member.append(order[rank])
          .append(R"(":"2025-08-30T00:00:0)")
          .append(std::to_string(rank))
          .append("Z\"");
      if (rank > best) {
        forwards += ',';
        backwards.insert(0, ",");
      }
      forwards += member;
      backwards.insert(0, member);
    }
    const Timestamp expected = at("2025-08-30T00:00:0" + std::to_string(best) + "Z");
    EXPECT_EQ(message_time("{" + forwards + "}", kRuntime), expected) << order[best];
    EXPECT_EQ(message_time("{" + backwards + "}", kRuntime), expected) << order[best];
  }
}

TEST(JsonTime, FallsThroughWhatCannotBeRead) {
  for (const std::string_view bad :
       {"null", "true", "false", "12.5", "-1724999486", "\"\"", "\"soon\"", "{}", "[]", "{\"ts\":1724999486}",
        "\"0001-01-01T00:00:00Z\"", "\"2025-08-30T06:11:26Z \"", "\"2025-08-30\"", "\"12:00:00\"",
        "\"2025-08-30T06:11:26\\n\"", "\"2025-08-30T06:11:26\\u0905\"", "\"1724999486x\"", "9e99", "1e-9"}) {
    const std::string message = R"({"ts":)" + std::string(bad) + R"(,"time":"2025-08-30T06:11:26Z"})";
    EXPECT_EQ(message_time(message, kRuntime), at("2025-08-30T06:11:26Z")) << message;
  }
}

TEST(JsonTime, IsNeverFooledByAKeyInsideAnObjectOrAString) {
  expect_times({
      {R"({"a":{"ts":1724999486}})", ""},
      {R"({"a":[{"ts":1724999486}]})", ""},
      {R"({"a":"\"ts\":1724999486"})", ""},
      {R"({"a":"\\","ts":1724999486})", "2024-08-30T06:31:26.000000000Z"},
      {R"({"a":"\\\",\"ts\":1724999486,\"b\":\""})", ""},
      {R"({"a":"}","b":"]","ts":1724999486})", "2024-08-30T06:31:26.000000000Z"},
      {R"({"a":{"b":"}\"}"},"ts":1724999486})", "2024-08-30T06:31:26.000000000Z"},
      {R"({"a":[[],{},[{"b":[1,2,{"c":"["}]}]],"ts":1724999486})", "2024-08-30T06:31:26.000000000Z"},
      {R"({"\"ts":1,"xts":2,"ts ":3,"TS":1724999486,"Time":"2025-08-30T06:11:26Z"})", ""},
      {R"({"a":"ts","b":"time"})", ""},
      {R"({"msg":"a long text without any quotes in it, longer than what is looked at word by word",)"
       R"("ts":1724999486})",
       "2024-08-30T06:31:26.000000000Z"},
      {R"({"msg":"a long text \"with quotes\" in it, longer than what is looked at \\\"word by word\\",)"
       R"("ts":1724999486})",
       "2024-08-30T06:31:26.000000000Z"},
  });
}

TEST(JsonTime, TakesBlanksAnywhere) {
  expect_times({
      {"{ \"a\" : 1 , \"ts\" : 1724999486 }", "2024-08-30T06:31:26.000000000Z"},
      {"{\n\t\"ts\"\r\n:\t1724999486\n}", "2024-08-30T06:31:26.000000000Z"},
      {"{\"ts\":1724999486\n}", "2024-08-30T06:31:26.000000000Z"},
      {"{\"a\": [ 1 , 2 ] , \"b\" : { } , \"ts\": \"1724999486\" }", "2024-08-30T06:31:26.000000000Z"},
  });
}

TEST(JsonTime, ReadsEscapedSignsAndSlashes) {
  expect_times({
      {R"({"Level":"x","@timestamp":"2025-08-30T06:11:26.5\u002B02:00"})", "2025-08-30T04:11:26.500000000Z"},
      {R"({"@timestamp":"2025-08-30T06:11:26.5\u002b02:00"})", "2025-08-30T04:11:26.500000000Z"},
      {R"({"@timestamp":"2025-08-30T06:11:26\u"})", ""},
      {R"({"@timestamp":"2025-08-30T06:11:26\u00"})", ""},
      {R"({"@timestamp":"2025-08-30T06:11:26\u00ZZ"})", ""},
  });
  EXPECT_FALSE(message_time(R"({"ts":"\u0032025-08-30T06:11:26.)" + std::string(500, '0') + "\"}", kRuntime));
}

TEST(JsonTime, StopsWhereTheTextStopsBeingJson) {
  expect_times({
      {"{", ""},
      {"{}", ""},
      {"{\"ts\"", ""},
      {"{\"ts\":", ""},
      {"{\"ts\":1724999486", ""},  // perhaps cut off: 17249994861234 would be another time
      {"{\"ts\":1724999486]", ""},
      {"{\"ts\":\"2025-08-30T06:11:26Z", ""},
      {"{\"ts\":\"2025-08-30T06:11:26Z\"", "2025-08-30T06:11:26.000000000Z"},
      {"{\"ts\" 1724999486}", ""},
      {"{ts:1724999486}", ""},
      {"{'ts':1724999486}", ""},
      {"{:ts=>1724999486}", ""},
      {"{,\"ts\":1724999486}", ""},
      {"{\"a\":1 \"ts\":1724999486}", ""},
      {"{\"a\":,\"ts\":1724999486}", ""},
      {"{\"a\":truely,\"ts\":1724999486}", ""},
      {"{\"a\":nul,\"ts\":1724999486}", ""},
      {"{\"a\":tru", ""},
      {"{\"a\":[}],\"ts\":1724999486}", ""},
      {"{\"a\":{]},\"ts\":1724999486}", ""},
      {"{\"a\":[1,2,\"ts\":1724999486}", ""},
      {"{\"a\":\"unclosed,\"ts\":1724999486}", ""},
      {"{\"time\":\"2025-08-30T06:11:26Z\",\"a\":[}", "2025-08-30T06:11:26.000000000Z"},
      {"{\"time\":\"2025-08-30T06:11:26Z\"} and more", "2025-08-30T06:11:26.000000000Z"},
      {"{\"a\":1}{\"ts\":1724999486}", ""},
      {"{\"a\":1},\"ts\":1724999486}", ""},
  });
}

TEST(JsonTime, ReadsDeepAndLongTextInBoundedMemory) {
  const std::string tail = R"("ts":1724999486})";
  const auto nested = [&](std::size_t depth) {
    return R"({"a":)" + std::string(depth, '[') + std::string(depth, ']') + "," + tail;
  };
  EXPECT_TRUE(message_time(nested(512), kRuntime));
  EXPECT_FALSE(message_time(nested(513), kRuntime));
  EXPECT_FALSE(message_time("{\"a\":" + std::string(4U << 20U, '['), kRuntime));
  EXPECT_TRUE(message_time("{\"a\":\"" + std::string(4U << 20U, '\\') + "\"," + tail, kRuntime));
  EXPECT_FALSE(message_time("{\"a\":\"" + std::string((4U << 20U) + 1, '\\') + "\"," + tail, kRuntime));
  EXPECT_FALSE(message_time("{\"ts\":" + std::string(4U << 20U, '1') + "}", kRuntime));
  std::string quotes = "{\"a\":\"";
  for (int count = 0; count < 1'000'000; ++count) quotes += "\\\"";
  EXPECT_TRUE(message_time(quotes + "\"," + tail, kRuntime));
}

TEST(JsonTime, IsTheSameAtEveryAlignmentAndLength) {
  for (std::size_t length = 0; length < 100; ++length) {
    const std::string filler(length, 'x');
    std::string message = R"({"m":")";
    message.append(filler).append(R"(","n":{"o":")").append(filler).append(R"("},"ts":1724999486})");
    EXPECT_EQ(message_time(message, kRuntime), Timestamp::from_seconds(1'724'999'486)) << message;
    const std::string cut = message.substr(0, message.size() - 1);
    EXPECT_FALSE(message_time(cut, kRuntime)) << cut;
  }
}

TEST(UnixTime, TellsTheUnitByTheMagnitude) {
  const struct {
    std::string_view number;
    std::string_view utc;
  } cases[] = {
      {"1724999486", "2024-08-30T06:31:26.000000000Z"},
      {"1724999486816", "2024-08-30T06:31:26.816000000Z"},
      {"1724999486816123", "2024-08-30T06:31:26.816123000Z"},
      {"1724999486816123456", "2024-08-30T06:31:26.816123456Z"},
      {"1704110400", "2024-01-01T12:00:00.000000000Z"},
      {"1704110400000", "2024-01-01T12:00:00.000000000Z"},
      {"999999999999", "2001-09-09T01:46:39.999000000Z"},
      {"1000000000000", "2001-09-09T01:46:40.000000000Z"},
      {"1000000000001", "2001-09-09T01:46:40.001000000Z"},
      {"946684800", "2000-01-01T00:00:00.000000000Z"},
      {"946684799.999999999", ""},
      {"4102444800", "2100-01-01T00:00:00.000000000Z"},
      {"4102444800000", "2100-01-01T00:00:00.000000000Z"},
      {"4102444800.000000001", ""},
      {"4102444801", ""},
      {"99999999999", ""},         // the last of the seconds: year 5138
      {"100000000000", ""},        // the first of the milliseconds: 1973
      {"99999999999999", ""},      // 5138
      {"100000000000000", ""},     // microseconds: 1973
      {"100000000000000000", ""},  // nanoseconds: 1973
      {"9223372036854775807", ""},
      {"18446744073709551616", ""},
      {"99999999999999999999999999999999", ""},
  };
  for (const auto& [number, utc] : cases) {
    const std::optional<Timestamp> found = parse_unix_time(number);
    EXPECT_EQ(found ? to_rfc3339(*found) : "", utc) << number;
  }
}

TEST(UnixTime, IsExactInDecimal) {
  const struct {
    std::string_view number;
    std::int64_t nanoseconds;
  } cases[] = {
      {"1724999486.816123456", 1'724'999'486'816'123'456},
      {"1724999486.8161234569999999999999", 1'724'999'486'816'123'456},
      {"1724999486.1", 1'724'999'486'100'000'000},
      {"1724999486.000000001", 1'724'999'486'000'000'001},
      {"1724999486816.123456", 1'724'999'486'816'123'456},
      {"1724999486816.1234567", 1'724'999'486'816'123'456},
      {"1724999486816123.456", 1'724'999'486'816'123'456},
      {"1724999486816123456.9", 1'724'999'486'816'123'456},
      {"1.724999486e9", 1'724'999'486'000'000'000},
      {"1.724999486816123456E+9", 1'724'999'486'816'123'456},
      {"1.724999486816e12", 1'724'999'486'816'000'000},
      {"1.724999486816123456e18", 1'724'999'486'816'123'456},
      {"17249994868161.23456e-4", 1'724'999'486'816'123'456},
      {"0.001724999486e12", 1'724'999'486'000'000'000},
      {"0.00001724999486e+00014", 1'724'999'486'000'000'000},
      {"1724999486e0", 1'724'999'486'000'000'000},
      {"1724999486.816000000000000000000000000000000000000000001", 1'724'999'486'816'000'000},
  };
  for (const auto& [number, nanoseconds] : cases) {
    EXPECT_EQ(parse_unix_time(number), Timestamp{nanoseconds}) << number;
  }
}

TEST(UnixTime, IsAJsonNumberAndNothingElse) {
  for (const std::string_view text : {"",
                                      "-",
                                      "-1724999486",
                                      "+1724999486",
                                      "01724999486",
                                      " 1724999486",
                                      "1724999486 ",
                                      "1724999486.",
                                      ".1724999486e10",
                                      "1724999486e",
                                      "1724999486e+",
                                      "1724999486ex",
                                      "1724999486f",
                                      "1,724,999,486",
                                      "0x66D16A3E",
                                      "NaN",
                                      "Infinity",
                                      "0",
                                      "0.0",
                                      "0e9",
                                      "12.5",
                                      "5",
                                      "1e400000000000000000000",
                                      "1e-400000000000000000000",
                                      "1724999486.8.1",
                                      "00"}) {
    EXPECT_FALSE(parse_unix_time(text)) << text;
  }
}

struct BelievedCase {
  std::string_view message;
  std::string_view utc;
  EventTime::Source source = EventTime::Source::Message;
};

void expect_believed(std::initializer_list<BelievedCase> cases, const TimeWindow& window = {},
                     Timestamp runtime_time = kRuntime) {
  for (const BelievedCase& expected : cases) {
    const EventTime found = event_time(expected.message, runtime_time, window);
    EXPECT_EQ(to_rfc3339(found.at), to_rfc3339(at(expected.utc))) << expected.message;
    EXPECT_EQ(int(found.source), int(expected.source)) << expected.message;
  }
}

constexpr EventTime::Source kRefused = EventTime::Source::RuntimeInstead;
constexpr EventTime::Source kNone = EventTime::Source::Runtime;

TEST(EventTime, BelievesAMessagesTimeOnlyNearTheRuntimes) {
  expect_believed({
      {"2025-08-29T12:00:00Z x", "2025-08-29T12:00:00Z"},
      {"2025-08-29T11:59:59Z x", "2025-08-30T12:00:00Z", kRefused},
      {"2025-08-30T12:05:00Z x", "2025-08-30T12:05:00Z"},
      {"2025-08-30T12:05:01Z x", "2025-08-30T12:00:00Z", kRefused},
      {"2025-08-30T21:00:00+09:00 x", "2025-08-30T12:00:00Z"},
      {"2025-08-30T21:00:00+08:00 x", "2025-08-30T12:00:00Z", kRefused},
      {"1970-01-01T00:00:00Z x", "2025-08-30T12:00:00Z", kRefused},
      {"2262-04-11T00:00:00Z x", "2025-08-30T12:00:00Z", kRefused},
      {"1677-12-31T00:00:00 x", "2025-08-30T12:00:00Z", kRefused},
      {R"({"ts":"2024-02-29T00:00:00Z","msg":"invoice of that day"})", "2025-08-30T12:00:00Z", kRefused},
      {R"({"ts":1756555200,"msg":"x"})", "2025-08-30T12:00:00Z"},
      {R"({"ts":1756555199999,"msg":"x"})", "2025-08-30T11:59:59.999Z"},
      {R"({"ts":1724999486,"msg":"x"})", "2025-08-30T12:00:00Z", kRefused},
      {R"({"time":"1788091200"})", "2025-08-30T12:00:00Z", kRefused},
      {R"(level=info time="2030-08-30T12:00:00Z" msg=x)", "2025-08-30T12:00:00Z", kRefused},
      {"2015/08/30 10:33:20 x", "2025-08-30T12:00:00Z", kRefused},
      {"I0301 11:27:01.564974 1 x", "2025-08-30T12:00:00Z", kRefused},
      {"no time at all", "2025-08-30T12:00:00Z", kNone},
      {"", "2025-08-30T12:00:00Z", kNone},
      {R"({"msg":"x"})", "2025-08-30T12:00:00Z", kNone},
      {R"({"ts":12.5})", "2025-08-30T12:00:00Z", kNone},
  });
}

TEST(EventTime, HasAWindowThatCanBeSet) {
  const TimeWindow wide{.before_max = std::chrono::hours{24 * 14}, .after_max = std::chrono::hours{2}};
  expect_believed({{"2025-08-17T12:00:00Z x", "2025-08-17T12:00:00Z"},
                   {"2025-08-16T11:59:59Z x", "2025-08-30T12:00:00Z", kRefused},
                   {"2025-08-30T14:00:00Z x", "2025-08-30T14:00:00Z"}},
                  wide);
  const TimeWindow none{.before_max = std::chrono::seconds{0}, .after_max = std::chrono::seconds{0}};
  expect_believed({{"2025-08-30T12:00:00Z x", "2025-08-30T12:00:00Z"},
                   {"2025-08-30T11:59:59.9Z x", "2025-08-30T12:00:00Z", kRefused},
                   {"2025-08-30 20:59:59 x", "2025-08-30T12:00:00Z", kRefused},
                   {"2025-08-30 21:00:00 x", "2025-08-30T12:00:00Z"}},
                  none);
}

TEST(EventTime, IsAMessagesNextTimeIfTheFirstIsNotBelieved) {
  expect_believed({
      {R"({"ts":"2024-02-29T00:00:00Z","time":"2025-08-30T11:59:59Z"})", "2025-08-30T11:59:59Z"},
      {R"({"time":"2025-08-30T11:59:59Z","ts":"2024-02-29T00:00:00Z"})", "2025-08-30T11:59:59Z"},
      {R"({"timestamp":"2024-02-29T00:00:00Z","@timestamp":1756555199})", "2025-08-30T11:59:59Z"},
      {R"({"ts":1,"time":2,"timestamp":1724999486})", "2025-08-30T12:00:00Z", kRefused},
      {R"(2024-02-29 00:00:00 is closed time="2025-08-30T11:59:59Z")", "2025-08-30T11:59:59Z"},
      {R"(due time="2024-02-29T00:00:00Z" time="2025-08-30T11:59:59Z")", "2025-08-30T11:59:59Z"},
  });
}

// Written by a program within a second of the runtime's time, as the clock of each place shows it.
TEST(EventTime, RecognisesTheLocalTimeOfEveryPlace) {
  int offsets = 0;
  for (int minutes = -12 * 60; minutes <= 14 * 60; minutes += 15) {
    if (!is_offset_in_use(std::chrono::minutes{minutes})) continue;
    ++offsets;
    const Timestamp written = at("2025-08-30T11:59:59.250Z");
    const std::string local = to_rfc3339(written + std::chrono::minutes{minutes}).substr(0, 23);
    std::string go = local;
    std::replace(go.begin(), go.end(), '-', '/');
    go[10] = ' ';
    std::string comma = local;
    comma[10] = ' ';
    comma[19] = ',';
    const std::string klog = "I" + local.substr(5, 2) + local.substr(8, 2) + " " + local.substr(11) + " 1 x";
    for (const std::string& message :
         {local + " INFO x", comma + " - INFO  [main] x", go + " x", klog, R"({"ts":")" + local + "\"}",
          R"({"level":"info","@timestamp":")" + comma + "\"}", R"(time=")" + local + R"(" level=info)"}) {
      const EventTime found = event_time(message, kRuntime);
      EXPECT_EQ(to_rfc3339(found.at), to_rfc3339(written)) << message;
      EXPECT_EQ(int(found.source), int(EventTime::Source::Message)) << message;
    }
  }
  EXPECT_EQ(offsets, 27 + 13);
}

TEST(EventTime, RecognisesLocalTimeAcrossNewYear) {
  expect_believed({{"I0101 00:59:59.5 1 x", "2025-12-31T15:59:59.5Z"},
                   {"2026-01-01 00:59:59 x", "2025-12-31T15:59:59Z"},
                   {"I1231 10:59:59.5 1 x", "2025-12-31T15:59:59.5Z"}},
                  {}, at("2025-12-31T16:00:00Z"));
  expect_believed({{"I1231 20:59:59.5 1 x", "2026-01-01T01:59:59.5Z"}}, {}, at("2026-01-01T02:00:00Z"));
  expect_believed({{"I0229 21:00:00.5 1 x", "2024-02-29T12:00:00.5Z"}}, {}, at("2024-02-29T12:00:01Z"));
}

// A line of the past that has no offset is far more often in UTC than in a place whose clock shows just that.
TEST(EventTime, IsUtcWhereNoOffsetMatchesTheRuntimesTime) {
  expect_believed({
      {"2025-08-30 12:00:00 x", "2025-08-30T12:00:00Z"},
      {"2025-08-30 11:58:00 x", "2025-08-30T11:58:00Z"},
      {"2025-08-30 11:50:00 x", "2025-08-30T11:50:00Z"},
      {"2025-08-30 11:30:00 x", "2025-08-30T11:30:00Z"},  // no place has -00:30
      {"2025-08-30 10:59:59 x", "2025-08-30T11:59:59Z"},  // Cape Verde
      {"2025-08-30 10:58:00 x", "2025-08-30T11:58:00Z"},
      {"2025-08-30 10:57:59 x", "2025-08-30T10:57:59Z"},
      {"2025-08-30 11:00:10 x", "2025-08-30T12:00:10Z"},
      {"2025-08-30 11:00:11 x", "2025-08-30T11:00:11Z"},
      {"2025-08-30 05:47:00 x", "2025-08-30T05:47:00Z"},
      {"2025-08-29 23:40:00 x", "2025-08-29T23:40:00Z"},
      {"2025-08-29 12:00:00 x", "2025-08-29T12:00:00Z"},
      {"2025-08-29 11:59:59 x", "2025-08-30T12:00:00Z", kRefused},
      {"2025-08-30 12:05:00 x", "2025-08-30T12:05:00Z"},
      {"2025-08-30 12:17:00 x", "2025-08-30T12:00:00Z", kRefused},  // a clock that is ahead
      {"2025-08-30 20:57:59 x", "2025-08-30T12:00:00Z", kRefused},
      {"2025-08-30 20:58:00 x", "2025-08-30T11:58:00Z"},
      {"2025-08-31 02:00:00 x", "2025-08-30T12:00:00Z"},
      {"2025-08-31 03:00:00 x", "2025-08-30T12:00:00Z", kRefused},  // no place has +15:00
      {"2025-08-30 00:00:00 x", "2025-08-30T12:00:00Z"},
      {"2025-08-29 23:00:00 x", "2025-08-29T23:00:00Z"},  // nor -13:00
  });
}

TEST(EventTime, IsTheRuntimesAtTheEndsOfTime) {
  for (const std::int64_t end : {INT64_MIN, INT64_MAX}) {
    const EventTime found = event_time("2025-08-30 12:00:00 x", Timestamp{end});
    EXPECT_EQ(found.at, Timestamp{end});
    EXPECT_EQ(int(found.source), int(kRefused));
  }
  expect_believed({{"1970-01-01 09:00:00 x", "1970-01-01T00:00:00Z"}}, {}, Timestamp{0});
}

}  // namespace
}  // namespace headgate
