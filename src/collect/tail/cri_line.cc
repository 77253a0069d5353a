#include "collect/tail/cri_line.h"

#include <cstring>

namespace headgate::collect {
namespace {

constexpr std::string_view kStdout = "stdout ";
constexpr std::string_view kStderr = "stderr ";

}  // namespace

std::optional<CriLine> parse_cri_line(std::string_view line) {
  const auto* blank = static_cast<const char*>(std::memchr(line.data(), ' ', line.size()));
  if (blank == nullptr) return std::nullopt;
  const auto time_bytes = static_cast<std::size_t>(blank - line.data());
  const std::optional<Timestamp> at = parse_rfc3339(line.substr(0, time_bytes));
  if (!at) return std::nullopt;
  line.remove_prefix(time_bytes + 1);

  CriLine parsed{.at = *at};
  if (line.starts_with(kStderr)) {
    parsed.stream = Stream::Stderr;
  } else if (!line.starts_with(kStdout)) {
    return std::nullopt;
  }
  line.remove_prefix(kStdout.size());

  if (line.empty() || (line[0] != 'F' && line[0] != 'P')) return std::nullopt;
  parsed.is_partial = line[0] == 'P';
  line.remove_prefix(1);
  if (line.empty()) return parsed;  // an empty text whose blank was trimmed
  if (line[0] == ':') {
    const std::size_t end = line.find(' ');
    if (end == std::string_view::npos) return parsed;
    line.remove_prefix(end);
  }
  if (line[0] != ' ') return std::nullopt;
  parsed.text = line.substr(1);
  return parsed;
}

}  // namespace headgate::collect
