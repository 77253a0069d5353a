#include "model/compression/compressed_writer.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "model/compression/compressed_test_data.h"

namespace headgate {
namespace {

using test_data::compress;
using test_data::decompress;
using test_data::log_lines;
using test_data::noise;
using test_data::Numbers;

const std::vector<CompressedWriter::Options> kEvery = {
    {Codec::None, 1}, {Codec::Gzip, 0}, {Codec::Gzip, 1}, {Codec::Gzip, 2}, {Codec::Gzip, 3},
    {Codec::Gzip, 5}, {Codec::Gzip, 9}, {Codec::Zstd, 1}, {Codec::Zstd, 3}, {Codec::Zstd, 19}};

std::string words(const CompressedWriter::Options& options) {
  return std::string(name_of(options.codec)) + " level " + std::to_string(options.level);
}

class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& suffix) : path_(testing::TempDir() + "headgate_writer_XXXXXX") {
    const int descriptor = mkstemp(path_.data());
    CHECK(descriptor >= 0);
    CHECK(fclose(fdopen(descriptor, "w")) == 0);
    const std::string renamed = path_ + suffix;
    CHECK(std::rename(path_.c_str(), renamed.c_str()) == 0);
    path_ = renamed;
  }
  TemporaryFile(const TemporaryFile&) = delete;
  TemporaryFile& operator=(const TemporaryFile&) = delete;
  ~TemporaryFile() { (void)std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }
  void fill(std::string_view bytes) const {
    std::ofstream file(path_, std::ios::binary);
    file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

 private:
  std::string path_;
};

struct Ran {
  int status = -1;
  std::string output;
};

Ran run(const std::string& command) {
  Ran ran;
  FILE* const pipe = popen(command.c_str(), "r");
  if (pipe == nullptr) return ran;
  std::vector<char> room(std::size_t{1} << 16U);
  while (const std::size_t count = fread(room.data(), 1, room.size(), pipe)) {
    ran.output.append(room.data(), count);
  }
  const int status = pclose(pipe);
  ran.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return ran;
}

// Passes everything on, but never more than a chunk, and fails when told to.
class WatchingSink : public ByteSink {
 public:
  explicit WatchingSink(std::size_t bytes_max = SIZE_MAX) : bytes_max_(bytes_max) {}
  Result<> append(std::string_view bytes) override {
    largest = std::max(largest, bytes.size());
    if (text.size() + bytes.size() > bytes_max_) return Error{Fault::Retry, "disk: full"};
    text.append(bytes);
    return {};
  }
  std::string text;
  std::size_t largest = 0;

