// The content of a gzipped log file, by offsets of its decompressed bytes, so that positions from before its
// compression still hold.
// Tests: tests/sim/tailing_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "base/result.h"
#include "ports/disk.h"

namespace headgate::collect {

// How many files are being decompressed at once, each with about 400 KiB. The collect thread owns it.
struct Decompressors {
  std::size_t open = 0;
  std::size_t open_max = 4;
};

// One thread. Reads forward. Going back before the bytes of the last call starts decompression from the
// beginning. Memory: a decompressor with 150 KiB, and the bytes of the last call.
class GzipContent {
 public:
  // `compressed` outlives this.
  GzipContent(ReadableFile& compressed, Decompressors& decompressors);
  ~GzipContent();
  GzipContent(const GzipContent&) = delete;
  GzipContent& operator=(const GzipContent&) = delete;

  // As ReadableFile::read_at(), but fills `into` unless the content ends. A damaged or incomplete file ends
  // where it can no longer be read, and damage() tells why. After Fault::Retry call again.
  Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into);
  const std::optional<Error>& damage() const { return damage_; }

 private:
  struct Stream;
  void begin();
  Result<> read_on(std::size_t bytes);
  std::uint64_t window_end() const { return window_begin_ + window_.size(); }

  ReadableFile& compressed_;
  Decompressors& decompressors_;
  std::unique_ptr<Stream> stream_;
  std::string window_;  // the content from window_begin_ to where the decompressor is
  std::uint64_t window_begin_ = 0;
  bool is_at_end_ = false;
  std::optional<Error> damage_;
};

// The length of the content in bytes, from the trailer of the last member (RFC 1952, ISIZE): modulo 2^32, and
// of that member only. Runtimes write one member. Empty when the file is too short for a trailer.
Result<std::optional<std::uint32_t>> gzip_content_bytes(ReadableFile& compressed);

}  // namespace headgate::collect
