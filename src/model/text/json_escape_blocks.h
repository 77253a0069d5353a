// escape_json() for any kind of block. Included by json_escape.cc, and by its test, which runs every kind
// that the machine has.
// Tests: src/model/text/json_escape_test.cc
#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>

#include "base/utf8.h"
#include "model/text/json_escape.h"
#include "model/text/text_block.h"

namespace headgate {

// The letter after the backslash for each byte that is escaped so, 0 for all others.
constexpr std::array<char, 256> escape_letters() {
  std::array<char, 256> letters{};
  letters['"'] = '"';
  letters['\\'] = '\\';
  letters['\b'] = 'b';
  letters['\f'] = 'f';
  letters['\n'] = 'n';
  letters['\r'] = 'r';
  letters['\t'] = 't';
  return letters;
}
inline constexpr std::array<char, 256> kEscapeLetters = escape_letters();

inline char* write_escape(char byte, char* into) {
  const unsigned code = static_cast<unsigned char>(byte);
  into[0] = '\\';
  into[1] = kEscapeLetters[code];
  if (into[1] != 0) [[likely]]
    return into + 2;
  constexpr char kHex[] = "0123456789abcdef";
  std::memcpy(into + 1, "u00", 3);
  into[4] = kHex[code >> 4U];
  into[5] = kHex[code & 0xfU];
  return into + 6;
}

enum class HighBytes { StopBefore, AreSound };

struct EscapePosition {
  const char* from;
  char* into;
};

// The bytes of a block that cannot be taken as they are.
template <typename Block, HighBytes high_bytes>
inline std::uint64_t not_plain(const Block& block) {
  return high_bytes == HighBytes::StopBefore ? block.special_or_high() : block.special();
}

// Takes `count` bytes (at most a block), or those before the first high byte and then false. Reads up to two
// blocks from `position.from`. A block is stored as it is; each special byte then gets its escape, and what
// follows it is stored again behind: short dependencies, and no copy byte by byte.
template <typename Block, HighBytes high_bytes>
inline bool escape_block(EscapePosition& position, std::size_t count) {
  const Block block = Block::load(position.from);
  block.store(position.into);
  std::uint64_t special = block.special() & first_bytes<Block>(count);
  bool goes_on = true;
  if constexpr (high_bytes == HighBytes::StopBefore) {
    const std::uint64_t high = block.high() & first_bytes<Block>(count);
    if (high != 0) [[unlikely]] {
      goes_on = false;
      count = first_byte<Block>(high);
      special &= first_bytes<Block>(count);
    }
  }
  char* into = position.into;  // where the block's first byte would be, given the escapes so far
  while (special != 0) {
    const std::size_t at = first_byte<Block>(special);
    char* const after = write_escape(position.from[at], into + at);
    Block::load(position.from + at + 1).store(after);
    into = after - (at + 1);
    special &= special - 1;
  }
  position.from += count;
  position.into = into + count;
  return goes_on;
}

// The last bytes, fewer than two blocks, from a copy, so that nothing is read beyond the caller's text.
template <typename Block, HighBytes high_bytes>
inline void escape_tail(EscapePosition& position, const char* end) {
  constexpr std::size_t kBytes = Block::kBytes;
  std::array<char, 4 * kBytes> tail{};
  std::size_t left = static_cast<std::size_t>(end - position.from);
  std::memcpy(tail.data(), position.from, left);
  EscapePosition in_tail{.from = tail.data(), .into = position.into};
  while (left > 0) {
    const std::size_t count = std::min(left, kBytes);
    if (!escape_block<Block, high_bytes>(in_tail, count)) break;
    left -= count;
  }
  position.from += in_tail.from - tail.data();
  position.into = in_tail.into;
}

// Takes all, or what stands before the first high byte. `start` is where the text starts: it may be read
// again.
template <typename Block, HighBytes high_bytes>
inline void escape_run(EscapePosition& position, const char* start, const char* end) {
  constexpr std::size_t kBytes = Block::kBytes;
  const auto left = [&] { return static_cast<std::size_t>(end - position.from); };
  while (left() >= kBytes) {
    const Block block = Block::load(position.from);
    if (left() >= 2 * kBytes) {  // most text has nothing to escape in two blocks: half the branches
      const Block next = Block::load(position.from + kBytes);
      if ((not_plain<Block, high_bytes>(block) | not_plain<Block, high_bytes>(next)) == 0) {
        block.store(position.into);
        next.store(position.into + kBytes);
        position.from += 2 * kBytes;
        position.into += 2 * kBytes;
        continue;
      }
    }
    if (not_plain<Block, high_bytes>(block) == 0) {
      block.store(position.into);
      position.from += kBytes;
      position.into += kBytes;
    } else if (left() < 2 * kBytes) {
      break;
    } else if (!escape_block<Block, high_bytes>(position, kBytes)) {
      return;
    }
  }
  if (left() == 0) return;
  if (left() < kBytes && static_cast<std::size_t>(end - start) >= kBytes) {
    const Block last = Block::load(end - kBytes);  // its first bytes were taken already
    const std::uint64_t taken = first_bytes<Block>(kBytes - left());
    if ((not_plain<Block, high_bytes>(last) & ~taken) == 0) {
      std::memcpy(position.into, position.from, left());
      position.into += left();
      position.from = end;
      return;
    }
  }
  escape_tail<Block, high_bytes>(position, end);
}

template <typename Block>
inline Escaped escape_json_by(std::string_view text, char* into) {
  EscapePosition position{.from = text.data(), .into = into};
  const char* const start = text.data();
  const char* const end = start + text.size();
  escape_run<Block, HighBytes::StopBefore>(position, start, end);
  if (position.from == end) [[likely]]
    return {.end = position.into, .was_utf8 = true};

  const auto rest = [&] {
    return std::string_view(position.from, static_cast<std::size_t>(end - position.from));
  };
  if (is_utf8(rest())) {
    escape_run<Block, HighBytes::AreSound>(position, start, end);
    return {.end = position.into, .was_utf8 = true};
  }
  while (position.from != end) {  // each round takes at least the piece it stopped at
    const Utf8Piece piece = first_utf8_piece(rest());
    const std::string_view written = piece.is_sound ? rest().substr(0, piece.bytes) : kReplacementCharacter;
    std::memcpy(position.into, written.data(), written.size());
    position.into += written.size();
    position.from += piece.bytes;
    escape_run<Block, HighBytes::StopBefore>(position, start, end);
  }
  return {.end = position.into, .was_utf8 = false};
}

}  // namespace headgate
