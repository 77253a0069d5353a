// Several bytes of text at once: the inner step of JSON escaping and unescaping. One type a machine, all with
// the same shape; SwarBlock runs anywhere, and the tests hold all to it.
// Tests: src/model/text/json_escape_test.cc, src/model/text/json_string_test.cc
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#elif defined(__aarch64__)
#include <arm_neon.h>
#endif

namespace headgate {

// A block's masks hold one bit for each byte of the block that is meant, kBitsPerByte apart, first byte
// lowest. `special` are the bytes that cannot stand in a JSON string: `"`, `\` and those below 0x20. `high`
// are those from 0x80: parts of UTF-8 sequences, or damage. load() and store() touch exactly kBytes.

// Eight bytes in a word (exact: no carry between bytes ever marks a neighbour).
struct SwarBlock {
  static constexpr std::size_t kBytes = 8;
  static constexpr unsigned kBitsPerByte = 8;
  std::uint64_t word;

  static SwarBlock load(const char* from) {
    std::uint64_t word = 0;
    std::memcpy(&word, from, kBytes);
    return {in_order(word)};
  }
  void store(char* into) const {
    const std::uint64_t bytes = in_order(word);
    std::memcpy(into, &bytes, kBytes);
  }
  std::uint64_t special() const {
    return zeros(word ^ each('"')) | zeros(word ^ each('\\')) | zeros(word & each(0xe0));
  }
  std::uint64_t high() const { return word & each(0x80); }
  std::uint64_t special_or_high() const { return special() | high(); }

 private:
  static constexpr std::uint64_t each(unsigned char byte) { return byte * 0x0101010101010101ULL; }
  static constexpr std::uint64_t zeros(std::uint64_t bytes) {
    return ~(((bytes & each(0x7f)) + each(0x7f)) | bytes | each(0x7f));
  }
  static std::uint64_t in_order(std::uint64_t bytes) {
    return std::endian::native == std::endian::big ? __builtin_bswap64(bytes) : bytes;
  }
};

#if defined(__SSE2__)
struct SseBlock {
  static constexpr std::size_t kBytes = 16;
  static constexpr unsigned kBitsPerByte = 1;
  __m128i bytes;

  static SseBlock load(const char* from) { return {_mm_loadu_si128(reinterpret_cast<const __m128i*>(from))}; }
  void store(char* into) const { _mm_storeu_si128(reinterpret_cast<__m128i*>(into), bytes); }
  std::uint64_t special() const {
    return bits(quote_or(_mm_cmpeq_epi8(_mm_min_epu8(bytes, _mm_set1_epi8(0x1f)), bytes)));
  }
  std::uint64_t high() const { return bits(bytes); }
  std::uint64_t special_or_high() const {  // signed: bytes from 0x80 are below 0x20, too
    return bits(quote_or(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20))));
  }

 private:
  __m128i quote_or(__m128i others) const {
    const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
    const __m128i backslash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
    return _mm_or_si128(_mm_or_si128(quote, backslash), others);
  }
  static std::uint64_t bits(__m128i mask) { return static_cast<std::uint32_t>(_mm_movemask_epi8(mask)); }
};
using TextBlock = SseBlock;
#elif defined(__aarch64__)
struct NeonBlock {
  static constexpr std::size_t kBytes = 16;
  static constexpr unsigned kBitsPerByte = 4;
  uint8x16_t bytes;

  static NeonBlock load(const char* from) { return {vld1q_u8(reinterpret_cast<const std::uint8_t*>(from))}; }
  void store(char* into) const { vst1q_u8(reinterpret_cast<std::uint8_t*>(into), bytes); }
  std::uint64_t special() const { return bits(quote_or(vcltq_u8(bytes, vdupq_n_u8(0x20)))); }
  std::uint64_t high() const { return bits(vcgeq_u8(bytes, vdupq_n_u8(0x80))); }
  std::uint64_t special_or_high() const {  // signed: bytes from 0x80 are below 0x20, too
    return bits(quote_or(vcltq_s8(vreinterpretq_s8_u8(bytes), vdupq_n_s8(0x20))));
  }

 private:
  uint8x16_t quote_or(uint8x16_t others) const {
    const uint8x16_t quote = vceqq_u8(bytes, vdupq_n_u8('"'));
    const uint8x16_t backslash = vceqq_u8(bytes, vdupq_n_u8('\\'));
    return vorrq_u8(vorrq_u8(quote, backslash), others);
  }
  // NEON has no movemask: narrowing by four bits leaves a nibble a byte.
  static std::uint64_t bits(uint8x16_t mask) {
    const uint8x8_t nibbles = vshrn_n_u16(vreinterpretq_u16_u8(mask), 4);
    return vget_lane_u64(vreinterpret_u64_u8(nibbles), 0) & 0x8888888888888888ULL;
  }
};
using TextBlock = NeonBlock;
#else
using TextBlock = SwarBlock;
#endif

// Which byte of the block the lowest bit of a mask stands for. `mask` is not 0.
template <typename Block>
inline std::size_t first_byte(std::uint64_t mask) {
  return static_cast<unsigned>(std::countr_zero(mask)) / Block::kBitsPerByte;
}

// The mask of the first `count` bytes of a block, of all for kBytes and more.
template <typename Block>
inline std::uint64_t first_bytes(std::size_t count) {
  return count >= Block::kBytes ? ~0ULL : (1ULL << (count * Block::kBitsPerByte)) - 1;
}

}  // namespace headgate
