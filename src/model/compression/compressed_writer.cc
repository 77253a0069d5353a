#include "model/compression/compressed_writer.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <utility>
#include <variant>

#include "base/check.h"

namespace headgate {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{64} << 10U;

// What a member has made and the sink has not seen yet: at most one chunk.
class Chunk {
 public:
  explicit Chunk(ByteSink& sink) : sink_(sink) {}

  // Never empty.
  std::span<char> room() {
    if (!bytes_) bytes_ = std::make_unique_for_overwrite<char[]>(kChunkBytes);
    return {bytes_.get() + held_, kChunkBytes - held_};
  }
  Result<> filled(std::size_t bytes) {
    held_ += bytes;
    return held_ == kChunkBytes ? hand_over() : Result<>();
  }
  Result<> hand_over() {
    if (held_ == 0) return {};
    const std::size_t bytes = std::exchange(held_, 0);
    TRY(sink_.append({bytes_.get(), bytes}));
    handed_over_ += bytes;
    return {};
  }
  void release() {
    bytes_.reset();
    held_ = 0;
  }
  std::uint64_t handed_over() const { return handed_over_; }

 private:
  ByteSink& sink_;
  std::unique_ptr<char[]> bytes_;
  std::size_t held_ = 0;
  std::uint64_t handed_over_ = 0;
};

class PlainMember {
 public:
  static Result<> write(std::string_view bytes, Chunk& chunk) {
    while (!bytes.empty()) {
      const std::span<char> room = chunk.room();
      const std::size_t taken = std::min(room.size(), bytes.size());
      std::copy_n(bytes.data(), taken, room.data());
      bytes.remove_prefix(taken);
      TRY(chunk.filled(taken));
    }
    return {};
  }
  static Result<> end(Chunk&) { return {}; }
};

// igzip_lib.h's sizes of the buffer a level needs. MEDIUM (148 KiB at level 1) measured like LARGE in time
// and ratio; MIN costs a third of the speed. Level 0 needs none.
constexpr std::array<std::size_t, 4> kLevelBytes = {0, ISAL_DEF_LVL1_MEDIUM, ISAL_DEF_LVL2_MEDIUM,
                                                    ISAL_DEF_LVL3_MEDIUM};

class GzipMember {
 public:
  explicit GzipMember(int level) : stream_(std::make_unique_for_overwrite<isal_zstream>()) {
    isal_deflate_init(stream_.get());
    stream_->next_in = nullptr;  // these two it leaves as they are
    stream_->avail_in = 0;
    const auto index = static_cast<std::size_t>(std::clamp(level, ISAL_DEF_MIN_LEVEL, ISAL_DEF_MAX_LEVEL));
    if (kLevelBytes[index] > 0) {
      level_bytes_ = std::make_unique_for_overwrite<std::uint8_t[]>(kLevelBytes[index]);
      // Level 3 looks past the last token it has set, and what it finds there may choose a match (valgrind).
      if (index == 3) std::fill_n(level_bytes_.get(), kLevelBytes[index], std::uint8_t{0});
    }
    stream_->level = static_cast<std::uint32_t>(index);
    stream_->level_buf = level_bytes_.get();
    stream_->level_buf_size = static_cast<std::uint32_t>(kLevelBytes[index]);
    stream_->gzip_flag = IGZIP_GZIP;  // a header without name or time, OS 255
  }

  Result<> write(std::string_view bytes, Chunk& chunk) {
    while (!bytes.empty()) {
      std::size_t taken = bytes.size();
      if (gathered_ == 0 && taken >= kGatherBytes) {  // from where it is
        TRY(deflate(bytes, chunk));
      } else {
        if (!gather_) gather_ = std::make_unique_for_overwrite<char[]>(kGatherBytes);
        taken = std::min(taken, kGatherBytes - gathered_);
        std::copy_n(bytes.data(), taken, gather_.get() + gathered_);
        gathered_ += taken;
        if (gathered_ == kGatherBytes) TRY(deflate_gathered(chunk));
      }
      bytes.remove_prefix(taken);
    }
    return {};
  }

  Result<> end(Chunk& chunk) {
    TRY(deflate_gathered(chunk));
    stream_->end_of_stream = 1;
    while (stream_->internal_state.state != ZSTATE_END) TRY(deflate_once(chunk));
    return {};
  }

