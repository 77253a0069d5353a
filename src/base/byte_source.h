// Something that gives bytes in order: a file, an object's body, a buffer.
// Tests: src/model/compression/compressed_reader_test.cc
#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "base/result.h"

namespace headgate {

class ByteSource {
 public:
  virtual ~ByteSource() = default;
  // Fills at most `into` and says how many bytes; 0 is the end. May give fewer than asked before the end.
  virtual Result<std::size_t> read(std::span<char> into) = 0;
};

class StringSource : public ByteSource {
 public:
  explicit StringSource(std::string text) : text_(std::move(text)) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t taken = std::min(into.size(), text_.size() - position_);
    std::copy_n(text_.data() + position_, taken, into.data());
    position_ += taken;
    return taken;
  }

 private:
  std::string text_;
  std::size_t position_ = 0;
};

}  // namespace headgate
