#include "model/compression/codec.h"

#include <gtest/gtest.h>

#include <string_view>

namespace headgate {
namespace {

using namespace std::string_view_literals;

TEST(Codec, IsNamedTheSameEverywhere) {
  for (const Codec codec : {Codec::None, Codec::Gzip, Codec::Zstd}) {
    EXPECT_EQ(codec_named(name_of(codec)), codec);
  }
  EXPECT_EQ(name_of(Codec::Gzip), "gzip");
  EXPECT_EQ(suffix_of(Codec::None), "");
  EXPECT_EQ(suffix_of(Codec::Gzip), ".gz");
  EXPECT_EQ(suffix_of(Codec::Zstd), ".zst");
  EXPECT_EQ(content_encoding_of(Codec::None), "");
  EXPECT_EQ(content_encoding_of(Codec::Gzip), "gzip");
  EXPECT_EQ(content_encoding_of(Codec::Zstd), "zstd");
  EXPECT_FALSE(codec_named("GZIP"));
  EXPECT_FALSE(codec_named(""));
}

TEST(Codec, IsToldByTheFirstBytes) {
  EXPECT_EQ(codec_of_magic("\x1F\x8B"sv), Codec::Gzip);
  EXPECT_EQ(codec_of_magic("\x1F\x8B\x08\x00"sv), Codec::Gzip);
  EXPECT_EQ(codec_of_magic("\x28\xB5\x2F\xFD"sv), Codec::Zstd);
  EXPECT_EQ(codec_of_magic("\x50\x2A\x4D\x18"sv), Codec::Zstd);
  EXPECT_EQ(codec_of_magic("\x5F\x2A\x4D\x18 and more"sv), Codec::Zstd);
  for (const std::string_view other : {""sv, "\x1F"sv, "\x1F\x8C"sv, "\x28\xB5\x2F"sv, "\x28\xB5\x2F\xFC"sv,
                                       "\x60\x2A\x4D\x18"sv, "P*M"sv, "{\"a\":1}"sv, "\0\0\0\0"sv}) {
    EXPECT_EQ(codec_of_magic(other), Codec::None);
  }
}

}  // namespace
}  // namespace headgate
