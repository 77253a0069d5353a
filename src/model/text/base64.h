// Base64 (RFC 4648, 4) with padding: how bytes that are no text stand in a record.
// Tests: src/model/record_test.cc
#pragma once

#include <cstddef>
#include <string_view>

namespace headgate {

constexpr std::size_t base64_bytes(std::size_t bytes) {
  return (bytes + 2) / 3 * 4;
}
// Writes exactly base64_bytes(bytes.size()) and gives the end.
char* encode_base64(std::string_view bytes, char* into);

}  // namespace headgate
