#include "model/compression/compressed_reader.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/compression/compressed_test_data.h"
#include "model/compression/gzip_header.h"

namespace headgate {
namespace {

using test_data::compress;
using test_data::decompress;
using test_data::joined;
using test_data::log_lines;
using test_data::noise;
using test_data::read_all;
using test_data::ShortSource;

const std::string kZeros(512, '\0');

// Every read of one byte, and some other small ones.
void expect_reads(const std::string& compressed, const std::string& text, std::string_view what) {
  for (const std::size_t source_step : {std::size_t{1}, std::size_t{7}, std::size_t{4'096}, SIZE_MAX}) {
    for (const std::size_t step :
         {std::size_t{1}, std::size_t{3}, std::size_t{1'000}, std::size_t{1} << 20U}) {
      if (text.size() > 1'000'000 && std::min(step, source_step) < 1'000) continue;
      ShortSource source(compressed, source_step);
      CompressedReader reader(source, {});
      const Result<std::string> back = read_all(reader, step);
      ASSERT_TRUE(back.ok()) << what << ": " << back.error().what;
      ASSERT_TRUE(*back == text) << what << ", " << source_step << " bytes from the source, " << step
                                 << " out";
    }
  }
}

void expect_invalid(const std::string& compressed, std::string_view words, std::string_view what) {
  for (const std::size_t source_step : {std::size_t{1}, SIZE_MAX}) {
    ShortSource source(compressed, source_step);
    CompressedReader reader(source, {});
    const Result<std::string> back = read_all(reader);
    ASSERT_FALSE(back.ok()) << what;
    EXPECT_EQ(back.error().fault, Fault::Invalid) << what;
    EXPECT_EQ(back.error().what.find("compressed byte "), 0U) << back.error().what;
    EXPECT_NE(back.error().what.find(words), std::string::npos) << what << ": " << back.error().what;
    std::vector<char> room(10);
    EXPECT_EQ(reader.read(room).error().what, back.error().what) << "it stays so";
  }
}

// What zlib writes, with any header.
struct ZlibOptions {
  int level = 6;
  int strategy = Z_DEFAULT_STRATEGY;
  gz_header* header = nullptr;
  int flush_every = 0;  // bytes; 0: never
  int flush = Z_NO_FLUSH;
};
std::string zlib_gzip(std::string_view text, ZlibOptions options = {}) {
  z_stream stream{};
  CHECK(deflateInit2(&stream, options.level, Z_DEFLATED, 15 + 16, 8, options.strategy) == Z_OK);
  if (options.header != nullptr) CHECK(deflateSetHeader(&stream, options.header) == Z_OK);
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())) + text.size() / 4 + 200'000, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  while (options.flush_every > 0 && text.size() > static_cast<std::size_t>(options.flush_every)) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
    stream.avail_in = static_cast<uInt>(options.flush_every);
    CHECK(deflate(&stream, options.flush) == Z_OK);
    text.remove_prefix(static_cast<std::size_t>(options.flush_every));
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  CHECK(deflate(&stream, Z_FINISH) == Z_STREAM_END);
  out.resize(out.size() - stream.avail_out);
  CHECK(deflateEnd(&stream) == Z_OK);
  return out;
}

std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = popen(command.c_str(), "r");
  CHECK(pipe != nullptr);
  std::vector<char> room(std::size_t{1} << 16U);
  while (const std::size_t count = fread(room.data(), 1, room.size(), pipe))
    output.append(room.data(), count);
  const int status = pclose(pipe);
  EXPECT_TRUE(WIFEXITED(status) && WEXITSTATUS(status) == 0) << command;
  return output;
}

TEST(CompressedReader, ReadsPlainTextAsItIs) {
  for (const std::string& text : {std::string(), std::string("x"), std::string("("), std::string("{}\n"),
                                  std::string("P*M"), log_lines(300'000), kZeros}) {
    expect_reads(text, text, "plain");
  }
  StringSource source("plain");
  CompressedReader reader(source, {});
  EXPECT_EQ(read_all(reader).value(), "plain");
  EXPECT_EQ(reader.codec(), Codec::None);
}

TEST(CompressedReader, ReadsWhatWeWriteInPiecesOfAnySize) {
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    for (const std::string& text : {std::string(), std::string("x"), log_lines(70'000), noise(40'000)}) {
      expect_reads(compress(text, {codec, 1}), text, name_of(codec));
    }
    expect_reads(compress(log_lines(5'000'000), {codec, 1}), log_lines(5'000'000), name_of(codec));
  }
}

TEST(CompressedReader, ReadsWhatZlibWrites) {
  const std::string text = log_lines(80'000) + noise(5'000) + std::string(70'000, 'a');
  for (int level = 0; level <= 9; ++level) expect_reads(zlib_gzip(text, {.level = level}), text, "level");
  for (const int strategy : {Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED}) {
    expect_reads(zlib_gzip(text, {.strategy = strategy}), text, "strategy");
  }
  for (const int flush : {Z_PARTIAL_FLUSH, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_BLOCK}) {
    expect_reads(zlib_gzip(text, {.flush_every = 777, .flush = flush}), text, "flush");
  }
  expect_reads(zlib_gzip(""), "", "empty");
}

TEST(CompressedReader, ReadsAFileOfGzopen) {
  const std::string path = testing::TempDir() + "headgate_reader_gzopen.gz";
  const std::string text = log_lines(500'000);
  const gzFile file = gzopen(path.c_str(), "wb3");
  ASSERT_NE(file, nullptr);
  ASSERT_EQ(gzwrite(file, text.data(), static_cast<unsigned>(text.size())), static_cast<int>(text.size()));
  ASSERT_EQ(gzclose(file), Z_OK);
  std::ifstream written(path, std::ios::binary);
  const std::string compressed((std::istreambuf_iterator<char>(written)), std::istreambuf_iterator<char>());
  expect_reads(compressed, text, "gzopen");
  (void)std::remove(path.c_str());
}

// Every combination of optional fields, handed over byte by byte too: where ISA-L's own header reader fails.
TEST(CompressedReader, ReadsEveryGzipHeader) {
  const std::string text = log_lines(2'000);
  std::string extra = noise(300);
  std::string long_extra = noise(65'535);
  std::string name = "a name that is not short.log";
  std::string comment = "a comment";
  for (unsigned fields = 0; fields < 32; ++fields) {
    gz_header header{};
    header.text = 1;
    header.time = 1'756'553'221;
    header.os = 3;
    std::string& chosen = (fields & 16U) != 0 ? long_extra : extra;
    if ((fields & 1U) != 0) {
      header.extra = reinterpret_cast<Bytef*>(chosen.data());
      header.extra_len = static_cast<uInt>(chosen.size());
    }
    if ((fields & 2U) != 0) header.name = reinterpret_cast<Bytef*>(name.data());
    if ((fields & 4U) != 0) header.comment = reinterpret_cast<Bytef*>(comment.data());
    header.hcrc = (fields & 8U) != 0 ? 1 : 0;
    const std::string member = zlib_gzip(text, {.header = &header});
    expect_reads(member + member, text + text, "header " + std::to_string(fields));
  }
  gz_header empty_fields{};
  char nothing = '\0';
  empty_fields.extra = reinterpret_cast<Bytef*>(&nothing);
  empty_fields.name = reinterpret_cast<Bytef*>(&nothing);
  empty_fields.comment = reinterpret_cast<Bytef*>(&nothing);
  empty_fields.hcrc = 1;
  expect_reads(zlib_gzip(text, {.header = &empty_fields}), text, "empty fields");
}

TEST(CompressedReader, RefusesAGzipHeaderThatIsNone) {
  const std::string good = zlib_gzip("text");
  std::string bad = good;
  bad[2] = 7;
  expect_invalid(bad, "not deflated", "method");
  for (const unsigned flag : {0x20U, 0x40U, 0x80U}) {
    bad = good;
    bad[3] = static_cast<char>(flag);
    expect_invalid(bad, "reserved flags", "flags");
  }
  gz_header header{};
  std::string name = "name";
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.hcrc = 1;
  bad = zlib_gzip("text", {.header = &header});
  bad[11] = 'x';
  expect_invalid(bad, "checksum", "header CRC");
}

TEST(CompressedReader, ReadsWhatTheRealProgramsWrite) {
  const std::string path = testing::TempDir() + "headgate_reader_input.json";
  const std::string text = log_lines(400'000) + noise(20'000);
  {
    std::ofstream file(path, std::ios::binary);
    file << text;
  }
  std::vector<std::string> commands = {"zstd -q -c --no-check ", "zstd -q -c --fast=5 ",
                                       "zstd -q -c --long=23 ", "gzip -n -c ", "zstd -q -c --rsyncable "};
  for (int level = 1; level <= 9; ++level) commands.push_back("gzip -c -" + std::to_string(level) + " ");
  for (int level = 1; level <= 19; ++level) commands.push_back("zstd -q -c -" + std::to_string(level) + " ");
  for (const std::string& command : commands) {
    const std::string compressed = output_of(joined({command, "'", path, "'"}));
    const Result<std::string> back = decompress(compressed);
    ASSERT_TRUE(back.ok()) << command << back.error().what;
    EXPECT_TRUE(*back == text) << command;
  }
  (void)std::remove(path.c_str());
}

TEST(CompressedReader, ReadsConcatenatedMembersAsOneStream) {
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    const std::string empty = compress("", {codec, 1});
    const std::string lines = log_lines(3'000);
    const std::string member = compress(lines, {codec, 1});
    expect_reads(member + member, lines + lines, "two");
    expect_reads(joined({empty, member, empty, empty, member, empty}), lines + lines, "empty ones between");
    std::string many;
    std::string all;
    for (int count = 0; count < 500; ++count) {
      many += compress(std::to_string(count), {codec, 1});
      all += std::to_string(count);
    }
    expect_reads(many, all, "many");
  }
}

TEST(CompressedReader, SkipsWhatZstdCallsSkippable) {
  const std::string frame = compress("text", {Codec::Zstd, 1});
  const std::string skippable("\x5A\x2A\x4D\x18\x05\x00\x00\x00hello", 13);
  expect_reads(joined({skippable, frame, skippable, frame}), "texttext", "skippable frames");
  expect_reads(skippable, "", "nothing else");
  expect_invalid(frame + skippable.substr(0, 10), "ends inside a zstd frame", "cut");
}

TEST(CompressedReader, SaysWhereACutStreamEnds) {
  const std::string text = log_lines(900);
  gz_header header{};
  std::string name = "name";
  header.name = reinterpret_cast<Bytef*>(name.data());
  header.hcrc = 1;
  for (const std::string& whole : {compress(text, {Codec::Gzip, 1}), zlib_gzip(text, {.level = 0}),
                                   zlib_gzip(text, {.header = &header}), compress(text, {Codec::Zstd, 3})}) {
    const bool is_zstd = codec_of_magic(whole) == Codec::Zstd;
    const std::string_view words = is_zstd ? "ends inside a zstd frame" : "ends inside a gzip member";
    // One byte of zstd's magic is "(": a text. Any other beginning of a magic number is none.
    for (std::size_t size = is_zstd ? 2 : 1; size < whole.size(); ++size) {
      const bool in_magic = size < (is_zstd ? 4U : 2U);
      const std::string offset = "compressed byte " + std::to_string(in_magic ? 0 : size) + ": ";
      const std::string cut = whole.substr(0, size);
      expect_invalid(cut, in_magic ? "ends inside a magic number" : words, std::to_string(size));
      EXPECT_EQ(decompress(cut).error().what.find(offset), 0U) << decompress(cut).error().what << " " << size;
      const std::string after = whole + cut;  // the second of two members is cut
      if (size > 3) expect_invalid(after, words, "second, " + std::to_string(size));
    }
  }
}

TEST(CompressedReader, NeverGivesOtherBytesWhenABitIsFlipped) {
  const std::string text = log_lines(700) + std::string(300, 'a');
  for (const std::string& whole : {compress(text, {Codec::Gzip, 0}), compress(text, {Codec::Gzip, 1}),
                                   zlib_gzip(text), compress(text, {Codec::Zstd, 1})}) {
    const Codec codec = codec_of_magic(whole);
    for (std::size_t at = 0; at < whole.size(); ++at) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(static_cast<unsigned char>(flipped[at]) ^ (1U << bit));
        const bool is_plain_now = codec_of_magic(flipped) == Codec::None;  // the magic number itself
        StringSource source(flipped);
        CompressedReader reader(source, {});
        const Result<std::string> back = read_all(reader);
        if (is_plain_now) {
          EXPECT_TRUE(back.ok() && *back == flipped && reader.codec() == Codec::None);
          continue;
        }
        EXPECT_EQ(reader.codec(), codec);
        if (back.ok()) {
          EXPECT_TRUE(*back == text) << name_of(codec) << " byte " << at << " bit " << bit;
        } else {
          EXPECT_EQ(back.error().fault, Fault::Invalid);
        }
      }
    }
  }
}

TEST(CompressedReader, NoticesAWrongLengthAndAWrongCrc) {
  std::string member = zlib_gzip("some text");
  member[member.size() - 1] ^= 1;
  expect_invalid(member, "CRC or length is wrong", "length");
  member = zlib_gzip("some text");
  member[member.size() - 8] ^= 1;
  expect_invalid(member, "CRC or length is wrong", "crc");
  std::string frame = compress("some text", {Codec::Zstd, 1});
  frame.back() ^= 1;
  expect_invalid(frame, "checksum", "zstd checksum");
}

TEST(CompressedReader, IgnoresZerosAfterTheLastGzipMemberAndNothingElse) {
  const std::string text = log_lines(2'000);
  const std::string member = compress(text, {Codec::Gzip, 1});
  expect_reads(member + kZeros, text, "padding");
  expect_reads(member + std::string(1, '\0'), text, "one zero");
  expect_reads(member + std::string(200'000, '\0'), text, "much padding");
  expect_invalid(member + kZeros + "x", "garbage", "after the padding");
  expect_invalid(member + kZeros + member, "garbage", "a member after the padding");
  expect_invalid(member + "x", "garbage", "after the member");
  expect_invalid(member + "garbage that is longer than a header", "garbage", "after the member");
  expect_invalid(member + "\x1Fx", "garbage", "half a magic number");
  const std::string frame = compress(text, {Codec::Zstd, 1});
  expect_invalid(frame + "garbage", "garbage after the last zstd frame", "zstd");
  expect_invalid(frame + kZeros, "garbage after the last zstd frame", "zstd takes no padding");
}

TEST(CompressedReader, StopsABomb) {
  const std::string bomb(64U << 20U, '\0');
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    StringSource source(compress(bomb, {codec, 1}));
    CompressedReader reader(source, {.bytes_out_max = 1'000'000});
    std::vector<char> room(std::size_t{64} << 10U);
    std::size_t given = 0;
    Result<std::size_t> count = reader.read(room);
    for (; count.ok(); count = reader.read(room)) given += *count;
    EXPECT_LE(given, 1'000'000U);
    EXPECT_EQ(count.error().fault, Fault::Invalid);
    EXPECT_NE(count.error().what.find("more than 1000000 bytes"), std::string::npos) << count.error().what;
    EXPECT_TRUE(reader.is_over_limit());
  }
  EXPECT_TRUE(decompress(compress(noise(1'000), {}), {.bytes_out_max = 1'000}).ok());
  EXPECT_FALSE(decompress(compress(noise(1'001), {}), {.bytes_out_max = 1'000}).ok());
  EXPECT_FALSE(decompress(noise(1'001), {.bytes_out_max = 1'000}).ok());
}

TEST(CompressedReader, RefusesAZstdWindowOverEightMebibytes) {
  ZSTD_CCtx* const context = ZSTD_createCCtx();
  ASSERT_FALSE(ZSTD_isError(ZSTD_CCtx_setParameter(context, ZSTD_c_windowLog, 24)));
  const std::string text = "text";
  std::string frame(1'000, '\0');
  ZSTD_inBuffer in{text.data(), text.size(), 0};
  ZSTD_outBuffer out{frame.data(), frame.size(), 0};
  ASSERT_FALSE(ZSTD_isError(ZSTD_compressStream2(context, &out, &in, ZSTD_e_flush)));
  in = {nullptr, 0, 0};
  ASSERT_EQ(ZSTD_compressStream2(context, &out, &in, ZSTD_e_end), 0U);
  ZSTD_freeCCtx(context);
  frame.resize(out.pos);
  expect_invalid(frame, "window over 8 MiB", "16 MiB");
}

// Gives `text`, but fails once, before the byte at `at`.
class FailingSource : public ByteSource {
 public:
  FailingSource(std::string text, std::size_t at, Error error)
      : text_(std::move(text)), at_(at), error_(std::move(error)) {}
  Result<std::size_t> read(std::span<char> into) override {
    if (position_ >= at_ && !has_failed_) {
      has_failed_ = true;
      return error_;
    }
    const std::size_t end = has_failed_ ? text_.size() : std::min(at_, text_.size());
    const std::size_t count = std::min(into.size(), end - position_);
    std::copy_n(text_.data() + position_, count, into.data());
    position_ += count;
    return count;
  }

 private:
  std::string text_;
  std::size_t at_;
  Error error_;
  std::size_t position_ = 0;
  bool has_failed_ = false;
};

TEST(CompressedReader, PassesOnWhatTheSourceSaysAndGoesOnAfterwards) {
  const std::string text = log_lines(3'000);
  for (const std::string& whole : {compress(text, {Codec::Gzip, 1}) + compress(text, {Codec::Gzip, 1}),
                                   zlib_gzip(text) + kZeros, compress(text, {Codec::Zstd, 1}), text}) {
    for (std::size_t at = 0; at <= whole.size(); ++at) {
      FailingSource source(whole, at, Error{Fault::Retry, "connection: reset"});
      CompressedReader reader(source, {});
      std::string all;
      std::vector<char> room(1'000);
      int failures = 0;
      while (true) {
        const Result<std::size_t> count = reader.read(room);
        if (!count.ok()) {
          ++failures;
          ASSERT_EQ(count.error().fault, Fault::Retry) << count.error().what;
          ASSERT_EQ(count.error().what, "connection: reset");
          continue;
        }
        if (*count == 0) break;
        all.append(room.data(), *count);
      }
      ASSERT_EQ(failures, 1) << at;
      ASSERT_TRUE(all == *decompress(whole)) << at;
    }
  }
}

TEST(CompressedReader, ReadsNothingIntoNoiseWithAMagicNumber) {
  for (std::uint64_t seed = 0; seed < 2'000; ++seed) {
    for (const std::string_view magic : {std::string_view("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10),
                                         std::string_view("\x28\xB5\x2F\xFD", 4)}) {
      const Result<std::string> back =
          decompress(std::string(magic) + noise(100, seed), {.bytes_out_max = 10'000'000});
      ASSERT_FALSE(back.ok()) << seed;
    }
  }
}

}  // namespace
}  // namespace headgate
