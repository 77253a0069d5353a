#include "model/tenant_id.h"

#include <algorithm>

namespace headgate {
namespace {

bool is_alphanumeric(char character) {
  return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
         (character >= '0' && character <= '9');
}

}  // namespace

std::optional<std::string_view> complaint_about_tenant_id(std::string_view text) {
  if (text.empty()) return "is missing";
  if (text.size() > kTenantIdBytesMax) return "must not exceed 128 characters";
  const bool has_known_characters = std::all_of(text.begin(), text.end(), [](char character) {
    return is_alphanumeric(character) || character == '-' || character == '_' || character == '.';
  });
  if (!has_known_characters) return "may hold only letters, digits and -_.";
  if (!is_alphanumeric(text.front()) || !is_alphanumeric(text.back()))
    return "must begin and end with a letter or digit";
  return std::nullopt;
}

}  // namespace headgate
