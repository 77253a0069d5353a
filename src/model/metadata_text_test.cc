#include "model/metadata_text.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(MetadataText, IsAsciiWithoutBlanksThatReadsBackAsUrisDo) {
  struct Case {
    const char* name;
    const char* text;
  };
  const Case cases[] = {
      {"", ""},
      {"api-7d9f.x_1", "api-7d9f.x_1"},
      {"logs/a=b&c?d#e", "logs/a=b&c?d#e"},
      {"100%", "100%25"},
      {" a b ", "%20a%20b%20"},
      {"caf\xc3\xa9", "caf%C3%A9"},
      {"\xe2\x82\xac", "%E2%82%AC"},
      {"\r\nx-amz-acl: public-read", "%0D%0Ax-amz-acl:%20public-read"},
      {"\x7f\xff", "%7F%FF"},
  };
  for (const Case& c : cases) EXPECT_EQ(metadata_text(c.name, 100), c.text);
}

TEST(MetadataText, EndsBeforeACharacterThatWouldBeCut) {
  EXPECT_EQ(metadata_text("abc", 3), "abc");
  EXPECT_EQ(metadata_text("abcd", 3), "abc");
  EXPECT_EQ(metadata_text("a%b", 3), "a");
  EXPECT_EQ(metadata_text("a%b", 4), "a%25");
  const char* const euro =
      "a\xe2\x82\xac"
      "b";
  EXPECT_EQ(metadata_text(euro, 9), "a");
  EXPECT_EQ(metadata_text(euro, 10), "a%E2%82%AC");
  EXPECT_EQ(metadata_text(euro, 11), "a%E2%82%ACb");
}

}  // namespace
}  // namespace headgate
