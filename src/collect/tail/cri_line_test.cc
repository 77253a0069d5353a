#include "collect/tail/cri_line.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

constexpr std::string_view kTime = "2025-08-30T11:27:01.564974123Z";

TEST(CriLine, ReadsTimeStreamTagAndText) {
  struct Case {
    std::string_view rest;
    Stream stream;
    bool is_partial;
    std::string_view text;
  };
  const Case cases[] = {
      {" stdout F hello", Stream::Stdout, false, "hello"},
      {" stderr F hello", Stream::Stderr, false, "hello"},
      {" stdout P first part ", Stream::Stdout, true, "first part "},
      {" stdout F ", Stream::Stdout, false, ""},
      {" stdout F", Stream::Stdout, false, ""},
      {" stdout F  leading blank", Stream::Stdout, false, " leading blank"},
      {" stdout F:later:tags text", Stream::Stdout, false, "text"},
      {" stdout P:x", Stream::Stdout, true, ""},
      {" stdout F a\rb\x01\xff", Stream::Stdout, false, "a\rb\x01\xff"},
      {" stdout F stderr F nested", Stream::Stdout, false, "stderr F nested"},
  };
  for (const Case& c : cases) {
    const std::string line = std::string(kTime) + std::string(c.rest);
    const auto parsed = parse_cri_line(line);
    ASSERT_TRUE(parsed.has_value()) << line;
    EXPECT_EQ(parsed->at.nanoseconds, 1756553221564974123) << line;
    EXPECT_EQ(parsed->stream, c.stream) << line;
    EXPECT_EQ(parsed->is_partial, c.is_partial) << line;
    EXPECT_EQ(parsed->text, c.text) << line;
  }
}

TEST(CriLine, ReadsTimesOfOtherZonesAndPrecisions) {
  EXPECT_EQ(parse_cri_line("2025-08-30T13:27:01.5+02:00 stdout F x")->at.nanoseconds, 1756553221500000000);
  EXPECT_EQ(parse_cri_line("2025-08-30T11:27:01Z stdout F x")->at.nanoseconds, 1756553221000000000);
}

TEST(CriLine, RefusesWhatIsNotOne) {
  for (const std::string_view line :
       {"", " ", "hello world", "2025-08-30T11:27:01.564974123Z", "2025-08-30T11:27:01.564974123Z stdout",
        "2025-08-30T11:27:01.564974123Z stdout ", "2025-08-30T11:27:01.564974123Z stdlog F x",
        "2025-08-30T11:27:01.564974123Z stdout X x", "2025-08-30T11:27:01.564974123Z stdout Fx",
        "2025-13-30T11:27:01Z stdout F x", "{\"log\":\"docker json\\n\",\"stream\":\"stdout\"}",
        "2025-08-30T11:27:01.564974123 stdout F no zone"}) {
    EXPECT_FALSE(parse_cri_line(line).has_value()) << line;
  }
}

}  // namespace
}  // namespace headgate::collect
