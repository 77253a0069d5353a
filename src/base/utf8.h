// Which bytes are UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace headgate {

constexpr std::string_view kReplacementCharacter = "\xEF\xBF\xBD";  // U+FFFD

// How many bytes (1 to 4) the character that starts at `text[at]` has; 0 when no character starts there.
// `at` < text.size().
std::size_t utf8_length_at(std::string_view text, std::size_t at);

bool is_valid_utf8(std::string_view text);

// The text with every byte that is not UTF-8 replaced by U+FFFD.
std::string to_utf8(std::string_view text);

}  // namespace headgate
