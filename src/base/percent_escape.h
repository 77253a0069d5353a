// A byte as %XX, upper-case digits. RFC 3986, 2.1
#pragma once

#include <string>

namespace headgate {

inline void append_percent_escape(std::string& to, char byte) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const unsigned code = static_cast<unsigned char>(byte);
  to += {'%', kHex[code >> 4U], kHex[code & 0xfU]};
}

}  // namespace headgate
