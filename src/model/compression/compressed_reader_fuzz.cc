#include "model/compression/compressed_reader.h"

#include <zlib.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "model/compression/compressed_test_data.h"

using namespace headgate;

namespace {

constexpr std::uint64_t kBytesOutMax = 1U << 20U;

// What zlib makes of the same bytes as concatenated gzip members with zeros after them; empty when it is not
// that, or more than the limit.
std::optional<std::string> inflate_all(std::string_view compressed) {
  std::string all;
  while (!compressed.empty() && !(compressed[0] == '\0' && !all.empty())) {
    z_stream stream{};
    CHECK(inflateInit2(&stream, 15 + 16) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(compressed.data()));
    stream.avail_in = static_cast<uInt>(compressed.size());
    std::vector<char> room(std::size_t{64} << 10U);
    int result = Z_OK;
    while (result == Z_OK && all.size() <= kBytesOutMax) {
      stream.next_out = reinterpret_cast<Bytef*>(room.data());
      stream.avail_out = static_cast<uInt>(room.size());
      result = inflate(&stream, Z_NO_FLUSH);
      all.append(room.data(), room.size() - stream.avail_out);
    }
    compressed.remove_prefix(compressed.size() - stream.avail_in);
    CHECK(inflateEnd(&stream) == Z_OK);
    if (result != Z_STREAM_END || all.size() > kBytesOutMax) return std::nullopt;
    if (!compressed.empty() && compressed[0] == '\0') break;
  }
  if (compressed.find_first_not_of('\0') != std::string_view::npos) return std::nullopt;
  return all;
}

Result<std::string> read(std::string_view compressed, std::size_t source_step, std::size_t step) {
  test_data::ShortSource source{std::string(compressed), source_step};
  CompressedReader reader(source, {.bytes_out_max = kBytesOutMax});
  return test_data::read_all(reader, step);
}

}  // namespace

// The first byte chooses the sizes of the pieces, the second how the rest is used: as it is, or behind a gzip
// header, so that the fuzzer need not find one.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::size_t step = 1 + std::size_t{97} * (data[0] % 16U);
  const bool has_header = data[1] % 2 == 0;
  std::string input =
      has_header ? std::string("\x1F\x8B\x08\x00\x00\x00\x00\x00\x00\xFF", 10) : std::string();
  input.append(reinterpret_cast<const char*>(data) + 2, size - 2);

  const Result<std::string> whole = read(input, SIZE_MAX, std::size_t{64} << 10U);
  const Result<std::string> pieces = read(input, step, 1'001);
  CHECK(whole.ok() == pieces.ok());
  if (whole.ok()) CHECK(*whole == *pieces);
  if (!whole.ok()) CHECK(whole.error().fault == Fault::Invalid);

  if (codec_of_magic(input) == Codec::Gzip) {
    const std::optional<std::string> expected = inflate_all(input);
    CHECK(expected.has_value() == whole.ok());
    if (expected) CHECK(*expected == *whole);
  } else if (codec_of_magic(input) == Codec::None && whole.ok()) {
    CHECK(*whole == input);
  }

  // What we write of the same bytes reads back.
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    const Result<std::string> back = test_data::decompress(test_data::compress(input, {codec, data[0] % 4}));
    CHECK(back.ok() && *back == input);
  }
  return 0;
}
