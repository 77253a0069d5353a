#include "model/compression/gzip_header.h"

#include <isa-l/crc.h>

#include <algorithm>
#include <cstring>

#include "base/check.h"

namespace headgate {
namespace {

constexpr unsigned kChecksumFlag = 0x02;
constexpr unsigned kExtraFlag = 0x04;
constexpr unsigned kNameFlag = 0x08;
constexpr unsigned kCommentFlag = 0x10;
constexpr unsigned kReservedFlags = 0xE0;
constexpr unsigned kDeflate = 8;

}  // namespace

std::optional<std::string_view> GzipHeader::take(std::string_view& bytes) {
  while (part_ != Part::Whole && !bytes.empty()) {
    const bool ends_with_nul = part_ == Part::Name || part_ == Part::Comment;
    std::size_t taken = 0;
    bool is_ended = false;
    if (ends_with_nul) {
      const std::size_t nul = bytes.find('\0');
      is_ended = nul != std::string_view::npos;
      taken = is_ended ? nul + 1 : bytes.size();
    } else {
      taken = std::min(bytes_left_, bytes.size());
      bytes_left_ -= taken;
      is_ended = bytes_left_ == 0;
      if (part_ != Part::Extra) {
        std::memcpy(bytes_.data() + bytes_held_, bytes.data(), taken);
        bytes_held_ += taken;
      }
    }
    if (part_ != Part::Checksum) {
      const auto* const data = reinterpret_cast<const unsigned char*>(bytes.data());
      crc_ = crc32_gzip_refl(crc_, data, taken);
    }
    bytes.remove_prefix(taken);
    if (is_ended) {
      if (const auto wrong = end_part()) return wrong;
    }
  }
  return std::nullopt;
}

// The part that is read is over: judge it and go to the next one that the flags promise.
std::optional<std::string_view> GzipHeader::end_part() {
  const unsigned two_bytes = bytes_[0] + (unsigned{bytes_[1]} << 8U);
  switch (part_) {
    case Part::Fixed:
      if (bytes_[0] != 0x1F || bytes_[1] != 0x8B) return "not a gzip header";
      if (bytes_[2] != kDeflate) return "a gzip member that is not deflated";
      flags_ = bytes_[3];
      if (has(kReservedFlags)) return "a gzip header with reserved flags";
      if (has(kExtraFlag)) {
        begin(Part::ExtraLength);
        return std::nullopt;
      }
      break;
    case Part::ExtraLength:
      begin(Part::Extra);
      bytes_left_ = two_bytes;
      if (bytes_left_ > 0) return std::nullopt;
      break;
    case Part::Checksum:
      if ((crc_ & 0xFFFFU) != two_bytes) return "a gzip header whose checksum is wrong";
      break;
    case Part::Extra:
    case Part::Name:
    case Part::Comment:
      break;
    case Part::Whole:
      CHECK(false);
  }
  if (part_ < Part::Name && has(kNameFlag)) {
    begin(Part::Name);
  } else if (part_ < Part::Comment && has(kCommentFlag)) {
    begin(Part::Comment);
  } else if (part_ < Part::Checksum && has(kChecksumFlag)) {
    begin(Part::Checksum);
  } else {
    begin(Part::Whole);
  }
  return std::nullopt;
}

void GzipHeader::begin(Part part) {
  part_ = part;
  bytes_left_ = 2;  // of the extra field's length and the checksum; the others do not use it
  bytes_held_ = 0;
}

}  // namespace headgate
