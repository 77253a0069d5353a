#include "model/object_index.h"

#include <algorithm>

#include "base/check.h"
#include "model/compression/checksum.h"
#include "model/compression/empty_member.h"
#include "model/compression/little_endian.h"

namespace headgate {
namespace {

// The locator: magic and version, where the index begins, its encoded bytes, their checksum, and its own.
constexpr std::string_view kLocatorMagic = "HGindex1";
constexpr std::size_t kLocatorChecked =
    kLocatorMagic.size() + 2 * sizeof(std::uint64_t) + sizeof(std::uint32_t);
constexpr std::size_t kLocatorBytes = kLocatorChecked + sizeof(std::uint32_t);
constexpr std::uint64_t kVersion = 1;

// LEB128: seven bits a byte, lowest first.
void append_number(std::string& to, std::uint64_t number) {
  for (; number >= 0x80; number >>= 7U) to += static_cast<char>(static_cast<unsigned char>(number | 0x80U));
  to += static_cast<char>(number);
}

// Small numbers of either sign become small numbers: 0, -1, 1, -2, ...
std::uint64_t zigzag(std::uint64_t difference) {
  return (difference << 1U) ^ (0 - (difference >> 63U));
}
std::uint64_t unzigzag(std::uint64_t number) {
  return (number >> 1U) ^ (0 - (number & 1U));
}

void append_text(std::string& to, std::string_view text) {
  append_number(to, text.size());
  to += text;
}

std::string encode(const ObjectIndex& index) {
  std::string text;
  append_number(text, kVersion);
  append_number(text, index.sources.size());
  for (const IndexedSource& source : index.sources) {
    append_text(text, source.application.view());
    append_text(text, source.pod.view());
  }
  append_number(text, index.members.size());
  std::uint64_t before = 0;
  for (const IndexedMember& member : index.members) {
    CHECK(member.source < index.sources.size());
    const auto first = static_cast<std::uint64_t>(member.first_at.nanoseconds);
    append_number(text, member.source);
    append_number(text, member.bytes);
    append_number(text, member.raw_bytes);
    append_number(text, member.lines);
    append_number(text, zigzag(first - before));
    append_number(text, static_cast<std::uint64_t>(member.last_at.nanoseconds) - first);
    before = first;
  }
  return text;
}

class Decoder {
 public:
  explicit Decoder(std::string_view text) : text_(text) {}

  Result<std::uint64_t> number() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (text_.empty()) return Error{Fault::Invalid, "cut short"};
      const auto byte = static_cast<unsigned char>(text_[0]);
      text_.remove_prefix(1);
      if (shift == 63 && byte > 1) break;
      number |= std::uint64_t{byte & 0x7FU} << shift;
      if (byte < 0x80) return number;
    }
    return Error{Fault::Invalid, "a number over 64 bits"};
  }
  Result<std::size_t> count(std::size_t count_max) {
    const std::uint64_t count = TRY(number());
    if (count > count_max) return Error{Fault::Invalid, "over " + std::to_string(count_max)};
    return static_cast<std::size_t>(count);
  }
  Result<std::string_view> text() {
    const std::uint64_t bytes = TRY(number());
    if (bytes > text_.size()) return Error{Fault::Invalid, "cut short"};
    const std::string_view text = text_.substr(0, bytes);
    text_.remove_prefix(bytes);
    return text;
  }
  bool is_at_end() const { return text_.empty(); }

 private:
  std::string_view text_;
};

Result<IndexedMember> decode_member(Decoder& decoder, std::size_t sources, std::uint64_t& before) {
  IndexedMember member;
  const std::uint64_t source = TRY_IN("source", decoder.number());
  if (source >= sources) return Error{Fault::Invalid, "source: there is no such one"};
  member.source = static_cast<std::size_t>(source);
  member.bytes = TRY_IN("bytes", decoder.number());
  if (member.bytes == 0) return Error{Fault::Invalid, "bytes: none"};
  member.raw_bytes = TRY_IN("raw bytes", decoder.number());
  member.lines = TRY_IN("lines", decoder.number());
  before += unzigzag(TRY_IN("first time", decoder.number()));
  const std::uint64_t span = TRY_IN("last time", decoder.number());
  member.first_at = Timestamp{static_cast<std::int64_t>(before)};
  member.last_at = Timestamp{static_cast<std::int64_t>(before + span)};
  if (member.last_at < member.first_at) return Error{Fault::Invalid, "last time: before the first"};
  return member;
}

Result<ObjectIndex> decode(std::string_view text) {
  Decoder decoder(text);
  const std::uint64_t version = TRY_IN("version", decoder.number());
  if (version != kVersion) return Error{Fault::Invalid, "version: " + std::to_string(version) + ", not 1"};
  ObjectIndex index;
  const std::size_t sources = TRY_IN("sources", decoder.count(kIndexSourcesMax));
  for (std::size_t number = 0; number < sources; ++number) {
    const std::string_view application = TRY_IN("application", decoder.text());
    const std::string_view pod = TRY_IN("pod", decoder.text());
    index.sources.push_back({.application = Application(application), .pod = PodName(pod)});
  }
  const std::size_t members = TRY_IN("members", decoder.count(kIndexMembersMax));
  std::uint64_t before = 0;
  for (std::size_t number = 0; number < members; ++number) {
    index.members.push_back(
        TRY_IN("member " + std::to_string(number + 1), decode_member(decoder, index.sources.size(), before)));
  }
  if (!decoder.is_at_end()) return Error{Fault::Invalid, "bytes behind the last member"};
  return index;
}

