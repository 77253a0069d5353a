// Any bytes as the end of an object, and as the encoded index behind a locator whose checksums fit: whatever
// is read is sound, and encodes to what reads back equal.
#include <algorithm>

#include "base/check.h"
#include "model/compression/checksum.h"
#include "model/compression/empty_member.h"
#include "model/compression/little_endian.h"
#include "model/object_index.h"

namespace headgate {
namespace {

void check_index(const ObjectIndex& index, const IndexPlace& place) {
  CHECK(index.bytes() == place.first);
  for (const IndexedMember& member : index.members) {
    CHECK(member.source < index.sources.size() && member.bytes > 0 && member.first_at <= member.last_at);
  }
  const std::string members = index_members(index, place.codec).value();
  const std::uint64_t object_bytes = place.first + members.size();
  const std::string_view tail(members);
  const IndexPlace again =
      find_index(tail.substr(tail.size() - std::min(tail.size(), kIndexTailBytes)), object_bytes).value();
  CHECK(again.first == place.first && again.bytes == members.size());
  CHECK(read_index(members, again).value() == index);
}

void check_object(std::string_view object) {
  const std::string_view tail = object.substr(object.size() - std::min(object.size(), kIndexTailBytes));
  const Result<IndexPlace> place = find_index(tail, object.size());
  if (!place.ok()) return;
  const Result<ObjectIndex> index = read_index(object.substr(place->first), *place);
  if (index.ok()) check_index(*index, *place);
}

void check_encoded(std::string_view encoded, Codec codec) {
  encoded = encoded.substr(0, kEmptyMemberPayloadMax);
  if (encoded.size() < 3) return;
  const std::uint64_t first = little_endian<std::uint16_t>(encoded);
  encoded.remove_prefix(2);
  std::string bytes;
  append_empty_member(bytes, codec, encoded);
  const std::string locator = index_members({}, codec).value();
  std::string_view rest(locator);
  CHECK(take_empty_member(rest, codec).has_value());
  bytes += rest;
  const IndexPlace place{.codec = codec,
                         .first = first,
                         .bytes = bytes.size(),
                         .encoded_bytes = encoded.size(),
                         .encoded_crc32c = crc32c(0, encoded)};
  const Result<ObjectIndex> index = read_index(bytes, place);
  if (index.ok()) check_index(*index, place);
}

}  // namespace
}  // namespace headgate

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace headgate;
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  check_object(input);
  check_encoded(input, Codec::Gzip);
  check_encoded(input, Codec::Zstd);
  return 0;
}
