#include "model/text/base64.h"

#include <cstdint>

namespace headgate {

char* encode_base64(std::string_view bytes, char* into) {
  constexpr char kAlphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t at) { return std::uint32_t{static_cast<unsigned char>(bytes[at])}; };
  std::size_t at = 0;
  for (; at + 3 <= bytes.size(); at += 3) {
    const std::uint32_t group = byte(at) << 16U | byte(at + 1) << 8U | byte(at + 2);
    *into++ = kAlphabet[group >> 18U];
    *into++ = kAlphabet[group >> 12U & 63U];
    *into++ = kAlphabet[group >> 6U & 63U];
    *into++ = kAlphabet[group & 63U];
  }
  const std::size_t left = bytes.size() - at;
  if (left == 0) return into;
  const std::uint32_t group = byte(at) << 16U | (left == 2 ? byte(at + 1) << 8U : 0U);
  *into++ = kAlphabet[group >> 18U];
  *into++ = kAlphabet[group >> 12U & 63U];
  *into++ = left == 2 ? kAlphabet[group >> 6U & 63U] : '=';
  *into++ = '=';
  return into;
}

}  // namespace headgate
