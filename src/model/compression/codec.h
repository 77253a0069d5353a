// How object bytes are compressed.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace headgate {

enum class Codec : std::uint8_t { None, Gzip, Zstd };

std::string_view name_of(Codec codec);              // none, gzip, zstd
std::string_view suffix_of(Codec codec);            // "", ".gz", ".zst": what follows ".json" in a key
std::string_view content_encoding_of(Codec codec);  // "", "gzip", "zstd"
std::optional<Codec> codec_named(std::string_view name);
// By the magic bytes: gzip 1f 8b, zstd 28 b5 2f fd (or a skippable frame), else None.
Codec codec_of_magic(std::string_view first_bytes);

}  // namespace headgate
