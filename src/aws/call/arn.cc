#include "aws/call/arn.h"

#include <algorithm>
#include <array>

namespace headgate::aws {

std::optional<Arn> parse_arn(std::string_view text) {
  constexpr std::size_t kBytesMax = 2048;
  if (text.size() > kBytesMax) return std::nullopt;
  std::array<std::string_view, 5> parts;
  for (std::string_view& part : parts) {
    const std::size_t colon = text.find(':');
    if (colon == std::string_view::npos) return std::nullopt;
    part = text.substr(0, colon);
    text.remove_prefix(colon + 1);
  }
  if (parts[0] != "arn" || parts[1].empty() || parts[2].empty() || text.empty()) return std::nullopt;
  return Arn{
      .partition = parts[1], .service = parts[2], .region = parts[3], .account = parts[4], .resource = text};
}

bool is_account_id(std::string_view text) {
  constexpr std::size_t kDigits = 12;
  return text.size() == kDigits &&
         std::all_of(text.begin(), text.end(), [](char byte) { return byte >= '0' && byte <= '9'; });
}

}  // namespace headgate::aws