 private:
  std::size_t bytes_max_;
};

TEST(CompressedWriter, WritesWhatReadsBackTheSame) {
  for (const auto& options : kEvery) {
    for (const std::string& text : {std::string(), std::string("x"), std::string(1U << 20U, '\0'),
                                    noise(1U << 20U), log_lines(2U << 20U), std::string("no newline")}) {
      const std::string compressed = compress(text, options);
      const Result<std::string> back = decompress(compressed);
      ASSERT_TRUE(back.ok()) << words(options) << " " << back.error().what;
      ASSERT_TRUE(*back == text) << words(options) << " " << text.size();
      // ISA-L's level 0 has one code for everything: noise grows by a quarter.
      const std::size_t growth = text.size() / (options.codec == Codec::Gzip && options.level == 0 ? 4 : 100);
      ASSERT_LT(compressed.size(), text.size() + growth + 200) << words(options);
    }
  }
}

TEST(CompressedWriter, TakesFiftyMebibytesOfLogsInOddPieces) {
  const std::string text = log_lines(50U << 20U);
  for (const CompressedWriter::Options options :
       {CompressedWriter::Options{Codec::Gzip, 1}, {Codec::Gzip, 5}, {Codec::Zstd, 1}}) {
    WatchingSink sink;
    CompressedWriter writer(sink, options);
    Numbers numbers(7);
    for (std::string_view rest = text; !rest.empty();) {
      // Mostly lines, sometimes single bytes and large blocks.
      const std::uint64_t kind = numbers.below(100);
      const std::size_t wanted = kind < 90 ? 1 + numbers.below(700) : kind < 98 ? 1 : numbers.below(300'000);
      const std::string_view piece = rest.substr(0, wanted);
      ASSERT_TRUE(writer.write(piece).ok());
      rest.remove_prefix(piece.size());
    }
    ASSERT_TRUE(writer.end_member().ok());
    EXPECT_LE(sink.largest, std::size_t{64} << 10U);
    EXPECT_EQ(writer.bytes_in(), text.size());
    EXPECT_EQ(writer.bytes_out(), sink.text.size());
    EXPECT_LT(sink.text.size(), text.size() / 4) << words(options);
    const Result<std::string> back = decompress(std::move(sink.text));
    ASSERT_TRUE(back.ok()) << back.error().what;
    ASSERT_TRUE(*back == text) << words(options);
  }
}

TEST(CompressedWriter, WritesTheSameBytesForTheSameWrites) {
  const std::string text = log_lines(300'000);
  for (const auto& options : kEvery) EXPECT_EQ(compress(text, options), compress(text, options));
}

TEST(CompressedWriter, WritesNoTimeAndNoNameIntoAGzipHeader) {
  EXPECT_EQ(compress("x", {}).substr(0, 10), std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10));
}

TEST(CompressedWriter, TakesTheNearestLevelForOneOutOfRange) {
  const std::string text = log_lines(200'000);
  EXPECT_EQ(compress(text, {Codec::Gzip, -5}), compress(text, {Codec::Gzip, 0}));
  EXPECT_EQ(compress(text, {Codec::Gzip, 12}), compress(text, {Codec::Gzip, 9}));
  EXPECT_EQ(compress(text, {Codec::Zstd, 0}), compress(text, {Codec::Zstd, 1}));
  EXPECT_EQ(compress(text, {Codec::Zstd, 22}), compress(text, {Codec::Zstd, 19}));
}

TEST(CompressedWriter, PutsMembersOneAfterTheOther) {
  for (const auto& options : kEvery) {
    StringSink sink;
    CompressedWriter writer(sink, options);
    EXPECT_FALSE(writer.member_is_open());
    EXPECT_TRUE(writer.end_member().ok());
    EXPECT_EQ(sink.text, "");  // none was open
    std::string all;
    for (std::size_t member = 0; member < 12; ++member) {
      const std::string text = member % 3 == 0 ? "" : log_lines(member * member * 997);
      all += text;
      ASSERT_TRUE(writer.write(text).ok());
      EXPECT_TRUE(writer.member_is_open());
      ASSERT_TRUE(writer.end_member().ok());
      EXPECT_FALSE(writer.member_is_open());
      EXPECT_EQ(writer.bytes_out(), sink.text.size());
      const Result<std::string> so_far = decompress(sink.text);  // every member is whole when it ends
      EXPECT_TRUE(so_far.ok() && *so_far == all);
    }
    EXPECT_EQ(writer.bytes_in(), all.size());
    const Result<std::string> back = decompress(sink.text);
    ASSERT_TRUE(back.ok()) << words(options) << back.error().what;
    EXPECT_TRUE(*back == all) << words(options);
  }
}

TEST(CompressedWriter, SharesPiecesAndReturnsToItsOwnLevelWhenTold) {
  const std::string text = log_lines(600'011);  // over two pieces
  GzipPieces pieces(5);
  StringSink sinks[2];
  CompressedWriter left(sinks[0], {Codec::Gzip, 1});
  CompressedWriter right(sinks[1], {Codec::Gzip, 1});
  left.use_pieces(&pieces);
  right.use_pieces(&pieces);
  for (std::size_t at = 0; at < text.size(); at += 1'009) {  // by turns
    ASSERT_TRUE(left.write(std::string_view(text).substr(at, 1'009)).ok());
    ASSERT_TRUE(right.write(std::string_view(text).substr(at, 1'009)).ok());
  }
  ASSERT_TRUE(left.end_member().ok());
  ASSERT_TRUE(right.end_member().ok());
  EXPECT_EQ(sinks[0].text, compress(text, {Codec::Gzip, 5}));
  EXPECT_EQ(sinks[1].text, sinks[0].text);
  left.use_pieces(nullptr);
  ASSERT_TRUE(left.write(text).ok());
  ASSERT_TRUE(left.end_member().ok());
  EXPECT_EQ(sinks[0].text, sinks[1].text + compress(text, {Codec::Gzip, 1}));
}

TEST(CompressedWriter, FromLevelFiveOnIsHardlyLargerThanWhatGzipMakes) {
  const std::string text = log_lines(4U << 20U);
  const TemporaryFile file(".txt");
  file.fill(text);
  const Ran gzip = run("gzip -6 -c '" + file.path() + "'");
  ASSERT_EQ(gzip.status, 0);
  EXPECT_LT(compress(text, {Codec::Gzip, 5}).size(), gzip.output.size() * 105 / 100);
  EXPECT_LT(compress(text, {Codec::Gzip, 6}).size(), gzip.output.size() * 102 / 100);
}

TEST(CompressedWriter, WritesWhatTheRealProgramsAccept) {
  const struct {
    Codec codec;
    std::string program;
  } cases[] = {{Codec::Gzip, "gzip"}, {Codec::Zstd, "zstd"}};
  for (const auto& [codec, program] : cases) {
    for (const int level : {0, 1, 3, 5, 19}) {
      for (const std::string& text : {std::string(), std::string("x"), noise(200'001), log_lines(500'003)}) {
        // Three members: the text, an empty one, the text again.
        StringSink sink;
        CompressedWriter writer(sink, {codec, level});
        for (const std::string& part : {text, std::string(), text}) {
          ASSERT_TRUE(writer.write(part).ok());
          ASSERT_TRUE(writer.end_member().ok());
        }
        const TemporaryFile file(std::string(suffix_of(codec)));
        file.fill(sink.text);
        const Ran tested = run(program + " -t '" + file.path() + "' 2>&1");
        EXPECT_EQ(tested.status, 0) << program << ": " << tested.output;
        const Ran back = run(program + " -dc '" + file.path() + "'");
        EXPECT_EQ(back.status, 0) << program;
        EXPECT_TRUE(back.output == text + text) << program << " level " << level;
      }
    }
  }
}

TEST(CompressedWriter, PassesOnWhatTheSinkSaysAndIsThenOfNoMoreUse) {
  for (const auto& options : kEvery) {
    const std::string text = noise(300'000);
    WatchingSink sink(100'000);
    CompressedWriter writer(sink, options);
    Result<> result = writer.write(text);
    if (result.ok()) result = writer.end_member();
    ASSERT_FALSE(result.ok());
    EXPECT_EQ(result.error().fault, Fault::Retry);
    EXPECT_EQ(result.error().what, "disk: full");
    EXPECT_FALSE(writer.member_is_open());
    EXPECT_FALSE(writer.write("x").ok());
    EXPECT_FALSE(writer.end_member().ok());
    EXPECT_EQ(writer.bytes_out(), sink.text.size());
  }
}

TEST(CompressedWriter, IsMovedWithItsOpenMember) {
  StringSink sink;
  CompressedWriter first(sink, {});
  ASSERT_TRUE(first.write("one ").ok());
  CompressedWriter second(std::move(first));
  EXPECT_TRUE(second.member_is_open());
  ASSERT_TRUE(second.write("two").ok());
  ASSERT_TRUE(second.end_member().ok());
  EXPECT_EQ(decompress(sink.text).value(), "one two");
}

}  // namespace
}  // namespace headgate