 private:
  // A call of isal_deflate() has a price of about 350 ns, more than all else that a line costs: lines are
  // gathered (compressed_writer_bench.cc, write_lines).
  static constexpr std::size_t kGatherBytes = std::size_t{32} << 10U;

  Result<> deflate_gathered(Chunk& chunk) {
    return deflate({gather_.get(), std::exchange(gathered_, 0)}, chunk);
  }

  Result<> deflate(std::string_view bytes, Chunk& chunk) {
    constexpr std::size_t kOnceMax = std::size_t{1} << 30U;  // ISA-L counts in 32 bits
    while (!bytes.empty()) {
      const std::size_t once = std::min(bytes.size(), kOnceMax);
      // ISA-L does not write to its input; its interface only lacks the const.
      stream_->next_in = reinterpret_cast<std::uint8_t*>(const_cast<char*>(bytes.data()));
      stream_->avail_in = static_cast<std::uint32_t>(once);
      while (stream_->avail_in > 0) TRY(deflate_once(chunk));
      bytes.remove_prefix(once);
    }
    return {};
  }

  Result<> deflate_once(Chunk& chunk) {
    const std::span<char> room = chunk.room();
    stream_->next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream_->avail_out = static_cast<std::uint32_t>(room.size());
    CHECK(isal_deflate(stream_.get()) == COMP_OK);
    return chunk.filled(room.size() - stream_->avail_out);
  }

  std::unique_ptr<isal_zstream> stream_;
  std::unique_ptr<std::uint8_t[]> level_bytes_;
  std::unique_ptr<char[]> gather_;
  std::size_t gathered_ = 0;
};

// libdeflate takes what it compresses at once, so a member of ours is a row of gzip members, one a piece.
class PiecewiseGzipMember {
 public:
  explicit PiecewiseGzipMember(GzipPieces& pieces) : pieces_(pieces) {}

  Result<> write(std::string_view bytes, Chunk& chunk) {
    while (!bytes.empty()) {
      std::size_t taken = std::min(bytes.size(), GzipPieces::kPieceBytes - filled_);
      if (taken == GzipPieces::kPieceBytes) {  // from where it is
        TRY(compress(bytes.substr(0, taken), chunk));
      } else {
        if (!piece_) piece_ = std::make_unique_for_overwrite<char[]>(GzipPieces::kPieceBytes);
        std::copy_n(bytes.data(), taken, piece_.get() + filled_);
        filled_ += taken;
        if (filled_ == GzipPieces::kPieceBytes) TRY(compress_filled(chunk));
      }
      bytes.remove_prefix(taken);
    }
    return {};
  }
  Result<> end(Chunk& chunk) { return filled_ > 0 || is_first_ ? compress_filled(chunk) : Result<>(); }

 private:
  Result<> compress_filled(Chunk& chunk) {
    return compress({piece_.get(), std::exchange(filled_, 0)}, chunk);
  }
  Result<> compress(std::string_view piece, Chunk& chunk) {
    is_first_ = false;
    return PlainMember::write(pieces_.compress(piece), chunk);
  }

  GzipPieces& pieces_;
  std::unique_ptr<char[]> piece_;
  std::size_t filled_ = 0;
  bool is_first_ = true;
};

class ZstdMember {
 public:
  explicit ZstdMember(int level) : context_(ZSTD_createCCtx()) {
    CHECK(context_ != nullptr);
    set(ZSTD_c_compressionLevel, std::clamp(level, 1, 19));
    set(ZSTD_c_checksumFlag, 1);
  }

  Result<> write(std::string_view bytes, Chunk& chunk) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    while (in.pos < in.size) TRY(compress(in, ZSTD_e_continue, chunk));
    return {};
  }

  Result<> end(Chunk& chunk) {
    ZSTD_inBuffer in{nullptr, 0, 0};
    while (TRY(compress(in, ZSTD_e_end, chunk)) > 0) {
    }
    return {};
  }

 private:
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };

  void set(ZSTD_cParameter parameter, int value) {
    CHECK(!ZSTD_isError(ZSTD_CCtx_setParameter(context_.get(), parameter, value)));
  }

  // How much is known to be left to write.
  Result<std::size_t> compress(ZSTD_inBuffer& in, ZSTD_EndDirective directive, Chunk& chunk) {
    const std::span<char> room = chunk.room();
    ZSTD_outBuffer out{room.data(), room.size(), 0};
    const std::size_t left = ZSTD_compressStream2(context_.get(), &out, &in, directive);
    CHECK(!ZSTD_isError(left));
    TRY(chunk.filled(out.pos));
    return left;
  }

  std::unique_ptr<ZSTD_CCtx, Free> context_;
};

}  // namespace

