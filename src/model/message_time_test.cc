#include "model/message_time.h"

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "model/unix_time.h"

namespace headgate {
namespace {

Timestamp at(std::string_view text) {
  return parse_rfc3339(text).value();
}

const Timestamp kRuntime = at("2025-08-30T12:00:00.000000000Z");

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
  expect_times({{"I0229 12:00:00.5 1 x", "2024-02-29T12:00:00.500000000Z"}}, at("2024-03-01T00:00:00Z"));
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

}  // namespace
}  // namespace headgate
