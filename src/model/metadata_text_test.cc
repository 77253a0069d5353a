#include "model/metadata_text.h"

#include <gtest/gtest.h>

namespace headgate {
namespace {

TEST(MetadataText, IsThePlainNameOrPercentEncoded) {
  EXPECT_EQ(metadata_text("payments-7d9f-x2x4z", 100), "payments-7d9f-x2x4z");
  EXPECT_EQ(metadata_text("c/ns/a/p/20250830-112701-x.json.gz", 100), "c/ns/a/p/20250830-112701-x.json.gz");
  EXPECT_EQ(metadata_text("caf\xc3\xa9", 100), "caf%C3%A9");
  EXPECT_EQ(metadata_text("100% of\t\x7f~", 100), "100%25%20of%09%7F~");
  EXPECT_EQ(metadata_text("a%2Fb", 100), "a%252Fb");  // decoded once it is what it was
  EXPECT_EQ(metadata_text("", 100), "");
}

TEST(MetadataText, IsCutBetweenEscapesAndSaysSo) {
  EXPECT_EQ(metadata_text("abcdefghijkl", 12), "abcdefghijkl");
  EXPECT_EQ(metadata_text("abcdefghijklm", 12), "abc%2E%2E%2E");
  EXPECT_EQ(metadata_text("abc\xc3\xa9\xc3\xa9\xc3\xa9", 15), "abc%C3%2E%2E%2E");
  EXPECT_EQ(metadata_text("abc\xc3\xa9\xc3\xa9\xc3\xa9", 14), "abc%2E%2E%2E");
  for (std::size_t bytes_max = 9; bytes_max < 200; ++bytes_max) {
    EXPECT_LE(metadata_text(std::string(64, '\xff'), bytes_max).size(), bytes_max);
  }
}

TEST(MetadataText, IsReadBackAsWhatItWas) {
  for (const std::string_view text :
       {"", "too-old", "caf\xc3\xa9", "100% of\t\x7f~", "a%2Fb", "Records[0]: no object"})
    EXPECT_EQ(text_of_metadata(metadata_text(text, 100)), text);
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  EXPECT_EQ(text_of_metadata(metadata_text(all, 1000)), all);
  EXPECT_EQ(text_of_metadata(metadata_text("abcdefghijklm", 12)), "abc...");
  for (const std::string_view plain : {"50%", "50% off", "%", "%4", "%zz", "%c3"})
    EXPECT_EQ(text_of_metadata(plain), plain) << "no escape of ours";
}

}  // namespace
}  // namespace headgate
