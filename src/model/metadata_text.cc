#include "model/metadata_text.h"

namespace headgate {
namespace {

bool is_plain(unsigned char byte) {
  return byte > ' ' && byte < 0x7f && byte != '%';
}
bool goes_on(unsigned char byte) {
  return (byte & 0xc0U) == 0x80U;
}

}  // namespace

std::string metadata_text(std::string_view text, std::size_t bytes_max) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  std::size_t whole = 0;  // bytes of `encoded` that end with a character
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    if (!goes_on(byte)) whole = encoded.size();
    if (is_plain(byte)) {
      encoded.push_back(character);
    } else {
      encoded.append({'%', kDigits[byte >> 4U], kDigits[byte & 0x0fU]});
    }
    if (encoded.size() > bytes_max) {
      encoded.resize(whole);
      break;
    }
  }
  return encoded;
}

}  // namespace headgate
