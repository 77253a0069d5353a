// CRC-32C (Castagnoli, RFC 3720 appendix B.4): guards what we write to our own disk, and is one of the
// checksums S3 takes.
#pragma once

#include <cstdint>
#include <string_view>

namespace headgate {

// Of all bytes so far: start with 0, feed the pieces in order, each with the value before.
std::uint32_t crc32c(std::uint32_t before, std::string_view bytes);

// 64-bit FNV-1a: a fingerprint of a few bytes, not a guard against malice.
std::uint64_t fnv1a_64(std::string_view bytes);

}  // namespace headgate
