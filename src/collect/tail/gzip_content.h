// What a gzipped log file says, by offsets of its decompressed bytes, so that positions learnt before it was
// compressed still hold.
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

// How many files are being decompressed at once, each at about 400 KiB. The collect thread's.
struct Decompressors {
  std::size_t open = 0;
  std::size_t open_max = 4;
};

// One thread. Reads forward; only as far as what the last call gave can it go back without beginning anew.
// Memory: a decompressor's 150 KiB and the bytes last asked for.
class GzipContent {
 public:
  // `compressed` outlives this.
  GzipContent(ReadableFile& compressed, Decompressors& decompressors);
  ~GzipContent();
  GzipContent(const GzipContent&) = delete;
  GzipContent& operator=(const GzipContent&) = delete;

  // As ReadableFile::read_at, but fills `into` unless the content ends. A file that is damaged or cut short
  // ends where it can no longer be read, and damage() says so. After Fault::Retry call again.
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

// How long the content is, as the last member's trailer says (RFC 1952, ISIZE): modulo 2^32, and of that
// member only. Runtimes write one member. Empty where there is no room for a trailer.
Result<std::optional<std::uint32_t>> gzip_content_bytes(ReadableFile& compressed);

}  // namespace headgate::collect
