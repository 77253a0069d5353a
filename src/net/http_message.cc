#include "net/http_message.h"

#include <algorithm>
#include <cctype>

#include "base/percent_escape.h"

namespace headgate::net {
namespace {

bool is_same_name(std::string_view left, std::string_view right) {
  const auto lower = [](char character) { return std::tolower(static_cast<unsigned char>(character)); };
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [&](char one, char other) { return lower(one) == lower(other); });
}

}  // namespace

std::optional<std::string_view> header_in(const HttpHeaders& headers, std::string_view name) {
  for (const auto& [known, value] : headers) {
    if (is_same_name(known, name)) return value;
  }
  return std::nullopt;
}

void append_percent_encoded(std::string& to, std::string_view text) {
  for (const char character : text) {
    const auto byte = static_cast<unsigned char>(character);
    const bool is_alphanumeric =
        (byte >= '0' && byte <= '9') || (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (is_alphanumeric || byte == '-' || byte == '.' || byte == '_' || byte == '~') {
      to.push_back(character);
    } else {
      append_percent_escape(to, character);
    }
  }
}

}  // namespace headgate::net
