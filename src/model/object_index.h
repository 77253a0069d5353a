// The index of a packed object: whose records each of its members holds and which bytes they are, so that a
// delivery of some applications is a copy of byte ranges. It stands behind the records, in empty members, and
// is found from the object's end. docs/contributing/formats/packed-object.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "model/compression/codec.h"
#include "model/names.h"
#include "model/time/timestamp.h"

namespace headgate {

// Whose records.
struct IndexedSource {
  Application application;
  PodName pod;
  friend auto operator<=>(const IndexedSource&, const IndexedSource&) = default;
};

// One compressed member (gzip) or frame (zstd).
struct IndexedMember {
  std::size_t source = 0;       // of ObjectIndex::sources
  std::uint64_t bytes = 0;      // in the object; members follow each other from its first byte without a gap
  std::uint64_t raw_bytes = 0;  // decompressed
  std::uint64_t lines = 0;
  Timestamp first_at;  // of its records' times, the earliest and the latest
  Timestamp last_at;
  friend bool operator==(const IndexedMember&, const IndexedMember&) = default;
};

struct ObjectIndex {
  std::vector<IndexedSource> sources;
  std::vector<IndexedMember> members;

  std::uint64_t bytes() const;  // of all members: where the index begins
  std::uint64_t lines() const;
  friend bool operator==(const ObjectIndex&, const ObjectIndex&) = default;
};

// What an index may hold: bounds the memory of whoever reads one. Encoded, a member takes about 20 bytes, a
// source its names and two.
constexpr std::size_t kIndexBytesMax = 8U << 20U;
constexpr std::size_t kIndexSourcesMax = 1U << 16U;
constexpr std::size_t kIndexMembersMax = 1U << 18U;

// What follows the records in the object. Fault::Invalid for Codec::None, which has no members, and for an
// index over the limits. Every member's source is one of `sources`.
Result<std::string> index_members(const ObjectIndex& index, Codec codec);

// Where in the object the index is: the bytes [first, first + bytes).
struct IndexPlace {
  Codec codec = Codec::None;
  std::uint64_t first = 0;
  std::uint64_t bytes = 0;  // to the object's end
  std::uint64_t encoded_bytes = 0;
  std::uint32_t encoded_crc32c = 0;
};
// How much of the object's end find_index() needs to see; an object that is shorter has no index.
constexpr std::size_t kIndexTailBytes = 64;

// `tail` is the end of an object of `object_bytes`, at least kIndexTailBytes of it. NotFound: the object has
// no index. Invalid: a damaged one.
Result<IndexPlace> find_index(std::string_view tail, std::uint64_t object_bytes);
// `bytes` are those of `place`. Fault::Invalid says what is damaged; what is given is sound: every member has
// a source and bytes, and together they end where the index begins.
Result<ObjectIndex> read_index(std::string_view bytes, const IndexPlace& place);

}  // namespace headgate
