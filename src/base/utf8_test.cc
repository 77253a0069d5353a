#include "base/utf8.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

using namespace std::string_literals;

struct Case {
  std::string given;
  std::string expected;
};

// The expectations are what Python's bytes.decode("utf-8", "replace") gives.
TEST(Utf8, ReplacesEachMaximalSubpart) {
  const std::string r(kReplacementCharacter);
  const Case cases[] = {
      {"", ""},
      {"plain", "plain"},
      {"gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80", "gr\xc3\xbc\xc3\x9f \xf0\x9f\x98\x80"},
      {"\xff", r},
      {"a\x80\x80z", "a" + r + r + "z"},
      {"\xc0\xaf", r + r},                  // overlong
      {"\xe0\x80\xaf", r + r + r},          // overlong
      {"\xed\xa0\x80", r + r + r},          // a surrogate
      {"\xf4\x90\x80\x80", r + r + r + r},  // beyond U+10FFFF
      {"\xf0\x9f\x98", r},                  // cut short: one piece
      {"\xe2\x82z", r + "z"},               //
      {"\xf0\x9f\x98\xf0\x9f\x98\x80", r + "\xf0\x9f\x98\x80"},
      {"\xf1\x80\x80\xe1\x80\xc2\x62\x80\x63\x80\xbf\x64",
       r + r + r + "b" + r + "c" + r + r + "d"},  // the standard's own example, table 3-8
      {"\xc3", r},
      {"\xc3\"", r + "\""},  // never swallows ASCII
      {"nul\0\xfe"s, "nul\0"s + r},
  };
  for (const Case& one : cases) {
    std::string got;
    append_as_utf8(got, one.given);
    EXPECT_EQ(got, one.expected);
    EXPECT_TRUE(is_utf8(got));
    EXPECT_EQ(is_utf8(one.given), one.given == one.expected);
  }
}

TEST(Utf8, AgreesWithTheLibraryOnAllShortSequences) {
  for (unsigned first = 0x7e; first <= 0xff; ++first) {
    for (unsigned second = 0x7e; second <= 0xff; ++second) {
      for (unsigned third = 0x7e; third <= 0xff; third += 3) {
        const std::string text = {static_cast<char>(first), static_cast<char>(second),
                                  static_cast<char>(third)};
        std::string_view left = text;
        bool is_sound = true;
        while (!left.empty()) {
          const Utf8Piece piece = first_utf8_piece(left);
          ASSERT_GE(piece.bytes, 1U);
          ASSERT_LE(piece.bytes, left.size());
          is_sound = is_sound && piece.is_sound;
          left.remove_prefix(piece.bytes);
        }
        ASSERT_EQ(is_sound, is_utf8(text)) << first << ' ' << second << ' ' << third;
      }
    }
  }
}

TEST(WholeCharacters, CutsBetweenCharactersOnly) {
  EXPECT_EQ(whole_characters("abc", 5), 3U);
  EXPECT_EQ(whole_characters("abcdef", 3), 3U);
  EXPECT_EQ(whole_characters("ab\xc3\xa9", 3), 2U);
  EXPECT_EQ(whole_characters("\xf0\x9f\x98\x80x", 4), 4U);
  EXPECT_EQ(whole_characters("\x80\x80\x80\x80\x80\x80", 4), 4U);
}

TEST(Utf8, ACharacterThatHasBegunAtTheEndIsNoWholeOne) {
  const std::string smile = "\xf0\x9f\x98\x80";
  EXPECT_EQ(whole_characters(""), 0U);
  EXPECT_EQ(whole_characters("abc"), 3U);
  EXPECT_EQ(whole_characters("ab" + smile), 6U);
  for (std::size_t bytes = 1; bytes < 4; ++bytes)
    EXPECT_EQ(whole_characters("ab" + smile.substr(0, bytes)), 2U) << bytes;
  EXPECT_EQ(whole_characters(smile.substr(0, 3)), 0U);
  EXPECT_EQ(whole_characters("a\xc3"), 1U);
  EXPECT_EQ(whole_characters("a\x80\x80\x80\x80"), 5U);  // no character at all
  EXPECT_EQ(whole_characters("a\xff b"), 4U);
  EXPECT_EQ(whole_characters("a\xc3\x28"), 3U);
}

}  // namespace
}  // namespace headgate
