#include "model/compression/checksum.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate {
namespace {

// RFC 3720 appendix B.4, and the check value of the CRC catalogue.
TEST(Checksum, GivesThePublishedCrc32cValues) {
  EXPECT_EQ(crc32c(0, ""), 0U);
  EXPECT_EQ(crc32c(0, "123456789"), 0xe3069283U);
  EXPECT_EQ(crc32c(0, std::string(32, '\0')), 0x8a9136aaU);
  EXPECT_EQ(crc32c(0, std::string(32, '\xff')), 0x62a8ab43U);
}

TEST(Checksum, IsTheSameHoweverTheBytesAreCut) {
  const std::string text = "2025-08-30T11:27:01.564974123Z stdout F hello";
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    EXPECT_EQ(crc32c(crc32c(0, text.substr(0, cut)), text.substr(cut)), crc32c(0, text));
  }
}

TEST(Checksum, GivesThePublishedFnvValues) {
  EXPECT_EQ(fnv1a_64(""), 0xcbf29ce484222325ULL);
  EXPECT_EQ(fnv1a_64("a"), 0xaf63dc4c8601ec8cULL);
  EXPECT_EQ(fnv1a_64("foobar"), 0x85944171f73967e8ULL);
}

}  // namespace
}  // namespace headgate