class CompressedWriter::Impl {
 public:
  Impl(ByteSink& sink, Options options) : chunk_(sink), options_(options) {}

  Result<> write(std::string_view bytes) {
    if (failure_) return *failure_;
    if (is_member_to_end_) TRY(end_member());
    if (!member_is_open()) begin_member();
    bytes_in_ += bytes.size();
    return settle(std::visit([&](auto& member) { return write_to(member, bytes); }, member_));
  }

  Result<> end_member() {
    if (failure_) return *failure_;
    if (!member_is_open()) return {};
    Result<> ended = std::visit([&](auto& member) { return end(member); }, member_);
    if (ended.ok()) ended = chunk_.hand_over();
    release();
    return settle(std::move(ended));
  }

  void use_pieces(GzipPieces* pieces) {
    if (pieces == shared_pieces_) return;
    shared_pieces_ = pieces;
    is_member_to_end_ = member_is_open();
  }

  bool member_is_open() const { return !std::holds_alternative<std::monostate>(member_); }
  std::uint64_t bytes_in() const { return bytes_in_; }
  std::uint64_t bytes_out() const { return chunk_.handed_over(); }

 private:
  void begin_member() {
    switch (options_.codec) {
      case Codec::None:
        member_.emplace<PlainMember>();
        return;
      case Codec::Gzip:
        if (shared_pieces_ != nullptr) {
          member_.emplace<PiecewiseGzipMember>(*shared_pieces_);
        } else if (options_.level >= GzipPieces::kLevelMin) {
          own_pieces_ = std::make_unique<GzipPieces>(options_.level);
          member_.emplace<PiecewiseGzipMember>(*own_pieces_);
        } else {
          member_.emplace<GzipMember>(options_.level);
        }
        return;
      case Codec::Zstd:
        member_.emplace<ZstdMember>(options_.level);
        return;
    }
    CHECK(false);
  }

  Result<> write_to(std::monostate, std::string_view) { CHECK(false); }
  template <typename Member>
  Result<> write_to(Member& member, std::string_view bytes) {
    return member.write(bytes, chunk_);
  }
  Result<> end(std::monostate) { CHECK(false); }
  template <typename Member>
  Result<> end(Member& member) {
    return member.end(chunk_);
  }

  void release() {
    member_.emplace<std::monostate>();
    is_member_to_end_ = false;
    own_pieces_.reset();
    chunk_.release();
  }

  // After the sink has failed its content is unspecified: nothing more can be made of it.
  Result<> settle(Result<> result) {
    if (!result.ok()) {
      failure_ = result.error();
      release();
    }
    return result;
  }

  Chunk chunk_;
  const Options options_;
  GzipPieces* shared_pieces_ = nullptr;
  bool is_member_to_end_ = false;           // it is not made in the way that is wanted now
  std::unique_ptr<GzipPieces> own_pieces_;  // of the open member
  std::variant<std::monostate, PlainMember, GzipMember, PiecewiseGzipMember, ZstdMember> member_;
  std::uint64_t bytes_in_ = 0;
  std::optional<Error> failure_;
};

CompressedWriter::CompressedWriter(ByteSink& sink, Options options)
    : impl_(std::make_unique<Impl>(sink, options)) {}
CompressedWriter::~CompressedWriter() = default;
CompressedWriter::CompressedWriter(CompressedWriter&&) noexcept = default;

Result<> CompressedWriter::write(std::string_view bytes) {
  return impl_->write(bytes);
}
Result<> CompressedWriter::end_member() {
  return impl_->end_member();
}
void CompressedWriter::use_pieces(GzipPieces* pieces) {
  impl_->use_pieces(pieces);
}
bool CompressedWriter::member_is_open() const {
  return impl_->member_is_open();
}
std::uint64_t CompressedWriter::bytes_in() const {
  return impl_->bytes_in();
}
std::uint64_t CompressedWriter::bytes_out() const {
  return impl_->bytes_out();
}

}  // namespace headgate
