#include "model/compression/compressed_reader.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>
#include <zstd_errors.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "base/check.h"
#include "model/compression/gzip_header.h"

namespace headgate {
namespace {

constexpr std::size_t kWindowBytes = std::size_t{64} << 10U;
constexpr std::size_t kMagicBytes = 4;
constexpr std::size_t kOnceMax = std::size_t{1} << 30U;  // ISA-L counts in 32 bits
constexpr int kZstdWindowLogMax = 23;                    // 8 MiB: what level 19 and all below it need

// Compressed bytes not decompressed yet.
class Window {
 public:
  explicit Window(ByteSource& source) : source_(source) {}

  std::string_view bytes() const { return {buffer_.get() + begin_, end_ - begin_}; }
  bool empty() const { return begin_ == end_; }
  // Nothing is here and nothing will come.
  bool is_over() const { return is_ended_ && empty(); }
  std::uint64_t offset() const { return offset_; }  // of the first of bytes() in the compressed stream

  void consume(std::size_t count) {
    begin_ += count;
    offset_ += count;
  }

  // Sees to it that at least `wanted` bytes (at most kMagicBytes) are here unless the source has ended.
  Result<> want(std::size_t wanted) {
    if (!buffer_) buffer_ = std::make_unique_for_overwrite<char[]>(kWindowBytes);
    while (end_ - begin_ < wanted && !is_ended_) {
      if (empty()) begin_ = end_ = 0;
      if (kWindowBytes - begin_ < wanted) {
        std::copy(buffer_.get() + begin_, buffer_.get() + end_, buffer_.get());
        end_ -= std::exchange(begin_, 0);
      }
      const std::size_t count = TRY(source_.read({buffer_.get() + end_, kWindowBytes - end_}));
      is_ended_ = count == 0;
      end_ += count;
    }
    return {};
  }

  Error invalid(std::string_view what) const {
    return Error{Fault::Invalid, "compressed byte " + std::to_string(offset_) + ": " + std::string(what)};
  }

 private:
  ByteSource& source_;
  std::unique_ptr<char[]> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::uint64_t offset_ = 0;
  bool is_ended_ = false;
};

std::string_view words_of_inflate(int result) {
  switch (result) {
    case ISAL_INCORRECT_CHECKSUM:
      return "a gzip member whose CRC or length is wrong";
    case ISAL_INVALID_LOOKBACK:
      return "corrupt gzip member: a match that begins before it";
    case ISAL_INVALID_SYMBOL:
      return "corrupt gzip member: an undefined code";
    default:
      return "corrupt gzip member: a bad block";
  }
}

class GzipMembers {
 public:
  GzipMembers() : state_(std::make_unique_for_overwrite<inflate_state>()) {
    isal_inflate_init(state_.get());
    // ISA-L sees only what is between header and trailer, and verifies the trailer (CRC-32 and length).
    state_->crc_flag = ISAL_GZIP_NO_HDR_VER;
  }

  Result<std::size_t> read(std::span<char> into, Window& window) {
    if (damage_) return *damage_;
    while (true) {
      TRY(window.want(1));
      switch (part_) {
        case Part::Header:
          TRY(read_header(window));
          break;
        case Part::Body: {
          const std::size_t count = TRY(inflate(into, window));
          if (count > 0) return count;
          break;
        }
        case Part::Between:
          if (window.is_over()) return 0;
          TRY(begin_next(window));
          break;
        case Part::Padding:
          if (window.is_over()) return 0;
          TRY(skip_padding(window));
          break;
      }
    }
  }

 private:
  enum class Part { Header, Body, Between, Padding };
  static constexpr std::string_view kTruncated = "ends inside a gzip member";

  Result<> read_header(Window& window) {
    if (window.is_over()) return window.invalid(kTruncated);
    std::string_view bytes = window.bytes();
    const std::size_t before = bytes.size();
    if (const auto wrong = header_.take(bytes)) return window.invalid(*wrong);
    window.consume(before - bytes.size());
    if (header_.is_whole()) part_ = Part::Body;
    return {};
  }

  // 0 when it needs more input or the member is over.
  Result<std::size_t> inflate(std::span<char> into, Window& window) {
    const std::string_view bytes = window.bytes();
    const std::size_t room = std::min(into.size(), kOnceMax);
    // ISA-L does not write to its input; its interface only lacks the const.
    state_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
    state_->avail_in = static_cast<std::uint32_t>(bytes.size());
    state_->next_out = reinterpret_cast<std::uint8_t*>(into.data());
    state_->avail_out = static_cast<std::uint32_t>(room);
    const int result = isal_inflate(state_.get());
    const std::size_t consumed = bytes.size() - state_->avail_in;
    const std::size_t made = room - state_->avail_out;
    window.consume(consumed);
    if (result != ISAL_DECOMP_OK) {
      Error damage = window.invalid(words_of_inflate(result));
      if (made == 0) return damage;
      damage_ = std::move(damage);  // what was made before it is given first
      return made;
    }
    if (state_->block_state == ISAL_BLOCK_FINISH) {
      part_ = Part::Between;
    } else if (made == 0 && consumed == 0) {
      return window.invalid(window.is_over() ? kTruncated : "corrupt gzip member: no way on");
    }
    return made;
  }

