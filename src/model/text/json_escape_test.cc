#include "model/text/json_escape.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <cstdio>
#include <random>

#include "model/text/json_escape_blocks.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

using namespace std::string_literals;

// The slow and obvious way.
std::string expected_escape(std::string_view text) {
  std::string sound;
  append_as_utf8(sound, text);
  std::string escaped;
  for (const char byte : sound) {
    const unsigned code = static_cast<unsigned char>(byte);
    char hex[8];
    if (byte == '"' || byte == '\\') {
      escaped += {'\\', byte};
    } else if (code >= 0x20) {
      escaped += byte;
    } else if (const std::size_t at = std::string_view("\b\f\n\r\t").find(byte); at != std::string::npos) {
      escaped += {'\\', "bfnrt"[at]};
    } else {
      std::snprintf(hex, sizeof hex, "\\u%04x", code);
      escaped += hex;
    }
  }
  return escaped;
}

template <typename Block>
void expect_escapes(const std::string& text) {
  // Exactly as much memory as allowed, so that a sanitizer sees any byte beyond.
  const std::vector<char> exact(text.begin(), text.end());
  std::vector<char> into(escaped_bytes_max(text.size()));
  const Escaped escaped = escape_json_by<Block>(std::string_view(exact.data(), exact.size()), into.data());
  const std::string got(into.data(), escaped.end);
  ASSERT_EQ(got, expected_escape(text));
  ASSERT_EQ(escaped.was_utf8, is_utf8(text));
}

void expect_all_blocks_escape(const std::string& text) {
  expect_escapes<SwarBlock>(text);
  expect_escapes<TextBlock>(text);
}

TEST(JsonEscape, EveryByteAtEveryPlaceOfABlock) {
  for (int byte = 0; byte < 256; ++byte) {
    for (std::size_t length : {1U, 7U, 8U, 9U, 15U, 16U, 17U, 31U, 32U, 33U, 47U, 64U, 65U}) {
      for (std::size_t at = 0; at<length; at += length> 33 ? 5 : 1) {
        std::string text(length, 'x');
        text[at] = static_cast<char>(byte);
        expect_all_blocks_escape(text);
      }
    }
  }
}

TEST(JsonEscape, RandomMixesOfSpecialPlainAndDamagedBytes) {
  std::mt19937 random(20260830);
  const std::string pieces[] = {
      "plain text ", "\"",           "\\",   "\n",
      "\t",          "\x01",         "\0"s,  "\x7f",
      "x",           "\xff",         "\xc3", "ü",
      "\u2028",      "\xf0\x9f\x98", "😀",    "日本語",
      "/",           "\x1f",         " ",    "a longer plain stretch of thirty-odd bytes"};
  for (int round = 0; round < 20'000; ++round) {
    std::string text;
    const std::size_t kinds = 1 + random() % std::size(pieces);
    for (std::size_t count = random() % 40; count > 0; --count) text += pieces[random() % kinds];
    expect_all_blocks_escape(text);
  }
}

TEST(JsonEscape, EmptyTextIsEmpty) {
  expect_all_blocks_escape("");
}

TEST(JsonText, AppendsAStringThatAnIndependentParserReadsBack) {
  std::string json = "[";
  append_json_string(json, "he said \"no\"\\\r\n\t\b\f \x01 \u2028 \x7f 😀 </script>"s + '\0');
  json += ']';
  simdjson::dom::parser parser;
  std::string_view back;
  ASSERT_EQ(parser.parse(json).at(0).get_string().get(back), simdjson::SUCCESS);
  EXPECT_EQ(back, "he said \"no\"\\\r\n\t\b\f \x01 \u2028 \x7f 😀 </script>"s + '\0');
}

}  // namespace
}  // namespace headgate
