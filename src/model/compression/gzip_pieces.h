// gzip as small as zlib makes it at its best levels, of bytes that are all there: libdeflate.
// Tests: src/model/compression/compressed_writer_test.cc
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

struct libdeflate_compressor;

namespace headgate {

// One thread. Keeps nothing from one call to the next but its memory (1.2 MiB from the first call on), so one
// serves any number of objects that are written by turns.
class GzipPieces {
 public:
  // Smaller pieces cost ratio: 64 KiB a twelfth.
  static constexpr std::size_t kPieceBytes = std::size_t{256} << 10U;
  static constexpr int kLevelMin = 4;
  static constexpr int kLevelMax = 9;

  explicit GzipPieces(int level);  // the nearest of kLevelMin to kLevelMax
  ~GzipPieces();
  GzipPieces(const GzipPieces&) = delete;
  GzipPieces& operator=(const GzipPieces&) = delete;

  // A whole gzip member (RFC 1952) of at most kPieceBytes. Valid until the next call.
  std::string_view compress(std::string_view piece);
  // All that was compressed so far.
  std::uint64_t bytes_in() const { return bytes_in_; }

 private:
  struct Free {
    void operator()(libdeflate_compressor* compressor) const;
  };
  const int level_;
  std::unique_ptr<libdeflate_compressor, Free> compressor_;
  std::unique_ptr<char[]> compressed_;
  std::size_t room_ = 0;
  std::uint64_t bytes_in_ = 0;
};

}  // namespace headgate
