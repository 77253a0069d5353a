// Numbers of fixed width in bytes, lowest byte first.
// Tests: src/model/object_index_test.cc
#pragma once

#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>

#include "base/check.h"

namespace headgate {

template <std::unsigned_integral Number>
void append_little_endian(std::string& to, Number number) {
  for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
    to += static_cast<char>(static_cast<unsigned char>(number >> (8 * byte)));
  }
}

// Of the first bytes of `from`, which has as many as a Number.
template <std::unsigned_integral Number>
Number little_endian(std::string_view from) {
  CHECK(from.size() >= sizeof(Number));
  Number number = 0;
  for (std::size_t byte = 0; byte < sizeof(Number); ++byte) {
    number = static_cast<Number>(
        number | static_cast<Number>(Number{static_cast<unsigned char>(from[byte])} << (8 * byte)));
  }
  return number;
}

}  // namespace headgate
