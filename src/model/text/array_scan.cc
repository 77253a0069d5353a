#include "model/text/array_scan.h"

namespace headgate {

std::size_t ArrayScan::find_end(std::string_view text) {
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char byte = text[at];
    if (is_in_string_) {
      if (is_escaped_) {
        is_escaped_ = false;
      } else if (byte == '\\') {
        is_escaped_ = true;
      } else if (byte == '"') {
        is_in_string_ = false;
      }
      continue;
    }
    switch (byte) {
      case '"':
        is_in_string_ = true;
        break;
      case '[':
      case '{':
        ++depth_;
        break;
      case ']':
      case '}':
        if (depth_ == 0 && byte == ']') return at;
        if (depth_ > 0) --depth_;
        break;
      case ',':
        if (depth_ == 0) return at;
        break;
      default:
        break;
    }
  }
  return std::string_view::npos;
}

bool begins_array(std::string_view text) {
  constexpr std::string_view kBlanks = " \t\r";
  const std::size_t open = text.find_first_not_of(kBlanks);
  if (open == std::string_view::npos || text[open] != '[') return false;
  const std::size_t first = text.find_first_not_of(kBlanks, open + 1);
  if (first == std::string_view::npos) return false;
  return text[first] == '{' || text[first] == '[' || text[first] == '"';
}

}  // namespace headgate
