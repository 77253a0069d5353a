#include "base/number.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <limits>
#include <string>

namespace headgate {
namespace {

TEST(Number, IsAllOfTheText) {
  EXPECT_EQ(parse_number<int>("0"), 0);
  EXPECT_EQ(parse_number<int>("-17"), -17);
  EXPECT_EQ(parse_number<std::uint16_t>("007"), 7);
  EXPECT_EQ(parse_number<double>("0.5"), 0.5);
  for (const char* text : {"", " ", "x", "1x", " 1", "1 ", "+1", "-", "--1", "1.5", "0x1", "1,000"})
    EXPECT_EQ(parse_number<int>(text), std::nullopt) << text;
  EXPECT_EQ(parse_number<int>(std::string("1\0", 2)), std::nullopt);
}

TEST(Number, FitsItsType) {
  EXPECT_EQ(parse_number<std::uint16_t>("65535"), 65'535);
  EXPECT_EQ(parse_number<std::uint16_t>("65536"), std::nullopt);
  EXPECT_EQ(parse_number<std::uint16_t>("-1"), std::nullopt);
  EXPECT_EQ(parse_number<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(parse_number<std::int64_t>("9223372036854775808"), std::nullopt);
}

TEST(Number, IsTakenFromTheStartOfAText) {
  std::string_view text = "12.log";
  EXPECT_EQ(take_leading_number<int>(text), 12);
  EXPECT_EQ(text, ".log");
  EXPECT_EQ(take_leading_number<int>(text), std::nullopt);
  EXPECT_EQ(text, ".log");
  text = "300 is too large";
  EXPECT_EQ(take_leading_number<std::uint8_t>(text), std::nullopt);
  EXPECT_EQ(text, "300 is too large");
}

}  // namespace
}  // namespace headgate
