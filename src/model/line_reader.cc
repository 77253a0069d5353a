#include "model/line_reader.h"

#include <algorithm>
#include <cstring>
#include <string>

namespace headgate {

LineReader::LineReader(ByteSource& source, Options options)
    : source_(source),
      options_(options),
      capacity_(std::max<std::size_t>(options.block_bytes, 1)),
      buffer_(std::make_unique<char[]>(capacity_ + kReadableBeyond)) {}

std::string_view LineReader::take(std::size_t bytes, std::size_t with_newline) {
  const std::string_view line(buffer_.get() + begin_, bytes);
  begin_ += with_newline;
  searched_ = 0;
  ++lines_;
  return line;
}

Result<std::optional<std::string_view>> LineReader::next() {
  while (true) {
    const char* const unsearched = buffer_.get() + begin_ + searched_;
    const std::size_t left = end_ - begin_ - searched_;
    const void* const newline = left == 0 ? nullptr : std::memchr(unsearched, '\n', left);
    const std::size_t bytes =
        newline == nullptr
            ? end_ - begin_
            : static_cast<std::size_t>(static_cast<const char*>(newline) - buffer_.get()) - begin_;
    if (bytes > options_.line_bytes_max) {
      return Error{Fault::Invalid, "line " + std::to_string(lines_ + 1) + ": longer than " +
                                       std::to_string(options_.line_bytes_max) + " bytes"};
    }
    if (newline != nullptr) return std::optional(take(bytes, bytes + 1));
    searched_ = bytes;
    if (is_at_end_) {
      if (bytes == 0) return std::optional<std::string_view>();
      return std::optional(take(bytes, bytes));
    }
    TRY(fill());
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
