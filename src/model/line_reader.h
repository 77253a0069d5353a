// Cuts a stream of bytes into lines.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "base/byte_source.h"
#include "base/result.h"

namespace headgate {

// One thread. Holds one block and at most one line; a line that crosses blocks is moved, not copied twice.
class LineReader {
 public:
  struct Options {
    std::size_t line_bytes_max = 16U << 20U;
    std::size_t block_bytes = 128U << 10U;  // asked of the source at once
  };
  // Bytes behind a line that may be read (whatever they hold): parsers look at blocks of text.
  static constexpr std::size_t kReadableBeyond = 64;

  LineReader(ByteSource& source, Options options);

  // The next line without its \n; the last one need not have one. Lives until the next call. Empty at the
  // end. Errors are the source's, and Fault::Invalid for a line over the limit: that one stays.
  Result<std::optional<std::string_view>> next();
  // How many lines were given: the 1-based number of the last one.
  std::uint64_t lines() const { return lines_; }

 private:
  Result<> fill();
  std::string_view take(std::size_t bytes, std::size_t with_newline);

  ByteSource& source_;
  const Options options_;
  std::size_t capacity_;
  std::unique_ptr<char[]> buffer_;  // capacity_ + kReadableBeyond
  std::size_t begin_ = 0;           // of what is not given yet
  std::size_t end_ = 0;
  std::size_t searched_ = 0;  // bytes from begin_ without \n
  std::uint64_t lines_ = 0;
  bool is_at_end_ = false;
};

}  // namespace headgate
