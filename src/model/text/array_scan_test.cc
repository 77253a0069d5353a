#include "model/text/array_scan.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate {
namespace {

// What stands behind the opening bracket, cut into elements; `step` bytes at a time.
std::string elements_of(std::string_view text, std::size_t step) {
  ArrayScan scan;
  std::string elements;
  std::size_t from = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::string_view piece = text.substr(at, step);
    const std::size_t end = scan.find_end(piece);
    if (end == std::string_view::npos) {
      at += piece.size();
      continue;
    }
    at += end;
    elements += std::string(text.substr(from, at - from)) + text[at];
    elements += '|';
    from = ++at;
    scan.begin_element();
  }
  return elements + std::string(text.substr(from));
}

TEST(ArrayScan, FindsTheEndOfEachElementHoweverTheTextComes) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"]", "]|"},
      {"1,2]x", "1,|2]|x"},
      {R"({"a":[1,{"b":"}],"}]},"c"])", R"({"a":[1,{"b":"}],"}]},|"c"]|)"},
      {R"("\"],","\\",3)", R"("\"],",|"\\",|3)"},
      {"}},]", "}},|]|"},
      {R"({"a":"not ended,])", R"({"a":"not ended,])"},
      {"", ""}};
  for (const auto& [text, elements] : cases) {
    for (const std::size_t step : {1U, 2U, 3U, 100U}) EXPECT_EQ(elements_of(text, step), elements) << step;
  }
}

TEST(ArrayScan, SeesAnArrayOnlyWhereALineBeginsLikeOneOfValues) {
  for (const char* text : {"[{\"a\":1},", " [ \t{", "[\"a\",", "[[1]"})
    EXPECT_TRUE(begins_array(text)) << text;
  for (const char* text : {"", "[", "[INFO] x", "[1,2", "{[{", "x[{", "[]"})
    EXPECT_FALSE(begins_array(text)) << text;
}

}  // namespace
}  // namespace headgate
