#include "model/compression/checksum.h"

#include <isa-l/crc.h>

namespace headgate {

std::uint32_t crc32c(std::uint32_t before, std::string_view bytes) {
  // ISA-L's function is the bare polynomial division: the inversions of the standard are the caller's. It
  // only reads, although its parameter is not const; lengths are int.
  constexpr std::size_t kPieceBytes = std::size_t{1} << 30U;
  std::uint32_t state = ~before;
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(piece.data()));
    state = crc32_iscsi(data, static_cast<int>(piece.size()), state);
    bytes.remove_prefix(piece.size());
  }
  return ~state;
}

std::uint64_t fnv1a_64(std::string_view bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const char byte : bytes) hash = (hash ^ static_cast<unsigned char>(byte)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace headgate
