#include "collect/progress/batch_manifest.h"

#include <gtest/gtest.h>

namespace headgate::collect {
namespace {

BatchManifest example() {
  BatchManifest manifest;
  manifest.sequence = 57;
  manifest.key = ObjectKey("c/tenant-a/web/web-1/20250830-112701-x.json.gz");
  manifest.codec = Codec::Zstd;
  manifest.object_bytes = 1'000'000;
  manifest.object_crc32c = 0xfedcba98;
  manifest.lines = 12'345;
  manifest.raw_bytes = 9'999'999;
  manifest.first_at = {-5};
  manifest.last_at = {1'756'553'221'000'000'000};
  CoveredFile file{.id = {.device = 65'024, .inode = 1'234'567}, .path = "/var/log/pods/a b%_c\n/0.log"};
  file.fingerprint = Fingerprint::of("2025-08-30T11:27:01.564974123Z stdout F hello");
  file.position.of(Stream::Stdout) = {.offset = 10, .bytes_taken = 3, .parts_taken = 1};
  file.position.of(Stream::Stderr) = {.offset = 1ULL << 40U};
  manifest.covers = {file, CoveredFile{.path = ""}};
  return manifest;
}

TEST(BatchManifest, ReadsBackWhatItWrote) {
  const BatchManifest wanted = example();
  const Result<BatchManifest> read = decode_manifest(encode(wanted));
  ASSERT_TRUE(read.ok()) << read.error().what;
  EXPECT_EQ(read->sequence, wanted.sequence);
  EXPECT_EQ(read->key, wanted.key);
  EXPECT_EQ(read->codec, wanted.codec);
  EXPECT_EQ(read->object_bytes, wanted.object_bytes);
  EXPECT_EQ(read->object_crc32c, wanted.object_crc32c);
  EXPECT_EQ(read->lines, wanted.lines);
  EXPECT_EQ(read->raw_bytes, wanted.raw_bytes);
  EXPECT_EQ(read->first_at, wanted.first_at);
  EXPECT_EQ(read->last_at, wanted.last_at);
  EXPECT_EQ(read->covers, wanted.covers);
}

TEST(BatchManifest, RefusesItsTextCutShortAnywhere) {
  const std::string text = encode(example());
  for (std::size_t bytes = 0; bytes < text.size(); ++bytes) {
    const Result<BatchManifest> read = decode_manifest(text.substr(0, bytes));
    ASSERT_FALSE(read.ok()) << bytes;
    EXPECT_EQ(read.error().fault, Fault::Invalid);
  }
  EXPECT_FALSE(decode_manifest(text + "more\n").ok());
}

TEST(BatchManifest, TellsATrailerFromOtherBytes) {
  const std::string text = encode(example());
  const std::string trailer = encode_trailer(text);
  ASSERT_EQ(trailer.size(), kTrailerBytes);
  const Result<Trailer> read = decode_trailer(trailer);
  ASSERT_TRUE(read.ok());
  EXPECT_EQ(read->manifest_bytes, text.size());
  EXPECT_FALSE(decode_trailer(std::string(kTrailerBytes, '\0')).ok());
  EXPECT_FALSE(decode_trailer(trailer.substr(1)).ok());
  std::string newer = trailer;
  newer.back() = '3';
  EXPECT_EQ(decode_trailer(newer).error().fault, Fault::Denied) << "of a newer headgate, not damaged";
  EXPECT_EQ(decode_manifest("headgate-batch 3\n").error().fault, Fault::Denied);
  EXPECT_EQ(decode_manifest("headgate-batch x\n").error().fault, Fault::Invalid);
  std::string absurd = trailer;
  absurd[7] = '\x7f';
  EXPECT_FALSE(decode_trailer(absurd).ok());
}

TEST(Fingerprint, FitsTheFileThatGrewAndNoOther) {
  const Fingerprint young = Fingerprint::of("first line\n");
  EXPECT_TRUE(young.fits("first line\nsecond line\n"));
  EXPECT_FALSE(young.fits("other line\nsecond line\n"));
  EXPECT_FALSE(young.fits("first"));
  EXPECT_TRUE(Fingerprint().fits("anything"));
  const std::string long_file(1000, 'x');
  EXPECT_EQ(Fingerprint::of(long_file).bytes, Fingerprint::kBytesMax);
}

}  // namespace
}  // namespace headgate::collect
