#include "model/compression/gzip_pieces.h"

#include <libdeflate.h>

#include <algorithm>

#include "base/check.h"

namespace headgate {

GzipPieces::GzipPieces(int level) : level_(std::clamp(level, kLevelMin, kLevelMax)) {}
GzipPieces::~GzipPieces() = default;

void GzipPieces::Free::operator()(libdeflate_compressor* compressor) const {
  libdeflate_free_compressor(compressor);
}

std::string_view GzipPieces::compress(std::string_view piece) {
  CHECK(piece.size() <= kPieceBytes);
  if (!compressor_) {
    compressor_.reset(libdeflate_alloc_compressor(level_));
    CHECK(compressor_ != nullptr);
    room_ = libdeflate_gzip_compress_bound(compressor_.get(), kPieceBytes);
    compressed_ = std::make_unique_for_overwrite<char[]>(room_);
  }
  const std::size_t bytes =
      libdeflate_gzip_compress(compressor_.get(), piece.data(), piece.size(), compressed_.get(), room_);
  CHECK(bytes > 0);
  bytes_in_ += piece.size();
  return {compressed_.get(), bytes};
}

}  // namespace headgate
