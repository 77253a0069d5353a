// Whether text is UTF-8 (RFC 3629), and what to put where it is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

constexpr std::string_view kReplacement = "\xef\xbf\xbd";  // U+FFFD

bool is_utf8(std::string_view text);

// The character that `text` (not empty) starts with, or the damage. Damage is taken as the Unicode standard
// recommends (3.9, "substitution of maximal subparts") and as browsers and Python do: the longest start of a
// sound sequence is one piece, any other byte is one piece by itself. Never takes a byte below 0x80 with it.
struct Utf8Piece {
  std::size_t bytes = 1;
  bool is_sound = false;
};
Utf8Piece first_utf8_piece(std::string_view text);

// Appends `text` with each damaged piece replaced by U+FFFD.
void append_as_utf8(std::string& to, std::string_view text);

}  // namespace headgate
