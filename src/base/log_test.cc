#include "base/log.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cmath>
#include <limits>
#include <string>
#include <thread>
#include <vector>

namespace headgate::log {
namespace {

constexpr std::string_view kTime = "2026-11-23T14:29:08.123Z";

std::string text_of(simdjson::dom::element element, const char* name) {
  return std::string(std::string_view(element[name]));
}

TEST(JsonLine, IsOneObjectWithTheFieldsInTheirOrder) {
  EXPECT_EQ(
      json_line(kTime, Level::Info, "object_stored", "An object was stored.",
                {{"key", "a/b"},
                 {"bytes", std::uint64_t{18446744073709551615U}},
                 {"late_ms", -5},
                 {"ratio", 0.25},
                 {"again", false}}),
      R"({"time":"2026-11-23T14:29:08.123Z","level":"info","event":"object_stored","message":"An object was stored.","key":"a/b",)"
      R"("bytes":18446744073709551615,"late_ms":-5,"ratio":0.25,"again":false})");
  EXPECT_EQ(json_line(kTime, Level::Error, "x", "X.", {}),
            R"({"time":"2026-11-23T14:29:08.123Z","level":"error","event":"x","message":"X."})");
}

TEST(JsonLine, AnyBytesComeBackFromAnotherJsonReader) {
  simdjson::dom::parser parser;
  std::string every_byte;
  for (int code = 0; code < 128; ++code) every_byte.push_back(static_cast<char>(code));
  every_byte += "caf\xC3\xA9 \xF0\x9F\x98\x80 \xC2\x9B";
  const std::string line = json_line(kTime, Level::Warn, "odd", "odd \"event\"\n", {{"text", every_byte}});
  EXPECT_EQ(line.find('\n'), std::string::npos);
  simdjson::dom::element read;
  ASSERT_EQ(parser.parse(line).get(read), simdjson::SUCCESS) << line;
  EXPECT_EQ(text_of(read, "text"), every_byte);
  EXPECT_EQ(text_of(read, "message"), "odd \"event\"\n");

  const std::string bad = json_line(kTime, Level::Warn, "bad", "Bad.", {{"text", "a\xFF\x62"}});
  ASSERT_EQ(parser.parse(bad).get(read), simdjson::SUCCESS) << bad;
  EXPECT_EQ(text_of(read, "text"), "a\xEF\xBF\xBD\x62");
}

TEST(JsonLine, NumbersThatJsonLacksBecomeText) {
  EXPECT_EQ(json_line(kTime, Level::Info, "x", "X.",
                      {{"a", std::nan("")},
                       {"b", std::numeric_limits<double>::infinity()},
                       {"c", -std::numeric_limits<double>::infinity()}}),
            R"({"time":"2026-11-23T14:29:08.123Z","level":"info","event":"x","message":"X.",)"
            R"("a":"NaN","b":"Infinity","c":"-Infinity"})");
}

TEST(HumanLine, AlignsTheSentenceAndQuotesOnlyWhatNeedsIt) {
  EXPECT_EQ(human_line("14:29:08.123", Level::Info, "object_stored", "An object was stored.",
                       {{"key", "a/b"}, {"tenant", "a b"}}),
            "14:29:08.123 INFO  An object was stored.  key=a/b tenant=\"a b\"");
  EXPECT_EQ(human_line("14:29:08.123", Level::Debug, "x", "X.", {{"n", 3}, {"ok", true}, {"empty", ""}}),
            "14:29:08.123 DEBUG X.  n=3 ok=true empty=\"\"");
}

TEST(HumanLine, ShowsTheIdOfWarningsAndErrors) {
  EXPECT_EQ(human_line("14:29:08.123", Level::Warn, "upload_failed", "X.", {}),
            "14:29:08.123 WARN  X. [upload_failed]");
  EXPECT_EQ(human_line("14:29:08.123", Level::Error, "upload_failed", "X.", {{"n", 3}}),
            "14:29:08.123 ERROR X. [upload_failed]  n=3");
}

TEST(EventId, IsLowerCaseSnakeCaseOfAtMostFortyCharacters) {
  for (const char* good :
       {"x", "delivery_parked", "sha256_differs", "a_2", "abcdefghijklmnopqrstuvwxyz_abcdefghijklm"})
    EXPECT_TRUE(is_event_id(good)) << good;
  for (const char* bad :
       {"", "_parked", "parked_", "delivery__parked", "Parked", "delivery parked", "delivery-parked",
        "2_parked", "parked.", "caf\xC3\xA9", "abcdefghijklmnopqrstuvwxyz_abcdefghijklmn"})
    EXPECT_FALSE(is_event_id(bad)) << bad;
  static_assert(EventId("delivery_parked").view() == "delivery_parked");
}

TEST(JsonLine, TextBeyondItsLimitIsCutBehindAWholeCharacter) {
  const std::string longest(kTextBytesMax, 'x');
  const std::string start =
      R"({"time":"2026-11-23T14:29:08.123Z","level":"info","event":"x","message":"X.","text":")";
  EXPECT_EQ(json_line(kTime, Level::Info, "x", "X.", {{"text", longest}}), start + longest + "\"}");
  EXPECT_EQ(json_line(kTime, Level::Info, "x", "X.", {{"text", longest + "y"}}),
            start + longest + "\u2026\"}");
  const std::string most = longest.substr(1);
  EXPECT_EQ(json_line(kTime, Level::Info, "x", "X.", {{"text", most + "\u00e9"}}),
            start + most + "\u2026\"}");
}

TEST(HumanLine, TextBeyondItsLimitIsCut) {
  const std::string longest(kTextBytesMax, 'x');
  EXPECT_EQ(human_line("14:29:08.123", Level::Info, "x", "X.", {{"text", longest}, {"more", longest + "y"}}),
            "14:29:08.123 INFO  X.  text=" + longest + " more=\"" + longest + "\u2026\"");
}

TEST(HumanLine, NeverLetsTextDriveTheTerminal) {
  const std::string line =
      human_line("14:29:08.123", Level::Error, "x", "X.", {{"text", "\x1b[31mred\r\n\xC2\x9B\x7F=\"\\"}});
  EXPECT_EQ(line, R"(14:29:08.123 ERROR X. [x]  text="\u001b[31mred\r\n\u009b\u007f=\"\\")");
}

// The captured stderr is the process's: these two tests configure the log as they need it.
TEST(Log, WritesWholeLinesFromManyThreadsAtItsLevel) {
  configure(Level::Info, Style::Json);
  testing::internal::CaptureStderr();
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([thread] {
        for (int i = 0; i < 200; ++i) {
          info("counted", "Counted.", {{"thread", thread}, {"i", i}, {"filler", std::string(300, 'x')}});
          debug("hidden", "Hidden.");
        }
      });
    }
  }
  warn("done", "Done.");
  const std::string seen = testing::internal::GetCapturedStderr();
  simdjson::dom::parser parser;
  int counted = 0;
  int others = 0;
  for (std::size_t from = 0; from < seen.size();) {
    const std::size_t end = seen.find('\n', from);
    ASSERT_NE(end, std::string::npos);
    simdjson::dom::element read;
    ASSERT_EQ(parser.parse(seen.substr(from, end - from)).get(read), simdjson::SUCCESS);
    EXPECT_EQ(text_of(read, "time").size(), kTime.size());
    ++(text_of(read, "event") == "counted" ? counted : others);
    from = end + 1;
  }
  EXPECT_EQ(counted, 800);
  EXPECT_EQ(others, 1);
}

TEST(Log, HumanStyleHasNoColourCodesWhenStderrIsNoTerminal) {
  configure(Level::Debug, Style::Human);
  testing::internal::CaptureStderr();
  debug("seen", "Seen.", {{"n", 1}});
  const std::string seen = testing::internal::GetCapturedStderr();
  configure(Level::Info, Style::Json);
  ASSERT_GT(seen.size(), 13U);
  EXPECT_EQ(seen.substr(12), " DEBUG Seen.  n=1\n");
}

}  // namespace
}  // namespace headgate::log