  // At least one byte follows a member.
  Result<> begin_next(Window& window) {
    if (window.bytes()[0] == '\0') {
      part_ = Part::Padding;
      return {};
    }
    TRY(window.want(kMagicBytes));
    if (window.bytes() == "\x1F") return window.invalid(kTruncated);
    if (codec_of_magic(window.bytes()) != Codec::Gzip) return window.invalid("garbage after a gzip member");
    header_ = GzipHeader();
    isal_inflate_reset(state_.get());
    part_ = Part::Header;
    return {};
  }

  // gzip(1) lets zeros follow (tape blocks), and nothing else.
  static Result<> skip_padding(Window& window) {
    const std::string_view bytes = window.bytes();
    const std::size_t zeros = std::min(bytes.find_first_not_of('\0'), bytes.size());
    window.consume(zeros);
    if (zeros < bytes.size()) return window.invalid("garbage after the padding of the last gzip member");
    return {};
  }

  std::unique_ptr<inflate_state> state_;
  GzipHeader header_;
  Part part_ = Part::Header;
  std::optional<Error> damage_;
};

class ZstdFrames {
 public:
  ZstdFrames() : context_(ZSTD_createDCtx()) {
    CHECK(context_ != nullptr);
    CHECK(!ZSTD_isError(ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kZstdWindowLogMax)));
  }

  Result<std::size_t> read(std::span<char> into, Window& window) {
    while (true) {
      TRY(window.want(1));
      if (window.is_over() && !frame_is_open_) return 0;
      const std::string_view bytes = window.bytes();
      ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
      ZSTD_outBuffer out{into.data(), into.size(), 0};
      const std::size_t result = ZSTD_decompressStream(context_.get(), &out, &in);
      window.consume(in.pos);
      if (ZSTD_isError(result)) return window.invalid(words_of(result));
      is_first_ = is_first_ && result != 0;
      frame_is_open_ = result != 0;
      if (out.pos > 0) return out.pos;
      if (window.is_over() && in.size == 0 && frame_is_open_)
        return window.invalid("ends inside a zstd frame");
    }
  }

 private:
  struct Free {
    void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
  };

  std::string words_of(std::size_t result) const {
    switch (ZSTD_getErrorCode(result)) {
      case ZSTD_error_prefix_unknown:
        if (!is_first_) return "garbage after the last zstd frame";
        break;
      case ZSTD_error_frameParameter_windowTooLarge:
        return "a zstd frame that needs a window over 8 MiB";
      default:
        break;
    }
    return std::string("corrupt zstd frame: ") + ZSTD_getErrorName(result);
  }

  std::unique_ptr<ZSTD_DCtx, Free> context_;
  bool frame_is_open_ = false;
  bool is_first_ = true;
};

}  // namespace

class CompressedReader::Impl {
 public:
  Impl(ByteSource& compressed, Options options)
      : source_(compressed), window_(compressed), options_(options) {}

  Result<std::size_t> read(std::span<char> into) {
    CHECK(!into.empty());  // 0 would look like the end
    if (failure_) return *failure_;
    Result<std::size_t> count = read_more(into);
    if (count.ok()) {
      bytes_out_ += *count;
      if (bytes_out_ > options_.bytes_out_max) {
        const std::string name(options_.limit_name);
        count = window_.invalid("decompresses to more than " + std::to_string(options_.bytes_out_max) +
                                " bytes" + (name.empty() ? "" : ", the limit by " + name));
      }
    }
    // The source's other errors leave everything as it was: the same call may go on.
    if (!count.ok() && count.error().fault == Fault::Invalid) failure_ = count.error();
    return count;
  }

  Codec codec() const { return codec_; }
  bool is_over_limit() const { return failure_ && bytes_out_ > options_.bytes_out_max; }

 private:
  Result<std::size_t> read_more(std::span<char> into) {
    if (!is_begun_) TRY(begin());
    if (gzip_) return gzip_->read(into, window_);
    if (zstd_) return zstd_->read(into, window_);
    if (window_.empty()) return source_.read(into);
    const std::size_t count = std::min(into.size(), window_.bytes().size());
    std::copy_n(window_.bytes().data(), count, into.data());
    window_.consume(count);
    return count;
  }

  Result<> begin() {
    TRY(window_.want(kMagicBytes));
    const std::string_view first = window_.bytes();
    codec_ = codec_of_magic(first);
    if (codec_ == Codec::None && (first == "\x1F" || first == "\x28\xB5" || first == "\x28\xB5\x2F")) {
      return window_.invalid("ends inside a magic number");  // no text looks so
    }
    if (codec_ == Codec::Gzip) gzip_.emplace();
    if (codec_ == Codec::Zstd) zstd_.emplace();
    is_begun_ = true;
    return {};
  }

  ByteSource& source_;
  Window window_;
  const Options options_;
  Codec codec_ = Codec::None;
  bool is_begun_ = false;
  std::optional<GzipMembers> gzip_;
  std::optional<ZstdFrames> zstd_;
  std::uint64_t bytes_out_ = 0;
  std::optional<Error> failure_;
};

CompressedReader::CompressedReader(ByteSource& compressed, Options options)
    : impl_(std::make_unique<Impl>(compressed, options)) {}
CompressedReader::~CompressedReader() = default;

Result<std::size_t> CompressedReader::read(std::span<char> into) {
  return impl_->read(into);
}
Codec CompressedReader::codec() const {
  return impl_->codec();
}
bool CompressedReader::is_over_limit() const {
  return impl_->is_over_limit();
}

}  // namespace headgate
