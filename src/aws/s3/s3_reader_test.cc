#include "aws/s3/s3_reader.h"

#include <gtest/gtest.h>

#include "aws/s3/s3_object.h"
#include "fakes/resident_memory.h"
#include "fakes/scripted_s3.h"
#include "model/compression/checksum.h"

namespace headgate::aws {
namespace {

using fakes::kFreedBytes;
using fakes::resident_bytes;

class S3ReaderTest : public ScriptedS3 {};

TEST_F(S3ReaderTest, AReadGoesOnWhereItsConnectionBroke) {
  std::string whole(100'000, 'x');
  for (std::size_t i = 0; i < whole.size(); ++i) whole[i] = static_cast<char>('a' + i * 7919 % 26);
  for (const std::optional<ByteRange> range : {std::optional<ByteRange>(), {{500, 90'000}}}) {
    asked_.clear();
    serve([&](const Asked& one, Wire& wire) {
      std::size_t first = 0;
      std::size_t last = whole.size() - 1;
      const std::string asked_range = one.header("Range");
      if (!asked_range.empty()) {
        const std::size_t dash = asked_range.find('-');
        ASSERT_TRUE(asked_range.starts_with("bytes=") && dash != std::string::npos) << asked_range;
        first = std::stoul(asked_range.substr(6, dash - 6));
        last = std::stoul(asked_range.substr(dash + 1));
      }
      wire.write("HTTP/1.1 " + std::string(asked_range.empty() ? "200" : "206") +
                 " x\r\nConnection: close\r\n" + object_headers("one") +
                 "x-amz-checksum-crc32c: " + checksum_text(crc32c(0, whole)) + "\r\nContent-Range: bytes " +
                 std::to_string(first) + "-" + std::to_string(last) + "/" + std::to_string(whole.size()) +
                 "\r\nContent-Length: " + std::to_string(last - first + 1) + "\r\n\r\n");
      // then the connection breaks
      wire.write(whole.substr(first, std::min<std::size_t>(30'001, last - first + 1)));
    });
    const std::string expected = range ? whole.substr(500, 90'000) : whole;
    const Result<std::string> got = read(range);
    ASSERT_TRUE(got.ok()) << got.error().what;
    EXPECT_TRUE(*got == expected);
    const std::vector<Asked> all = asked();
    ASSERT_EQ(all.size(), range ? 3U : 4U);
    EXPECT_EQ(all[0].header("If-Match"), "");
    for (std::size_t i = 1; i < all.size(); ++i) {
      EXPECT_EQ(all[i].header("If-Match"), "\"one\"");
      EXPECT_EQ(all[i].header("Range"), "bytes=" + std::to_string((range ? 500 : 0) + i * 30'001) + "-" +
                                            (range ? "90499" : "99999"));
    }
  }
}

TEST_F(S3ReaderTest, AReadOutlastsASlowBodyAndLeavesASilentOne) {
  using namespace std::chrono_literals;
  serve([&](const Asked& one, Wire& wire) {
    const std::string range = one.header("Range");
    const std::size_t first = range.empty() ? 0 : std::stoul(range.substr(6));
    wire.write(std::string(range.empty() ? "HTTP/1.1 200 x" : "HTTP/1.1 206 x") +
               "\r\nConnection: close\r\n" + object_headers("one") +
               "Content-Length: " + std::to_string(10 - first) + "\r\n\r\n");
    for (std::size_t at = first; at < 10; ++at) {
      if (at == 7 && first == 0) return wire.hang();
      wire.write(std::string(1, static_cast<char>('0' + at)));
      client_->clock().sleep(200ms, {});
    }
  });
  S3Settings impatient = settings();
  impatient.client.attempt_max = 1s;
  open(impatient);
  EXPECT_EQ(read().value(), "0123456789");
  EXPECT_EQ(asked().size(), 2U);
}

TEST_F(S3ReaderTest, AReadGivesUpAfterBreaksWithoutProgress) {
  serve([&](const Asked& one, Wire& wire) {
    const bool is_first = one.header("Range").empty();
    wire.write(std::string(is_first ? "HTTP/1.1 200 x" : "HTTP/1.1 206 x") + "\r\nConnection: close\r\n" +
               object_headers("one") + "Content-Length: 100\r\n\r\n");
    if (is_first) wire.write("x");
  });
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  EXPECT_EQ(asked().size(), 1U + S3Reader::kBreaksMax);
}

TEST_F(S3ReaderTest, AReadNeverMixesTwoVersions) {
  serve([&](const Asked& one, Wire& wire) {
    if (!one.header("If-Match").empty()) return refuse(wire, 412, "PreconditionFailed");
    wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("one") +
               "Content-Length: 100\r\n\r\nhalf");
  });
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_EQ(got.error().fault, Fault::Retry);
  EXPECT_NE(got.error().what.find("replaced"), std::string::npos) << got.error().what;
}

TEST_F(S3ReaderTest, AReadIsHeldToTheChecksumOfTheObject) {
  std::string checksum;
  serve([&](const Asked&, Wire& wire) { say(wire, 200, object_headers("e") + checksum, "text"); });
  const std::string right = checksum_text(crc32c(0, "text"));
  const std::string wrong = checksum_text(crc32c(0, "else"));
  checksum = "x-amz-checksum-crc32c: " + right + "\r\n";
  EXPECT_EQ(read().value(), "text");
  // a checksum of parts
  checksum = "x-amz-checksum-crc32c: " + wrong + "-3\r\nx-amz-checksum-type: COMPOSITE\r\n";
  EXPECT_EQ(read().value(), "text");
  checksum = "x-amz-checksum-crc32c: " + wrong + "\r\n";
  const Result<std::string> got = read();
  ASSERT_FALSE(got.ok());
  EXPECT_NE(got.error().what.find("checksum"), std::string::npos) << got.error().what;
}

TEST_F(S3ReaderTest, AGigabyteIsReadInAFewMegabytes) {
  constexpr std::size_t kBytes = std::size_t{1} << 30U;
  serve([&](const Asked&, Wire& wire) {
    wire.write("HTTP/1.1 200 x\r\nConnection: close\r\n" + object_headers("e") +
               "Content-Length: " + std::to_string(kBytes) + "\r\n\r\n");
    const std::string piece(1U << 20U, 'x');
    for (std::size_t at = 0; at < kBytes && wire.is_open(); at += piece.size()) wire.write(piece);
  });
  const auto reader = store_->open_reader(key_, {}, soon()).value();
  std::vector<char> buffer(64U << 10U);
  const std::size_t before = resident_bytes();
  std::size_t most = 0;
  std::size_t got = 0;
  for (std::size_t reads = 0;; ++reads) {
    const std::size_t count = reader->read(buffer).value();
    if (count == 0) break;
    got += count;
    if (reads % 1000 == 0) most = std::max(most, resident_bytes());
  }
  EXPECT_EQ(got, kBytes);
  EXPECT_LT(most, before + (8U << 20U) + kFreedBytes);
}

// Accepts an upload in parts as S3 does, and fails where the test wants it to.

}  // namespace
}  // namespace headgate::aws
