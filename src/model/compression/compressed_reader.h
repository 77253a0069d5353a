// Decompresses a stream while it arrives: gzip, zstd or plain text, recognized by its first bytes and never
// by its name.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "base/byte_source.h"
#include "model/compression/codec.h"

namespace headgate {

// One thread, memory bounded (a 64 KiB window in; 87 KiB of state for gzip, a window of at most 8 MiB for
// zstd). Concatenated members are one stream; zero bytes of padding after the last gzip member are ignored,
// as gzip does. Errors, all Fault::Invalid, for good, and naming the compressed offset: truncated ("ends
// inside a gzip member"), corrupt (bad block, CRC or length mismatch), trailing garbage. The source's own
// errors pass through unchanged, and after Fault::Retry the same call goes on where it was. A damaged magic
// number makes a stream plain: whoever knows better compares codec() with the name. All that could be
// decompressed before an error is given first. CRCs stand at the end: it may be wrong.
class CompressedReader : public ByteSource {
 public:
  struct Options {
    // Stops a bomb: more output than this is Fault::Invalid.
    std::uint64_t bytes_out_max = 64ULL << 30U;
    std::string_view limit_name = {};  // what the error says of the limit, if anything
  };
  CompressedReader(ByteSource& compressed, Options options);
  ~CompressedReader() override;
  CompressedReader(const CompressedReader&) = delete;
  CompressedReader& operator=(const CompressedReader&) = delete;

  // `into` has room for at least one byte; 64 KiB and more is fastest.
  Result<std::size_t> read(std::span<char> into) override;
  // Known after the first read.
  Codec codec() const;
  // The error was bytes_out_max: nothing is damaged, and with a higher limit more can be read.
  bool is_over_limit() const;

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace headgate
