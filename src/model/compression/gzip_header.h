// The header of a gzip member (RFC 1952, 2.3), taken in whatever pieces it comes. ISA-L 2.30 reads one too,
// but forgets the flags when the header is split between two calls, and then inflates what follows a file
// name or a comment as data.
// Tests: src/model/compression/compressed_reader_test.cc
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace headgate {

// Optional fields (extra, name, comment) are skipped, the header's own checksum (FHCRC) is verified.
class GzipHeader {
 public:
  // Takes what belongs to the header off the front of `bytes`. Says what is wrong, if anything is; then this
  // is of no more use.
  std::optional<std::string_view> take(std::string_view& bytes);
  bool is_whole() const { return part_ == Part::Whole; }

 private:
  enum class Part : std::uint8_t { Fixed, ExtraLength, Extra, Name, Comment, Checksum, Whole };
  static constexpr std::size_t kFixedBytes = 10;

  std::optional<std::string_view> end_part();
  void begin(Part part);
  bool has(unsigned flag) const { return (flags_ & flag) != 0; }

  Part part_ = Part::Fixed;
  unsigned flags_ = 0;
  std::size_t bytes_left_ = kFixedBytes;  // of a part of known length
  std::array<unsigned char, kFixedBytes> bytes_{};
  std::size_t bytes_held_ = 0;
  std::uint32_t crc_ = 0;  // of all before the checksum
};

}  // namespace headgate
