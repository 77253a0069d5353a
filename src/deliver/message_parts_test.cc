#include "deliver/message_parts.h"

#include <gtest/gtest.h>

#include <vector>

#include "base/utf8.h"

namespace headgate::deliver {
namespace {

std::vector<std::string> parts_of(std::string_view message, std::size_t bytes_max) {
  MessageParts parts(message, bytes_max);
  std::vector<std::string> all;
  std::string part;
  while (parts.next(part)) all.push_back(part);
  EXPECT_EQ(all.size(), parts.count());
  return all;
}

TEST(MessageParts, TogetherAreTheMessageWhateverItsLength) {
  std::string message;
  for (int number = 0; message.size() < 3'000; ++number) {
    message += number % 3 == 0 ? "\xf0\x9f\x98\x80" : number % 3 == 1 ? "\xc3\xa9" : "x";
    for (const std::size_t bytes_max : {kPartMarkBytesMax + 5, std::size_t{200}}) {
      std::string whole;
      for (const std::string& part : parts_of(message, bytes_max)) {
        ASSERT_LE(part.size(), bytes_max);
        ASSERT_TRUE(is_utf8(part));
        whole += part.substr(0, part.rfind(" [headgate: part "));
      }
      ASSERT_EQ(whole, message);
    }
  }
}

TEST(MessageParts, SayWhichOfHowManyTheyAre) {
  const std::string message(200, 'x');
  const std::vector<std::string> parts = parts_of(message, kPartMarkBytesMax + 100);
  ASSERT_EQ(parts.size(), 2U);
  EXPECT_TRUE(parts[0].ends_with("x [headgate: part 1 of 2]"));
  EXPECT_TRUE(parts[1].ends_with("x [headgate: part 2 of 2]"));
}

}  // namespace
}  // namespace headgate::deliver
