// Random numbers, for ids and jitter. Simulations use a seed, so that a failing run can be repeated.
// Tests: tests/conformance/random.h
#pragma once

#include <array>
#include <cstdint>
#include <string>

namespace headgate {

// Thread-safe.
class Random {
 public:
  virtual ~Random() = default;
  virtual std::uint64_t next() = 0;  // uniform over all 64-bit numbers

  // A random (version 4, RFC 9562) UUID, 36 lower-case characters.
  std::string uuid() {
    const std::uint64_t high = (next() & 0xffffffffffff0fffULL) | 0x4000ULL;
    const std::uint64_t low = (next() & 0x3fffffffffffffffULL) | 0x8000000000000000ULL;
    constexpr char kHex[] = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (int nibble = 0; nibble < 32; ++nibble) {
      if (nibble == 8 || nibble == 12 || nibble == 16 || nibble == 20) text.push_back('-');
      const std::uint64_t half = nibble < 16 ? high : low;
      text.push_back(kHex[(half >> (60 - 4 * (nibble % 16))) & 0xf]);
    }
    return text;
  }
};

}  // namespace headgate
