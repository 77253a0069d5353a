#include "collect/tail/gzip_content.h"

#include <algorithm>
#include <array>

#include "base/byte_source.h"
#include "model/compression/compressed_reader.h"

namespace headgate::collect {
namespace {

class FileSource : public ByteSource {
 public:
  explicit FileSource(ReadableFile& file) : file_(file) {}
  Result<std::size_t> read(std::span<char> into) override {
    const std::size_t taken = TRY(file_.read_at(offset_, into));
    offset_ += taken;
    return taken;
  }

 private:
  ReadableFile& file_;
  std::uint64_t offset_ = 0;
};

constexpr std::size_t kSkipBytes = 64U << 10U;

}  // namespace

struct GzipContent::Stream {
  explicit Stream(ReadableFile& file) : source(file), reader(source, {}) {}
  FileSource source;
  CompressedReader reader;
};

GzipContent::GzipContent(ReadableFile& compressed, Decompressors& decompressors)
    : compressed_(compressed), decompressors_(decompressors) {
  ++decompressors_.open;
}

GzipContent::~GzipContent() {
  --decompressors_.open;
}

void GzipContent::begin() {
  stream_ = std::make_unique<Stream>(compressed_);
  window_.clear();
  window_begin_ = 0;
  is_at_end_ = false;
}

Result<std::size_t> GzipContent::read_at(std::uint64_t offset, std::span<char> into) {
  if (!stream_ || offset < window_begin_) begin();
  while (window_end() < offset && !is_at_end_) {
    window_begin_ = window_end();
    window_.clear();
    TRY(read_on(std::min<std::uint64_t>(offset - window_begin_, kSkipBytes)));
  }
  if (window_end() <= offset && is_at_end_) return std::size_t{0};
  window_.erase(0, static_cast<std::size_t>(offset - window_begin_));
  window_begin_ = offset;
  while (window_.size() < into.size() && !is_at_end_) TRY(read_on(into.size() - window_.size()));
  const std::size_t given = std::min(window_.size(), into.size());
  std::copy_n(window_.data(), given, into.data());
  return given;
}

// Adds at most so many bytes to the window.
Result<> GzipContent::read_on(std::size_t bytes) {
  const std::size_t filled = window_.size();
  window_.resize(filled + bytes);
  const Result<std::size_t> read = stream_->reader.read(std::span(window_.data() + filled, bytes));
  window_.resize(filled + (read.ok() ? *read : 0));
  if (!read.ok() && read.error().fault != Fault::Invalid) return read.error();
  const bool is_gzip = read.ok() && stream_->reader.codec() == Codec::Gzip;
  if (read.ok() && *read > 0 && is_gzip) return {};
  is_at_end_ = true;
  if (!read.ok()) {
    damage_ = read.error();
  } else if (!is_gzip) {
    window_.resize(filled);  // whatever it is, it is not lines of a log
    damage_ = Error{Fault::Invalid, "not gzip, as its name says"};
  }
  return {};
}

Result<std::optional<std::uint32_t>> gzip_content_bytes(ReadableFile& compressed) {
  constexpr std::uint64_t kHeaderAndTrailerBytes = 18;
  const FileStat stat = TRY(compressed.stat());
  std::array<char, 4> little_endian{};
  if (stat.bytes < kHeaderAndTrailerBytes) return std::optional<std::uint32_t>();
  const std::size_t taken = TRY(compressed.read_at(stat.bytes - little_endian.size(), little_endian));
  if (taken != little_endian.size()) return std::optional<std::uint32_t>();
  std::uint32_t bytes = 0;
  for (std::size_t index = little_endian.size(); index-- > 0;) {
    bytes = bytes << 8U | static_cast<unsigned char>(little_endian[index]);
  }
  return std::optional<std::uint32_t>(bytes);
}

}  // namespace headgate::collect
