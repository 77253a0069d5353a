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

TEST(LineReader, RefusesALineOverTheLimitAndStaysThere) {
  for (const std::string& end : {std::string("\nnext\n"), std::string()}) {
    SlowSource source("ok\n" + std::string(11, 'x') + end, 4);
    LineReader reader(source, {.line_bytes_max = 10, .block_bytes = 4});
    ASSERT_EQ(reader.next().value(), "ok");
    for (int again = 0; again < 2; ++again) {
      const auto line = reader.next();
      ASSERT_FALSE(line.ok());
      EXPECT_EQ(line.error().fault, Fault::Invalid);
      EXPECT_EQ(line.error().what, "line 2: longer than 10 bytes");
    }
  }
  SlowSource source(std::string(10, 'x'), 100);
  LineReader reader(source, {.line_bytes_max = 10, .block_bytes = 4});
  EXPECT_EQ(reader.next().value(), std::string(10, 'x'));
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
