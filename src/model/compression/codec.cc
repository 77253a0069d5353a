#include "model/compression/codec.h"

#include <array>
#include <cstddef>

#include "base/check.h"

namespace headgate {
namespace {

constexpr std::array<Codec, 3> kCodecs = {Codec::None, Codec::Gzip, Codec::Zstd};

unsigned byte_at(std::string_view bytes, std::size_t index) {
  return static_cast<unsigned char>(bytes[index]);
}

}  // namespace

std::string_view name_of(Codec codec) {
  switch (codec) {
    case Codec::None:
      return "none";
    case Codec::Gzip:
      return "gzip";
    case Codec::Zstd:
      return "zstd";
  }
  CHECK(false);
}

std::string_view suffix_of(Codec codec) {
  switch (codec) {
    case Codec::None:
      return "";
    case Codec::Gzip:
      return ".gz";
    case Codec::Zstd:
      return ".zst";
  }
  CHECK(false);
}

std::string_view content_encoding_of(Codec codec) {
  switch (codec) {
    case Codec::None:
      return "";
    case Codec::Gzip:
      return "gzip";
    case Codec::Zstd:
      return "zstd";
  }
  CHECK(false);
}

std::optional<Codec> codec_named(std::string_view name) {
  for (const Codec codec : kCodecs) {
    if (name == name_of(codec)) return codec;
  }
  return std::nullopt;
}

Codec codec_of_magic(std::string_view first_bytes) {
  if (first_bytes.size() >= 2 && byte_at(first_bytes, 0) == 0x1F && byte_at(first_bytes, 1) == 0x8B) {
    return Codec::Gzip;
  }
  if (first_bytes.size() < 4) return Codec::None;
  const unsigned first = byte_at(first_bytes, 0);
  const unsigned second = byte_at(first_bytes, 1);
  const unsigned third = byte_at(first_bytes, 2);
  const unsigned fourth = byte_at(first_bytes, 3);
  // RFC 8878, 3.1.1 and 3.1.2: a frame, and a skippable one (0x184D2A50 to 0x184D2A5F).
  if (first == 0x28 && second == 0xB5 && third == 0x2F && fourth == 0xFD) return Codec::Zstd;
  if ((first & 0xF0U) == 0x50 && second == 0x2A && third == 0x4D && fourth == 0x18) return Codec::Zstd;
  return Codec::None;
}

}  // namespace headgate
