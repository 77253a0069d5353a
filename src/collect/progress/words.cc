#include "collect/progress/words.h"

#include <algorithm>

#include "base/percent_escape.h"

namespace headgate::collect {

Result<std::string_view> take_word(std::string_view& line) {
  const std::size_t end = std::min(line.find(' '), line.size());
  if (end == 0) return Error{Fault::Invalid, "a word is missing"};
  const std::string_view word = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return word;
}

Result<std::string_view> take_line(std::string_view& text) {
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return Error{Fault::Invalid, "a line is cut short"};
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(end + 1);
  return line;
}

void append_word(std::string& text, std::string_view word) {
  if (word.empty()) text.push_back('%');
  for (const char byte : word) {
    const auto code = static_cast<unsigned char>(byte);
    if (code > 0x20 && code != '%' && code != 0x7f) {
      text.push_back(byte);
    } else {
      append_percent_escape(text, byte);
    }
  }
}

Result<std::string> decode_word(std::string_view word) {
  std::string text;
  if (word == "%") return text;
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (word[at] != '%') {
      text.push_back(word[at]);
      continue;
    }
    unsigned code = 0;
    const char* digits = word.data() + at + 1;
    if (word.size() - at < 3 || std::from_chars(digits, digits + 2, code, 16).ptr != digits + 2) {
      return Error{Fault::Invalid, "bad % escape"};
    }
    text.push_back(static_cast<char>(code));
    at += 2;
  }
  return text;
}

}  // namespace headgate::collect
