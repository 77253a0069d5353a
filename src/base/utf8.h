// Whether text is UTF-8 (RFC 3629), and what to put where it is not.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

constexpr std::string_view kReplacementCharacter = "\xef\xbf\xbd";  // U+FFFD

bool is_utf8(std::string_view text);

// The character that `text` (not empty) begins with, or the damage. Damage is split as the Unicode standard
// recommends (3.9, "substitution of maximal subparts") and as browsers and Python do. The longest beginning
// of a valid sequence is one piece; any other byte is a piece by itself. A piece of damage never includes a
// byte below 0x80.
struct Utf8Piece {
  std::size_t bytes = 1;
  bool is_sound = false;
};
Utf8Piece first_utf8_piece(std::string_view text);

// Appends `text` with each damaged piece replaced by U+FFFD.
void append_as_utf8(std::string& to, std::string_view text);
std::string to_utf8(std::string_view text);

// The length of the longest prefix of at most `bytes_max` bytes that does not end within a character. Where
// the bytes around the limit are no characters, the limit.
std::size_t whole_characters(std::string_view text, std::size_t bytes_max);
// The length of `text` without a character at its end that has begun and may go on.
std::size_t whole_characters(std::string_view text);

}  // namespace headgate
