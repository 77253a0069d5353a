// What is known of a sealed batch: the key of its object, its contents in numbers, and which part of the log
// files it covers. The manifest follows the object's bytes in the spool file, so that both are committed in
// one step. docs/contributing/formats/spool.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "collect/progress/position.h"
#include "model/compression/codec.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate::collect {

struct BatchManifest {
  std::uint64_t sequence = 0;  // of sealing; positions of a higher one supersede those of a lower one
  ObjectKey key;
  Codec codec = Codec::Gzip;
  std::uint64_t object_bytes = 0;
  std::uint32_t object_crc32c = 0;
  std::uint64_t lines = 0;
  std::uint64_t raw_bytes = 0;  // before compression
  Timestamp first_at;           // of the records' times, the earliest and the latest
  Timestamp last_at;
  std::vector<CoveredFile> covers;
};

std::string encode(const BatchManifest& manifest);
Result<BatchManifest> decode_manifest(std::string_view text);

// The end of a spool file: the manifest, then its length and checksum in 24 fixed bytes.
constexpr std::size_t kTrailerBytes = 24;
constexpr std::size_t kManifestBytesMax = 16U << 20U;
std::string encode_trailer(std::string_view manifest);
struct Trailer {
  std::uint64_t manifest_bytes = 0;
  std::uint32_t manifest_crc32c = 0;
};
// Reads the last kTrailerBytes of a file. Fault::Invalid when they are no trailer: the file was never sealed,
// or is damaged.
Result<Trailer> decode_trailer(std::string_view bytes);

}  // namespace headgate::collect
