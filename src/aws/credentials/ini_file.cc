#include "aws/credentials/ini_file.h"

#include <algorithm>

namespace headgate::aws {
namespace {

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r";
  text.remove_prefix(std::min(text.find_first_not_of(kSpace), text.size()));
  const std::size_t last = text.find_last_not_of(kSpace);
  return text.substr(0, last == std::string_view::npos ? 0 : last + 1);
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte;
  });
  return out;
}

class Reader {
 public:
  // Returns false if the line is not of a kind that such a file has.
  bool take(std::string_view line) {
    const std::string_view text = trimmed(line);
    if (text.empty() || text.front() == '#' || text.front() == ';') return true;
    const bool is_indented = line.front() == ' ' || line.front() == '\t';
    if (is_indented && section_ != nullptr && !name_.empty()) return take_more(text);
    if (text.front() == '[') return take_section(text);
    const std::size_t equals = text.find('=');
    const std::string name = lower(trimmed(text.substr(0, equals)));
    if (section_ == nullptr || equals == std::string_view::npos || name.empty()) return false;
    name_ = name;
    (*section_)[name_] = trimmed(text.substr(equals + 1));
    return true;
  }
  IniFile file;

 private:
  bool take_section(std::string_view text) {
    const std::size_t end = text.find(']');
    const std::string_view rest = end == std::string_view::npos ? "" : trimmed(text.substr(end + 1));
    const std::string_view name = trimmed(text.substr(1, end == std::string_view::npos ? end : end - 1));
    if (end == std::string_view::npos || name.empty()) return false;
    if (!rest.empty() && rest.front() != '#' && rest.front() != ';') return false;
    section_ = &file[std::string(name)];
    name_.clear();
    return true;
  }
  bool take_more(std::string_view text) {
    std::string& value = (*section_)[name_];
    if (!value.empty()) {
      value.append("\n").append(text);
      return true;
    }
    const std::size_t equals = text.find('=');
    if (equals == std::string_view::npos || equals == 0) return false;
    (*section_)[name_ + "." + lower(trimmed(text.substr(0, equals)))] = trimmed(text.substr(equals + 1));
    return true;
  }

  IniSection* section_ = nullptr;
  std::string name_;  // of the value in the lines above
};

}  // namespace

Result<IniFile> parse_ini(std::string_view text) {
  if (text.size() > kIniBytesMax)
    return Error{Fault::Invalid, "the file is longer than " + std::to_string(kIniBytesMax) + " bytes"};
  if (text.starts_with("\xef\xbb\xbf")) text.remove_prefix(3);
  Reader reader;
  for (std::size_t line = 1; !text.empty(); ++line) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (line > kIniLinesMax || !reader.take(text.substr(0, end)))
      return Error{Fault::Invalid, "line " + std::to_string(line) + ": neither [section] nor name = value"};
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return std::move(reader.file);
}

}  // namespace headgate::aws
