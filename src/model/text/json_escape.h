// Text as the inside of a JSON string (RFC 8259, 7), at the speed of a copy: every log line passes here once.
#pragma once

#include <cstddef>
#include <string_view>

namespace headgate {

struct Escaped {
  char* end = nullptr;
  bool was_utf8 = true;  // false: something was replaced by U+FFFD
};

// Room that escape_json() needs for `bytes` of text: six for a control byte, and what its last block may
// scribble beyond the end.
constexpr std::size_t escaped_bytes_max(std::size_t bytes) {
  return 6 * bytes + 64;
}

// Writes `text` without the quotes around it. `"` and `\` get a backslash; \b \f \n \r \t their letters,
// other bytes below 0x20 \u00XX; everything else stands as it is, DEL, U+2028 and `/` too. Damaged UTF-8
// becomes U+FFFD, piece by piece (base/utf8.h).
Escaped escape_json(std::string_view text, char* into);

}  // namespace headgate
