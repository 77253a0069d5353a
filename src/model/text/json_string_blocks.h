// read_json_string() for any kind of block. Included by json_string.cc, and by its test, which runs every
// kind that the machine has.
// Tests: src/model/text/json_string_test.cc
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "model/text/json_string.h"
#include "model/text/text_block.h"

namespace headgate {

// What a letter after a backslash stands for, 0 for `u` and for letters that stand for nothing.
constexpr std::array<char, 256> escaped_bytes() {
  std::array<char, 256> bytes{};
  bytes['"'] = '"';
  bytes['\\'] = '\\';
  bytes['/'] = '/';
  bytes['b'] = '\b';
  bytes['f'] = '\f';
  bytes['n'] = '\n';
  bytes['r'] = '\r';
  bytes['t'] = '\t';
  return bytes;
}
inline constexpr std::array<char, 256> kEscapedBytes = escaped_bytes();

// The four hex digits at `from`, or -1.
inline int hex_quad(const char* from) {
  int code = 0;
  for (int at = 0; at < 4; ++at) {
    const char digit = from[at];
    if (digit >= '0' && digit <= '9') {
      code = code * 16 + (digit - '0');
    } else if ((digit | 0x20) >= 'a' && (digit | 0x20) <= 'f') {
      code = code * 16 + ((digit | 0x20) - 'a' + 10);
    } else {
      return -1;
    }
  }
  return code;
}

inline char* write_utf8(std::uint32_t code, char* into) {
  const auto byte = [](std::uint32_t bits) { return static_cast<char>(static_cast<unsigned char>(bits)); };
  if (code < 0x80) {
    *into++ = byte(code);
  } else if (code < 0x800) {
    *into++ = byte(0xc0U | code >> 6U);
    *into++ = byte(0x80U | (code & 0x3fU));
  } else if (code < 0x10000) {
    *into++ = byte(0xe0U | code >> 12U);
    *into++ = byte(0x80U | (code >> 6U & 0x3fU));
    *into++ = byte(0x80U | (code & 0x3fU));
  } else {
    *into++ = byte(0xf0U | code >> 18U);
    *into++ = byte(0x80U | (code >> 12U & 0x3fU));
    *into++ = byte(0x80U | (code >> 6U & 0x3fU));
    *into++ = byte(0x80U | (code & 0x3fU));
  }
  return into;
}

// Where a string is read and where its value goes. `from` becomes nullptr when it is not sound.
struct UnescapePosition {
  const char* from;
  char* into;
};

// At a backslash and a letter that kEscapedBytes does not know.
inline void read_unicode_escape(UnescapePosition& position, const char* end) {
  const char* from = position.from;
  const auto quad_at = [end](const char* at) {
    return end - at >= 6 && at[0] == '\\' && at[1] == 'u' ? hex_quad(at + 2) : -1;
  };
  const int unit = quad_at(from);
  if (unit < 0) {
    position.from = nullptr;
    return;
  }
  auto code = static_cast<std::uint32_t>(unit);
  from += 6;
  if (code >= 0xd800 && code <= 0xdfff) {
    const int low = code <= 0xdbff ? quad_at(from) : -1;
    if (low >= 0xdc00 && low <= 0xdfff) {
      code = 0x10000 + ((code - 0xd800) << 10U) + (static_cast<std::uint32_t>(low) - 0xdc00);
      from += 6;
    } else {
      code = 0xfffd;
    }
  }
  position.into = write_utf8(code, position.into);
  position.from = from;
}

// One block: gives true when the string ended, soundly or not. As escape_block, the other way round: what
// follows an escape is stored again, one place nearer.
template <typename Block>
inline bool unescape_block(UnescapePosition& position, const char* end, std::uint64_t& high) {
  const Block block = Block::load(position.from);
  block.store(position.into);
  std::uint64_t special = block.special();
  high |= block.high();  // perhaps of bytes behind the string: then UTF-8 is checked for nothing
  const char* const from = position.from;
  char* into = position.into;
  std::size_t taken = Block::kBytes;
  while (special != 0) {
    const std::size_t at = first_byte<Block>(special);
    if (from[at] != '\\') {
      position = {.from = from[at] == '"' && from + at < end ? from + at + 1 : nullptr, .into = into + at};
      return true;
    }
    const char byte = kEscapedBytes[static_cast<unsigned char>(from[at + 1])];
    if (byte == 0) {
      position = {.from = from + at, .into = into + at};
      read_unicode_escape(position, end);
      return position.from == nullptr;
    }
    into[at] = byte;
    Block::load(from + at + 2).store(into + at + 1);
    --into;
    special &= ~first_bytes<Block>(at + 2);  // the letter may be a quote or a backslash
    if (at + 2 > taken) taken = at + 2;
  }
  position = {.from = from + taken, .into = into + taken};
  return false;
}

template <typename Block>
inline JsonString read_json_string_by(const char* from, const char* end, char* scratch) {
  std::uint64_t high = 0;
  const auto view = [](const char* start, const char* stop) {
    return std::string_view(start, static_cast<std::size_t>(stop - start));
  };
  for (const char* at = from; at < end; at += Block::kBytes) {
    const Block block = Block::load(at);
    const std::uint64_t special = block.special();
    high |= block.high();
    if (special == 0) continue;
    const char* const first = at + first_byte<Block>(special);
    if (first >= end) return {};
    if (*first == '"') return {.text = view(from, first), .after = first + 1, .has_high_bytes = high != 0};
    if (*first != '\\') return {};
    const std::size_t plain = static_cast<std::size_t>(first - from);
    std::memcpy(scratch, from, plain);
    UnescapePosition position{.from = first, .into = scratch + plain};
    while (position.from < end) {
      if (!unescape_block<Block>(position, end, high)) continue;
      if (position.from == nullptr) return {};
      return {.text = view(scratch, position.into), .after = position.from, .has_high_bytes = high != 0};
    }
    return {};
  }
  return {};
}

}  // namespace headgate
