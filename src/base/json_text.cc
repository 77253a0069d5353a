#include "base/json_text.h"

#include "base/printable_text.h"
#include "base/utf8.h"

namespace headgate {

namespace {

constexpr char kHex[] = "0123456789abcdef";

void append_escaped(std::string& into, unsigned code) {
  into += "\\u00";
  into.push_back(kHex[(code >> 4) & 0xF]);
  into.push_back(kHex[code & 0xF]);
}

void append_ascii(std::string& into, char character) {
  switch (character) {
    case '"':
      into += "\\\"";
      return;
    case '\\':
      into += "\\\\";
      return;
    case '\n':
      into += "\\n";
      return;
    case '\r':
      into += "\\r";
      return;
    case '\t':
      into += "\\t";
      return;
    default:
      break;
  }
  const auto code = static_cast<unsigned char>(character);
  if (code < 0x20 || code == 0x7F) {
    append_escaped(into, code);
  } else {
    into.push_back(character);
  }
}

}  // namespace

void append_json_text(std::string& into, std::string_view text) {
  into.push_back('"');
  while (!text.empty()) {
    const Utf8Piece piece = first_utf8_piece(text);
    if (!piece.is_sound) {
      into += kReplacementCharacter;
    } else if (piece.bytes == 1) {
      append_ascii(into, text[0]);
    } else if (is_hidden_character(text.substr(0, piece.bytes))) {
      append_printable(into, text.substr(0, piece.bytes));
    } else {
      into.append(text.substr(0, piece.bytes));
    }
    text.remove_prefix(piece.bytes);
  }
  into.push_back('"');
}

std::string json_text(std::string_view text) {
  std::string quoted;
  quoted.reserve(text.size() + 2);
  append_json_text(quoted, text);
  return quoted;
}

}  // namespace headgate
