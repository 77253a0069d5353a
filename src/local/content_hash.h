// A fast hash of an object's bytes, for its etag: CRC-64/XZ (the reflected ECMA-182 polynomial). Intel ISA-L
// computes it at several GB/s while the object is written. It tells versions of an object apart and detects
// damage, but not forgery.
// Tests: src/local/directory_store_test.cc
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace headgate::local {

class ContentHash {
 public:
  void add(std::string_view bytes);
  std::uint64_t value() const { return value_; }
  std::string hex() const;  // 16 lower-case digits

 private:
  std::uint64_t value_ = 0;
};

}  // namespace headgate::local