// The locator at the end of `tail`, if there is one.
std::string_view locator_in(std::string_view tail, Codec codec) {
  const std::size_t bytes = empty_member_head_bytes(codec) + kLocatorBytes + empty_member_end_bytes(codec);
  if (tail.size() < bytes) return {};
  std::string_view member = tail.substr(tail.size() - bytes);
  const auto payload = take_empty_member(member, codec);
  return payload && payload->size() == kLocatorBytes && payload->starts_with(kLocatorMagic)
             ? *payload
             : std::string_view();
}

}  // namespace

std::uint64_t ObjectIndex::bytes() const {
  std::uint64_t bytes = 0;
  for (const IndexedMember& member : members) bytes += member.bytes;
  return bytes;
}

std::uint64_t ObjectIndex::lines() const {
  std::uint64_t lines = 0;
  for (const IndexedMember& member : members) lines += member.lines;
  return lines;
}

Result<std::string> index_members(const ObjectIndex& index, Codec codec) {
  if (codec == Codec::None) return Error{Fault::Invalid, "index: an uncompressed object cannot carry one"};
  const std::string text = encode(index);
  if (text.size() > kIndexBytesMax || index.sources.size() > kIndexSourcesMax ||
      index.members.size() > kIndexMembersMax) {
    return Error{Fault::Invalid, "index: over its limits (" + std::to_string(index.members.size()) +
                                     " members of " + std::to_string(index.sources.size()) + " sources)"};
  }
  std::string members;
  for (std::string_view rest = text; !rest.empty();) {
    const std::string_view piece = rest.substr(0, kEmptyMemberPayloadMax);
    append_empty_member(members, codec, piece);
    rest.remove_prefix(piece.size());
  }
  std::string locator(kLocatorMagic);
  append_little_endian(locator, index.bytes());
  append_little_endian(locator, std::uint64_t{text.size()});
  append_little_endian(locator, crc32c(0, text));
  append_little_endian(locator, crc32c(0, locator));
  append_empty_member(members, codec, locator);
  return members;
}

Result<IndexPlace> find_index(std::string_view tail, std::uint64_t object_bytes) {
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    const std::string_view locator = locator_in(tail, codec);
    if (locator.empty()) continue;
    if (crc32c(0, locator.substr(0, kLocatorChecked)) !=
        little_endian<std::uint32_t>(locator.substr(kLocatorChecked))) {
      return Error{Fault::Invalid, "index locator: checksum differs"};
    }
    std::string_view fields = locator.substr(kLocatorMagic.size());
    IndexPlace place{.codec = codec, .first = little_endian<std::uint64_t>(fields)};
    fields.remove_prefix(sizeof(place.first));
    place.encoded_bytes = little_endian<std::uint64_t>(fields);
    fields.remove_prefix(sizeof(place.encoded_bytes));
    place.encoded_crc32c = little_endian<std::uint32_t>(fields);
    if (place.encoded_bytes > kIndexBytesMax) return Error{Fault::Invalid, "index locator: too many bytes"};
    // Members around the index and the locator: 24 bytes a piece of it at most.
    constexpr std::uint64_t kAroundMax = (kIndexBytesMax / kEmptyMemberPayloadMax + 2) * 24 + kLocatorBytes;
    if (place.first > object_bytes || object_bytes - place.first > place.encoded_bytes + kAroundMax) {
      return Error{Fault::Invalid, "index locator: points elsewhere"};
    }
    place.bytes = object_bytes - place.first;
    return place;
  }
  return Error{Fault::NotFound, "no index at the end of the object"};
}

Result<ObjectIndex> read_index(std::string_view bytes, const IndexPlace& place) {
  std::string text;
  text.reserve(std::min<std::uint64_t>(place.encoded_bytes, bytes.size()));
  while (text.size() < place.encoded_bytes) {
    const auto payload = take_empty_member(bytes, place.codec);
    if (!payload || payload->empty()) return Error{Fault::Invalid, "index: its members are cut short"};
    text += *payload;
  }
  if (text.size() != place.encoded_bytes || crc32c(0, text) != place.encoded_crc32c) {
    return Error{Fault::Invalid, "index: checksum differs"};
  }
  if (locator_in(bytes, place.codec).empty()) return Error{Fault::Invalid, "index: no locator behind it"};
  ObjectIndex index = TRY_IN("index", decode(text));
  std::uint64_t sum = 0;  // checked step by step: a sum that wraps could look right
  for (const IndexedMember& member : index.members) {
    if (member.bytes > place.first - sum) return Error{Fault::Invalid, "index: members reach into it"};
    sum += member.bytes;
  }
  if (sum != place.first) return Error{Fault::Invalid, "index: members end before it begins"};
  return index;
}

}  // namespace headgate
