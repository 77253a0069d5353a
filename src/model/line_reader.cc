#include "model/line_reader.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace headgate {

LineReader::LineReader(ByteSource& source, Options options)
    : source_(source),
      options_(options),
      capacity_(std::max<std::size_t>(options.block_bytes, 1)),
      buffer_(std::make_unique<char[]>(capacity_ + kReadableBeyond)) {}

std::string_view LineReader::take(std::size_t bytes, End end) {
  const std::string_view text(buffer_.get() + begin_, bytes);
  begin_ += bytes;
  searched_ = 0;
  if (!is_inside_line_) ++lines_;
  is_inside_line_ = end != End::Line;
  end_of_last_ = end;
  return text;
}

void LineReader::give_back(std::size_t bytes) {
  CHECK(end_of_last_ != End::Line && bytes <= begin_);
  begin_ -= bytes;
}

Result<std::optional<std::string_view>> LineReader::next() {
  while (true) {
    if (damage_) return *damage_;
    const char* const unsearched = buffer_.get() + begin_ + searched_;
    const std::size_t left = end_ - begin_ - searched_;
    const void* const newline = left == 0 ? nullptr : std::memchr(unsearched, '\n', left);
    const std::size_t bytes =
        newline == nullptr
            ? end_ - begin_
            : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.get()) - begin_;
    if (bytes > options_.line_bytes_max) return std::optional(take(options_.line_bytes_max, End::Limit));
    if (newline != nullptr) {
      const std::string_view line = take(bytes, End::Line);
      ++begin_;
      return std::optional(line);
    }
    searched_ = bytes;
    if (is_at_end_) {
      if (bytes == 0) return std::optional<std::string_view>();
      return std::optional(take(bytes, End::Line));
    }
    const Result<> filled = fill();
    if (filled.ok()) continue;
    if (filled.error().fault != Fault::Invalid) return filled.error();
    damage_ = filled.error();
    if (bytes > 0) return std::optional(take(bytes, End::Damaged));
  }
}

// Reads a block behind what is there, which is moved to the front or, when it fills the buffer, to a larger
// one.
Result<> LineReader::fill() {
  const std::size_t kept = end_ - begin_;
  if (kept * 2 > capacity_) {
    const std::size_t capacity = std::min(capacity_ * 2, options_.line_bytes_max + options_.block_bytes + 1);
    if (capacity > capacity_) {
      std::unique_ptr<char[]> larger = std::make_unique<char[]>(capacity + kReadableBeyond);
      std::memcpy(larger.get(), buffer_.get() + begin_, kept);
      buffer_ = std::move(larger);
      capacity_ = capacity;
      begin_ = 0;
    }
  }
  if (begin_ != 0) std::memmove(buffer_.get(), buffer_.get() + begin_, kept);
  begin_ = 0;
  end_ = kept;
  const std::size_t taken = TRY(source_.read({buffer_.get() + end_, capacity_ - end_}));
  CHECK(taken <= capacity_ - end_);
  is_at_end_ = taken == 0;
  end_ += taken;
  return {};
}

}  // namespace headgate
