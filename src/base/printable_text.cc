#include "base/printable_text.h"

#include "base/utf8.h"

namespace headgate {

namespace {

constexpr char kHex[] = "0123456789abcdef";

// Of one to three bytes; characters of four bytes are none that we escape, but for tags (U+E0000 and on).
unsigned code_of(std::string_view character) {
  const auto at = [&](std::size_t index) {
    return static_cast<unsigned>(static_cast<unsigned char>(character[index]));
  };
  switch (character.size()) {
    case 1:
      return at(0);
    case 2:
      return ((at(0) & 0x1FU) << 6U) | (at(1) & 0x3FU);
    case 3:
      return ((at(0) & 0x0FU) << 12U) | ((at(1) & 0x3FU) << 6U) | (at(2) & 0x3FU);
    default:
      return ((at(0) & 0x07U) << 18U) | ((at(1) & 0x3FU) << 12U) | ((at(2) & 0x3FU) << 6U) | (at(3) & 0x3FU);
  }
}

// https://www.unicode.org/reports/tr9/ (direction), https://www.unicode.org/reports/tr36/ (look-alikes)
bool is_hidden(unsigned code) {
  const bool is_control = code < 0x20 || (code >= 0x7F && code < 0xA0);
  const bool is_direction = code == 0x061C || code == 0x200E || code == 0x200F ||
                            (code >= 0x202A && code <= 0x202E) || (code >= 0x2066 && code <= 0x2069);
  const bool has_no_width = code == 0x00AD || (code >= 0x200B && code <= 0x200D) ||
                            (code >= 0x2060 && code <= 0x2065) || code == 0xFEFF ||
                            (code >= 0x206A && code <= 0x206F) || (code >= 0xFFF9 && code <= 0xFFFB);
  const bool is_line_end = code == 0x2028 || code == 0x2029;
  const bool is_tag = code >= 0xE0000 && code <= 0xE007F;
  return is_control || is_direction || has_no_width || is_line_end || is_tag;
}

void append_escape(std::string& into, unsigned code) {
  if (code > 0xFFFF) {
    const unsigned rest = code - 0x10000;
    append_escape(into, 0xD800 + (rest >> 10U));
    append_escape(into, 0xDC00 + (rest & 0x3FFU));
    return;
  }
  into += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) into += kHex[(code >> shift) & 0xFU];
}

}  // namespace

bool is_hidden_character(std::string_view character) {
  return !character.empty() && is_hidden(code_of(character));
}

void append_printable(std::string& into, std::string_view text) {
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8_piece(text);
    const std::string_view character = text.substr(0, piece.bytes);
    text.remove_prefix(piece.bytes);
    if (!piece.is_sound) {
      for (const char byte : character) {
        const auto code = static_cast<unsigned char>(byte);
        into += {'\\', 'x', kHex[code >> 4U], kHex[code & 0xFU]};
      }
    } else if (character != "\n" && character != "\t" && is_hidden(code_of(character))) {
      append_escape(into, code_of(character));
    } else {
      into += character;
    }
  }
}

std::string printable(std::string_view text) {
  std::string shown;
  shown.reserve(text.size());
  append_printable(shown, text);
  return shown;
}

}  // namespace headgate
