// Cuts a stream of bytes into lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "base/byte_source.h"
#include "base/pages.h"
#include "base/result.h"

namespace headgate {

// One thread. Holds one block and at most one line; a line that crosses blocks is moved, not copied twice.
// What a long line took is kept for the next one until give_memory_back().
class LineReader {
 public:
  struct Options {
    std::size_t line_bytes_max = 16U << 20U;
    std::size_t block_bytes = 128U << 10U;  // asked of the source at once
  };
  // Bytes behind a line that may be read (whatever they hold): parsers look at blocks of text.
  static constexpr std::size_t kReadableBeyond = 64;

  LineReader(ByteSource& source, Options options);

  // How what was given last ends.
  enum class End : std::uint8_t {
    Line,     // with its line: all that is left of it
    Limit,    // a line is longer than line_bytes_max: this is as much of it, and the next call gives more
    Damaged,  // the source's bytes are damaged behind this: the next call gives that error
  };
  // The next line without its \n; the last one need not have one. Of a line over the limit, and of one that
  // the source's damage (Fault::Invalid) cuts off, a piece: see end(). Lives until the next call. Empty at
  // the end. Errors are the source's; after Fault::Retry the same call goes on where it was.
  Result<std::optional<std::string_view>> next();
  End end() const { return end_of_last_; }
  // The last so many bytes of what was given, which are then the first of what is given next. Not all of it,
  // unless the limit is raised. What stands before damage is not given again.
  void give_back(std::size_t bytes);
  // Of what is given from now on.
  void set_line_bytes_max(std::size_t bytes) { line_bytes_max_ = bytes; }
  // The memory that a long line took. What was given last is void.
  void give_memory_back();
  // The 1-based number of the line that was given last, or of which a piece was.
  std::uint64_t lines() const { return lines_; }

 private:
  Result<> fill();
  std::string_view take(std::size_t bytes, End end);

  ByteSource& source_;
  const std::size_t block_bytes_;
  std::size_t line_bytes_max_;
  std::size_t capacity_;
  Pages buffer_;           // at least capacity_ + kReadableBeyond
  std::size_t begin_ = 0;  // of what is not given yet
  std::size_t end_ = 0;
  std::size_t searched_ = 0;  // bytes from begin_ without \n
  std::uint64_t lines_ = 0;
  bool is_inside_line_ = false;  // a piece of it was given
  bool is_at_end_ = false;
  End end_of_last_ = End::Line;
  bool is_behind_newline_ = false;  // a newline ended what was given last
  std::optional<Error> damage_;
};

}  // namespace headgate
