#include "model/text/json_string.h"

#include <gtest/gtest.h>
#include <simdjson.h>

#include <optional>
#include <random>
#include <vector>

#include "model/text/json_string_blocks.h"

namespace headgate {
namespace {

using namespace std::string_literals;

// `inside` is what stands behind the opening quote, with the closing one if there is one.
template <typename Block>
std::optional<std::string> read_by(const std::string& inside) {
  std::vector<char> text(inside.begin(), inside.end());
  text.resize(text.size() + kJsonStringSlack, '"');  // what stands behind must not matter
  std::vector<char> scratch(inside.size() + kJsonStringSlack);
  const JsonString read =
      read_json_string_by<Block>(text.data(), text.data() + inside.size(), scratch.data());
  if (read.after == nullptr) return std::nullopt;
  EXPECT_EQ(read.after[-1], '"');
  EXPECT_LE(read.after, text.data() + inside.size());
  return std::string(read.text);
}

std::optional<std::string> read(const std::string& inside) {
  std::optional<std::string> portable = read_by<SwarBlock>(inside);
  EXPECT_EQ(portable, read_by<TextBlock>(inside)) << inside;
  return portable;
}

TEST(JsonString, ReadsEveryEscape) {
  const std::pair<std::string, std::optional<std::string>> cases[] = {
      {"\"", ""},
      {"plain\" behind", "plain"},
      {R"(\"\\\/\b\f\n\r\t")", "\"\\/\b\f\n\r\t"},
      {R"(\u0041\u00e9\u20AC\ud83d\uDE00")", "A\u00e9\u20ac\U0001f600"},
      {R"(\u0000")", "\0"s},
      {R"(\ud800")", "\ufffd"},
      {R"(\udc00x")", "\ufffdx"},
      {R"(\ud800\ud800\udc00")", "\ufffd\U00010000"},
      {R"(\ud800\n")", "\ufffd\n"},
      {R"(\ud800\u0041")", "\ufffdA"},
      {R"(\\ud800")", "\\ud800"},
      {"", std::nullopt},
      {"open", std::nullopt},
      {"open\\\"", std::nullopt},
      {"\\", std::nullopt},
      {R"(\x")", std::nullopt},
      {R"(\u12")", std::nullopt},
      {R"(\u12g4")", std::nullopt},
      {"tab\there\"", std::nullopt},
      {"nul\0\""s, std::nullopt},
      {"a\\\"b\nc\"", std::nullopt},
  };
  for (const auto& [inside, expected] : cases) {
    for (std::size_t before = 0; before < 40; ++before) {
      const std::string padding(before, 'p');
      const auto got = read(padding + inside);
      EXPECT_EQ(got, expected.has_value() ? std::optional(padding + *expected) : std::nullopt) << inside;
    }
  }
}

TEST(JsonString, AgreesWithSimdjsonOnRandomStrings) {
  std::mt19937 random(7);
  const std::string pieces[] = {"plain",
                                "x",
                                R"(\")",
                                R"(\\)",
                                R"(\n)",
                                R"(\u0041)",
                                R"( \ud83d\ude00)",
                                "ü",
                                R"(\/)",
                                "\x7f",
                                "long enough to fill a block or two of text",
                                "\"",
                                R"(\q)",
                                "\x01",
                                R"(\u00)",
                                "\\",
                                R"(\t\t)"};
  simdjson::dom::parser parser;
  for (int round = 0; round < 50'000; ++round) {
    std::string inside;
    const std::size_t kinds = random() % 3 == 0 ? std::size(pieces) : 11;
    for (std::size_t count = random() % 24; count > 0; --count) inside += pieces[random() % kinds];
    const auto got = read(inside + "\"");
    std::string_view expected;
    const bool is_sound = parser.parse("\"" + inside + "\"").get_string().get(expected) == simdjson::SUCCESS;
    if (is_sound) {
      ASSERT_EQ(got, std::optional<std::string>(expected)) << inside;
    } else if (got.has_value()) {  // we stop at the first closing quote
      ASSERT_NE(inside.find('"'), std::string::npos) << inside;
    }
  }
}

TEST(JsonNumber, IsWhatTheGrammarSays) {
  for (const char* number :
       {"0", "-0", "10", "1.5", "-1.5e10", "1E+2", "1e-2", "123456789012345678901234567890", "0.0"}) {
    EXPECT_TRUE(is_json_number(number)) << number;
  }
  for (const char* number :
       {"", "-", "01", "1.", ".5", "1e", "1e+", "+1", "0x1", "1 ", "NaN", "--1", "1.5.5", "1e5.5"}) {
    EXPECT_FALSE(is_json_number(number)) << number;
  }
}

}  // namespace
}  // namespace headgate
