#include "base/utf8.h"

#include <simdjson.h>

namespace headgate {
namespace {

// What may follow a lead byte: Unicode 15, table 3-7.
struct Sequence {
  std::size_t bytes = 0;  // 0: no lead byte
  unsigned second_least = 0x80;
  unsigned second_most = 0xbf;
};

Sequence sequence_of(unsigned lead) {
  if (lead < 0xc2 || lead > 0xf4) return {};
  if (lead < 0xe0) return {.bytes = 2};
  if (lead == 0xe0) return {.bytes = 3, .second_least = 0xa0};
  if (lead == 0xed) return {.bytes = 3, .second_most = 0x9f};  // no surrogates
  if (lead < 0xf0) return {.bytes = 3};
  if (lead == 0xf0) return {.bytes = 4, .second_least = 0x90};
  if (lead == 0xf4) return {.bytes = 4, .second_most = 0x8f};
  return {.bytes = 4};
}

}  // namespace

bool is_utf8(std::string_view text) {
  return simdjson::validate_utf8(text.data(), text.size());
}

Utf8Piece first_utf8_piece(std::string_view text) {
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>(text[at]));
  };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {.bytes = 1, .is_sound = true};
  const Sequence sequence = sequence_of(lead);
  if (sequence.bytes == 0 || text.size() < 2) return {};
  if (byte(1) < sequence.second_least || byte(1) > sequence.second_most) return {};
  std::size_t taken = 2;
  while (taken < sequence.bytes && taken < text.size() && (byte(taken) & 0xc0U) == 0x80) ++taken;
  return {.bytes = taken, .is_sound = taken == sequence.bytes};
}

void append_as_utf8(std::string& to, std::string_view text) {
  if (is_utf8(text)) {
    to.append(text);
    return;
  }
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8_piece(text);
    to.append(piece.is_sound ? text.substr(0, piece.bytes) : kReplacementCharacter);
    text.remove_prefix(piece.bytes);
  }
}

std::string to_utf8(std::string_view text) {
  std::string clean;
  clean.reserve(text.size());
  append_as_utf8(clean, text);
  return clean;
}

namespace {

constexpr std::size_t kContinuationsMax = 3;

bool is_continuation(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

std::size_t whole_characters(std::string_view text, std::size_t bytes_max) {
  if (text.size() <= bytes_max) return text.size();
  const auto continues = [&](std::size_t at) { return is_continuation(text[at]); };
  std::size_t cut = bytes_max;
  while (cut > 0 && bytes_max - cut < kContinuationsMax && continues(cut)) --cut;
  return cut > 0 && !continues(cut) ? cut : bytes_max;
}

std::size_t whole_characters(std::string_view text) {
  for (std::size_t back = 1; back <= kContinuationsMax && back <= text.size(); ++back) {
    const std::string_view last = text.substr(text.size() - back);
    if (is_continuation(last[0])) continue;
    const bool is_lead = static_cast<unsigned char>(last[0]) >= 0xc0U;
    const Utf8Piece piece = first_utf8_piece(last);
    return is_lead && !piece.is_sound && piece.bytes == back ? text.size() - back : text.size();
  }
  return text.size();
}

}  // namespace headgate
