#include "collect/progress/batch_manifest.h"

#include <optional>

#include "collect/progress/words.h"
#include "model/compression/checksum.h"
#include "model/text/format_title.h"

namespace headgate::collect {
namespace {

constexpr std::string_view kFormat = "headgate-batch";
constexpr std::uint32_t kVersion = 2;                 // 1 knew less of its files
constexpr std::string_view kTrailerName = "HGbatch";  // and the version, a digit
constexpr std::size_t kTrailerMagicBytes = 8;

void append_little_endian(std::string& text, std::uint64_t number) {
  for (int byte = 0; byte < 8; ++byte) text.push_back(static_cast<char>((number >> (8 * byte)) & 0xffU));
}

std::uint64_t little_endian(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t byte = 0; byte < 8; ++byte) {
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[byte])) << (8 * byte);
  }
  return number;
}

}  // namespace

std::string encode(const BatchManifest& manifest) {
  std::string text(kFormat);
  const auto add = [&text](std::string_view name, auto number) {
    text += name;
    text += std::to_string(number);
  };
  add(" ", kVersion);
  add("\nsequence ", manifest.sequence);
  text += "\nkey ";
  append_word(text, manifest.key.view());
  text += "\ncodec ";
  text += name_of(manifest.codec);
  add("\nobject ", manifest.object_bytes);
  add(" ", manifest.object_crc32c);
  add("\nlines ", manifest.lines);
  add(" ", manifest.raw_bytes);
  add("\ntimes ", manifest.first_at.nanoseconds);
  add(" ", manifest.last_at.nanoseconds);
  add("\nfiles ", manifest.covers.size());
  text.push_back('\n');
  for (const CoveredFile& file : manifest.covers) append_line(text, file);
  return text;
}

namespace {

// The rest of the line that begins with `name`.
Result<std::string_view> take_named(std::string_view& text, std::string_view name) {
  std::string_view line = TRY_IN(name, take_line(text));
  const std::string_view word = TRY_IN(name, take_word(line));
  if (word != name) return Error{Fault::Invalid, std::string(name) + ": missing"};
  return line;
}

}  // namespace

Result<BatchManifest> decode_manifest(std::string_view text) {
  BatchManifest manifest;
  const std::string_view title = TRY(take_line(text));
  TRY(version_in_title(title, kFormat, kVersion));
  std::string_view line = TRY(take_named(text, "sequence"));
  manifest.sequence = TRY_IN("sequence", take_number<std::uint64_t>(line));
  line = TRY(take_named(text, "key"));
  manifest.key = ObjectKey(TRY_IN("key", decode_word(line)));
  line = TRY(take_named(text, "codec"));
  const std::optional<Codec> codec = codec_named(line);
  if (!codec) return Error{Fault::Invalid, "codec: unknown"};
  manifest.codec = *codec;
  line = TRY(take_named(text, "object"));
  manifest.object_bytes = TRY_IN("object", take_number<std::uint64_t>(line));
  manifest.object_crc32c = TRY_IN("object", take_number<std::uint32_t>(line));
  line = TRY(take_named(text, "lines"));
  manifest.lines = TRY_IN("lines", take_number<std::uint64_t>(line));
  manifest.raw_bytes = TRY_IN("lines", take_number<std::uint64_t>(line));
  line = TRY(take_named(text, "times"));
  manifest.first_at.nanoseconds = TRY_IN("times", take_number<std::int64_t>(line));
  manifest.last_at.nanoseconds = TRY_IN("times", take_number<std::int64_t>(line));
  line = TRY(take_named(text, "files"));
  const auto files = TRY_IN("files", take_number<std::uint64_t>(line));
  for (std::uint64_t index = 0; index < files; ++index) {
    const std::string_view file_line = TRY_IN("file", take_line(text));
    manifest.covers.push_back(TRY_IN("file", parse_covered_file(file_line)));
  }
  if (!text.empty()) return Error{Fault::Invalid, "lines after the last file"};
  return manifest;
}

std::string encode_trailer(std::string_view manifest) {
  std::string trailer;
  append_little_endian(trailer, manifest.size());
  append_little_endian(trailer, crc32c(0, manifest));
  trailer += kTrailerName;
  trailer += std::to_string(kVersion);
  return trailer;
}

Result<Trailer> decode_trailer(std::string_view bytes) {
  if (bytes.size() != kTrailerBytes) return Error{Fault::Invalid, "no batch trailer"};
  const std::string_view magic = bytes.substr(bytes.size() - kTrailerMagicBytes);
  const std::string_view version = magic.substr(kTrailerName.size());
  if (!magic.starts_with(kTrailerName) || version < "1" || version > "9")
    return Error{Fault::Invalid, "no batch trailer"};
  if (version > std::to_string(kVersion)) return newer_format(kFormat, version, kVersion);
  const Trailer trailer{.manifest_bytes = little_endian(bytes),
                        .manifest_crc32c = static_cast<std::uint32_t>(little_endian(bytes.substr(8)))};
  if (trailer.manifest_bytes > kManifestBytesMax)
    return Error{Fault::Invalid, "batch trailer: absurd length"};
  return trailer;
}

}  // namespace headgate::collect
