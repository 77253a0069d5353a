#include "model/line_reader.h"

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace headgate {

LineReader::LineReader(ByteSource& source, Options options)
    : source_(source),
      block_bytes_(std::max<std::size_t>(options.block_bytes, 1)),
      line_bytes_max_(options.line_bytes_max),
      capacity_(block_bytes_),
      buffer_(capacity_ + kReadableBeyond) {}

std::string_view LineReader::take(std::size_t bytes, End end) {
  const std::string_view text(buffer_.data() + begin_, bytes);
  begin_ += bytes;
  searched_ = 0;
  if (!is_inside_line_) ++lines_;
  is_inside_line_ = end != End::Line;
  end_of_last_ = end;
  is_behind_newline_ = false;
  return text;
}

void LineReader::give_back(std::size_t bytes) {
  const std::size_t back = bytes + (is_behind_newline_ ? 1 : 0);
  CHECK(back <= begin_);
  begin_ -= back;
  searched_ = 0;
  is_behind_newline_ = false;
  is_inside_line_ = true;
  end_of_last_ = End::Limit;
}

void LineReader::give_memory_back() {
  const std::size_t kept = end_ - begin_;
  const std::size_t capacity = kept == 0 ? block_bytes_ : kept + block_bytes_;
  if (capacity >= capacity_) return;
  Pages smaller(capacity + kReadableBeyond);
  std::memcpy(smaller.data(), buffer_.data() + begin_, kept);
  buffer_ = std::move(smaller);
  capacity_ = capacity;
  begin_ = 0;
  end_ = kept;
}

Result<std::optional<std::string_view>> LineReader::next() {
  while (true) {
    if (damage_) return *damage_;
    const char* const unsearched = buffer_.data() + begin_ + searched_;
    const std::size_t left = end_ - begin_ - searched_;
    const void* const newline = left == 0 ? nullptr : std::memchr(unsearched, '\n', left);
    const std::size_t bytes =
        newline == nullptr
            ? end_ - begin_
            : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.data()) - begin_;
    if (bytes > line_bytes_max_) return std::optional(take(line_bytes_max_, End::Limit));
    if (newline != nullptr) {
      const std::string_view line = take(bytes, End::Line);
      ++begin_;
      is_behind_newline_ = true;
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
    const std::size_t capacity = std::min(capacity_ * 2, line_bytes_max_ + block_bytes_ + 1);
    if (capacity > capacity_) {
      Pages larger(capacity + kReadableBeyond);
      std::memcpy(larger.data(), buffer_.data() + begin_, kept);
      buffer_ = std::move(larger);
      capacity_ = capacity;
      begin_ = 0;
    }
  }
  if (begin_ != 0) std::memmove(buffer_.data(), buffer_.data() + begin_, kept);
  begin_ = 0;
  end_ = kept;
  // A block at most, so that little is held behind a long line when its memory is given back.
  const std::size_t wanted = std::min(capacity_ - end_, block_bytes_);
  const std::size_t taken = TRY(source_.read({buffer_.data() + end_, wanted}));
  CHECK(taken <= wanted);
  is_at_end_ = taken == 0;
  end_ += taken;
  return {};
}

}  // namespace headgate
