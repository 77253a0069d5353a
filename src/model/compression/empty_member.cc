#include "model/compression/empty_member.h"

#include <cstdint>

#include "base/check.h"
#include "model/compression/little_endian.h"

namespace headgate {
namespace {

using namespace std::string_view_literals;

// RFC 1952, 2.3: magic, deflate, FEXTRA, no time, no level, OS unknown; what stands where CompressedWriter's
// members have the same.
constexpr std::string_view kGzipFixed = "\x1F\x8B\x08\x04\0\0\0\0\0\xFF"sv;
// An empty last block of fixed codes (RFC 1951, 3.2.6), then CRC-32 and length of nothing.
constexpr std::string_view kGzipEnd = "\x03\0\0\0\0\0\0\0\0\0"sv;
constexpr std::string_view kSkippable = "\x57\x2A\x4D\x18"sv;  // 0x184D2A57
constexpr std::string_view kOurs = "HG";
constexpr std::size_t kLengthBytes = sizeof(std::uint16_t);

}  // namespace

void append_empty_member(std::string& to, Codec codec, std::string_view payload) {
  CHECK(payload.size() <= kEmptyMemberPayloadMax);
  const auto bytes = static_cast<std::uint16_t>(payload.size());
  switch (codec) {
    case Codec::None:
      CHECK(false);
    case Codec::Gzip:
      to += kGzipFixed;
      append_little_endian(to, static_cast<std::uint16_t>(kOurs.size() + kLengthBytes + bytes));
      to += kOurs;
      append_little_endian(to, bytes);
      to += payload;
      to += kGzipEnd;
      return;
    case Codec::Zstd:
      to += kSkippable;
      append_little_endian(to, static_cast<std::uint32_t>(kOurs.size() + bytes));
      to += kOurs;
      to += payload;
      return;
  }
  CHECK(false);
}

std::size_t empty_member_head_bytes(Codec codec) {
  if (codec == Codec::Gzip) return kGzipFixed.size() + kLengthBytes + kOurs.size() + kLengthBytes;
  return kSkippable.size() + sizeof(std::uint32_t) + kOurs.size();
}

std::size_t empty_member_end_bytes(Codec codec) {
  return codec == Codec::Gzip ? kGzipEnd.size() : 0;
}

std::optional<std::string_view> take_empty_member(std::string_view& bytes, Codec codec) {
  const std::size_t head = empty_member_head_bytes(codec);
  const std::size_t end = empty_member_end_bytes(codec);
  if (codec == Codec::None || bytes.size() < head + end) return std::nullopt;
  if (bytes.substr(head - (codec == Codec::Gzip ? kOurs.size() + kLengthBytes : kOurs.size()),
                   kOurs.size()) != kOurs) {
    return std::nullopt;
  }
  std::size_t payload_bytes = 0;
  if (codec == Codec::Gzip) {
    const std::size_t extra = little_endian<std::uint16_t>(bytes.substr(kGzipFixed.size()));
    payload_bytes = little_endian<std::uint16_t>(bytes.substr(head - kLengthBytes));
    if (!bytes.starts_with(kGzipFixed) || extra != kOurs.size() + kLengthBytes + payload_bytes) {
      return std::nullopt;
    }
  } else {
    const std::size_t frame = little_endian<std::uint32_t>(bytes.substr(kSkippable.size()));
    if (!bytes.starts_with(kSkippable) || frame < kOurs.size()) return std::nullopt;
    payload_bytes = frame - kOurs.size();
  }
  if (payload_bytes > kEmptyMemberPayloadMax || bytes.size() - head - end < payload_bytes)
    return std::nullopt;
  if (codec == Codec::Gzip && bytes.substr(head + payload_bytes, end) != kGzipEnd) return std::nullopt;
  const std::string_view payload = bytes.substr(head, payload_bytes);
  bytes.remove_prefix(head + payload_bytes + end);
  return payload;
}

}  // namespace headgate
