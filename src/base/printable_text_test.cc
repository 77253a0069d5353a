#include "base/printable_text.h"

#include <gtest/gtest.h>

#include "base/json_text.h"
#include "base/log.h"
#include "base/utf8.h"

namespace headgate {
namespace {

TEST(PrintableText, EscapesWhatATerminalObeysOrHides) {
  struct Row {
    const char* text;
    const char* shown;
  };
  const Row rows[] = {
      {"plain \t text\n", "plain \t text\n"},
      {"gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80",
       "gr\xc3\xbc\xc3\x9f \xe6\x97\xa5\xe6\x9c\xac \xf0\x9f\x98\x80"},
      {"\x1b[2J\x07", "\\u001b[2J\\u0007"},
      {"a\rb", "a\\u000db"},
      {"\x7f", "\\u007f"},
      {"\xc2\x9b"
       "31m",
       "\\u009b31m"},                                     // CSI of C1, as UTF-8
      {"\x9b\x31m", "\\x9b1m"},                           // and as one byte
      {"user\xe2\x80\xaetxt.exe", "user\\u202etxt.exe"},  // right-to-left override
      {"\xe2\x81\xa6x\xe2\x81\xa9", "\\u2066x\\u2069"},
      {"a\xe2\x80\x8b"
       "b",
       "a\\u200bb"},
      {"\xef\xbb\xbf", "\\ufeff"},
      {"\xe2\x80\xa8", "\\u2028"},
      {"\xf3\xa0\x81\x81", "\\udb40\\udc41"},  // a tag
      {"\xff\xfe", "\\xff\\xfe"},
  };
  for (const Row& row : rows) EXPECT_EQ(printable(row.text), row.shown);
}

// Whatever the bytes: what is shown is UTF-8 and holds nothing hidden but line feeds and tabs.
void expect_printable(const std::string& text) {
  EXPECT_TRUE(is_utf8(text));
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view character = rest.substr(0, first_utf8_piece(rest).bytes);
    rest.remove_prefix(character.size());
    EXPECT_FALSE(is_hidden_character(character) && character != "\n" && character != "\t")
        << printable(character);
  }
}

TEST(PrintableText, OfAnyBytesNothingHiddenIsLeft) {
  unsigned random = 1;
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    for (int count = 0; count < 24; ++count) {
      random = random * 1664525U + 1013904223U;
      text += static_cast<char>(random >> 24U);
      if (random % 7 == 0) text += "\xe2\x80";
      if (random % 11 == 0) text += '\xc2';
    }
    expect_printable(printable(text));
    // A log line on a terminal, and what is quoted in tables and errors.
    expect_printable(log::human_line("12:00:00.000", log::Level::Info, "event", "Event.",
                                     {{"field", std::string_view(text)}}));
    expect_printable(json_text(text));
  }
}

}  // namespace
}  // namespace headgate
