#include "base/utf8.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(Utf8, KnowsEveryLengthAndRefusesWhatTheStandardForbids) {
  struct Row {
    std::string_view text;
    std::size_t length;
  };
  const Row rows[] = {
      {"a", 1},
      {std::string_view("\0", 1), 1},
      {"\xC3\xA9", 2},          // é
      {"\xE2\x82\xAC", 3},      // €
      {"\xED\x9F\xBF", 3},      // U+D7FF, the last before the surrogates
      {"\xF0\x9F\x98\x80", 4},  // an emoji
      {"\xF4\x8F\xBF\xBF", 4},  // U+10FFFF
      {"\x80", 0},              // a continuation alone
      {"\xC0\xAF", 0},          // overlong /
      {"\xC1\xBF", 0},          //
      {"\xC3", 0},              // cut
      {"\xC3(", 0},             //
      {"\xE0\x80\xAF", 0},      // overlong
      {"\xE2\x82", 0},          // cut
      {"\xED\xA0\x80", 0},      // a surrogate
      {"\xF0\x8F\xBF\xBF", 0},  // overlong
      {"\xF0\x9F\x98", 0},      // cut
      {"\xF4\x90\x80\x80", 0},  // above U+10FFFF
      {"\xF5\x80\x80\x80", 0},  //
      {"\xFF", 0},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(utf8_length_at(row.text, 0), row.length) << testing::PrintToString(std::string(row.text));
    EXPECT_EQ(is_valid_utf8(row.text), row.length == row.text.size());
  }
}

TEST(Utf8, ReplacesOnlyTheBytesThatAreNot) {
  EXPECT_EQ(to_utf8("caf\xC3\xA9 \xFF\xFE!"), "caf\xC3\xA9 \xEF\xBF\xBD\xEF\xBF\xBD!");
  EXPECT_EQ(to_utf8("\xE2\x82"), "\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(to_utf8(""), "");
}

}  // namespace
}  // namespace headgate
