// Numbers as digits, fast: fake lines hold little else that changes.
// Tests: src/loggen/generator_test.cc
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>

namespace headgate::loggen {

inline constexpr std::array<char, 200> kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t number = 0; number < 100; ++number) {
    pairs[2 * number] = static_cast<char>('0' + number / 10);
    pairs[2 * number + 1] = static_cast<char>('0' + number % 10);
  }
  return pairs;
}();

// The last `Width` digits of `number`, with leading zeros.
template <int Width>
char* write_padded(std::uint32_t number, char* into) {
  int at = Width;
  for (; at >= 2; at -= 2) {
    std::memcpy(into + at - 2, &kDigitPairs[2 * static_cast<std::size_t>(number % 100)], 2);
    number /= 100;
  }
  if (at == 1) *into = static_cast<char>('0' + number % 10);
  return into + Width;
}

constexpr std::size_t kNumberBytesMax = 20;

// At most kNumberBytesMax digits.
inline char* write_number(std::uint64_t number, char* into) {
  std::array<char, kNumberBytesMax> digits;
  std::size_t at = digits.size();
  for (; number >= 100; number /= 100) {
    at -= 2;
    std::memcpy(&digits[at], &kDigitPairs[2 * static_cast<std::size_t>(number % 100)], 2);
  }
  if (number >= 10) {
    at -= 2;
    std::memcpy(&digits[at], &kDigitPairs[2 * static_cast<std::size_t>(number)], 2);
  } else {
    digits[--at] = static_cast<char>('0' + number);
  }
  std::memcpy(into, &digits[at], digits.size() - at);
  return into + (digits.size() - at);
}

}  // namespace headgate::loggen
