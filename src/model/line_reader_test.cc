#include "model/line_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace headgate {
namespace {

// Gives at most `step` bytes at a time, then `last`.
class SlowSource : public ByteSource {
 public:
  SlowSource(std::string text, std::size_t step, Result<std::size_t> last = std::size_t{0})
      : text_(std::move(text)), step_(step), last_(std::move(last)) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t taken = std::min({into.size(), text_.size() - position_, step_});
    if (taken == 0) return last_;
    std::copy_n(text_.data() + position_, taken, into.data());
    position_ += taken;
    return taken;
  }

 private:
  std::string text_;
  std::size_t step_;
  Result<std::size_t> last_;
  std::size_t position_ = 0;
};

std::vector<std::string> lines_of(LineReader& reader) {
  std::vector<std::string> lines;
  while (true) {
    const auto line = reader.next();
    if (!line.ok()) {
      lines.push_back("error: " + line.error().what);
      return lines;
    }
    if (!line->has_value()) return lines;
    lines.emplace_back(**line);
  }
}

TEST(LineReader, CutsTheSameLinesWhateverTheBlocks) {
  const std::string longer(300, 'l');
  const std::string text =
      "first\n\n\r\n" + longer + "\n second\n" + longer + longer + "\nlast without newline";
  const std::vector<std::string> expected = {
      "first", "", "\r", longer, " second", longer + longer, "last without newline"};
  for (const std::size_t block : {1U, 2U, 7U, 64U, 301U, 4096U}) {
    for (const std::size_t step : {1U, 3U, 64U, 10'000U}) {
      SlowSource source(text, step);
      LineReader reader(source, {.line_bytes_max = 600, .block_bytes = block});
      EXPECT_EQ(lines_of(reader), expected) << block << ' ' << step;
      EXPECT_EQ(reader.lines(), expected.size());
    }
  }
}

// Lines and pieces; "+" behind a piece whose line goes on, "!" behind one that damage cuts off.
std::string pieces_of(LineReader& reader) {
  std::string all;
  while (true) {
    const auto line = reader.next();
    if (!line.ok()) return all + "error: " + line.error().what;
    if (!line->has_value()) return all;
    const LineReader::End end = reader.end();
    all += std::to_string(reader.lines()) + ":" + std::string(**line) +
           (end == LineReader::End::Limit     ? "+ "
            : end == LineReader::End::Damaged ? "! "
                                              : " ");
  }
}

TEST(LineReader, GivesALineOverTheLimitInPiecesAndThoseBehindIt) {
  for (const std::size_t step : {1U, 4U, 100U}) {
    for (const std::size_t block : {1U, 4U, 100U}) {
      SlowSource source("ok\n0123456789\n0123456789a\n01234567890123456789\n0123456789012345678901\nnext",
                        step);
      LineReader reader(source, {.line_bytes_max = 10, .block_bytes = block});
      EXPECT_EQ(
          pieces_of(reader),
          "1:ok 2:0123456789 3:0123456789+ 3:a 4:0123456789+ 4:0123456789 5:0123456789+ 5:0123456789+ 5:01 "
          "6:next ");
    }
  }
}

TEST(LineReader, TakesBytesOfAPieceBack) {
  SlowSource source("0123456789abcdef\nnext\n", 3);
  LineReader reader(source, {.line_bytes_max = 10, .block_bytes = 4});
  EXPECT_EQ(reader.next().value(), "0123456789");
  reader.give_back(4);
  EXPECT_EQ(reader.next().value(), "6789abcdef");
  EXPECT_EQ(reader.end(), LineReader::End::Line);
  EXPECT_EQ(reader.lines(), 1U);
  EXPECT_EQ(reader.next().value(), "next");
  EXPECT_EQ(reader.lines(), 2U);
}

TEST(LineReader, GivesWhatStandsBeforeDamageAndThenTheError) {
  SlowSource source("whole\ncut", 100, Error{Fault::Invalid, "corrupt"});
  LineReader reader(source, {});
  EXPECT_EQ(pieces_of(reader), "1:whole 2:cut! error: corrupt");
  EXPECT_EQ(pieces_of(reader), "error: corrupt");
  SlowSource at_once("whole\n", 100, Error{Fault::Invalid, "corrupt"});
  LineReader other(at_once, {});
  EXPECT_EQ(pieces_of(other), "1:whole error: corrupt");
}

TEST(LineReader, PassesTheSourcesErrorOnAndGivesNoCutLine) {
  SlowSource source("whole\ncut", 100, Error{Fault::Retry, "connection lost"});
  LineReader reader(source, {});
  EXPECT_EQ(lines_of(reader), (std::vector<std::string>{"whole", "error: connection lost"}));
}

TEST(LineReader, GivesNothingForNothing) {
  StringSource source("");
  LineReader reader(source, {});
  EXPECT_TRUE(lines_of(reader).empty());
  StringSource newline("\n");
  LineReader one(newline, {});
  EXPECT_EQ(lines_of(one), std::vector<std::string>{""});
}

}  // namespace
}  // namespace headgate
