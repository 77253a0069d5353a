#include "collect/progress/log_file_name.h"

#include <algorithm>
#include <charconv>
#include <tuple>

namespace headgate::collect {

std::optional<LogFileName> parse_log_file_name(std::string_view name) {
  constexpr std::string_view kLog = ".log";
  constexpr std::string_view kGzip = ".gz";
  LogFileName parsed;
  const char* const end = name.data() + name.size();
  const auto [after, error] = std::from_chars(name.data(), end, parsed.restart);
  if (error != std::errc{}) return std::nullopt;
  name.remove_prefix(static_cast<std::size_t>(after - name.data()));
  if (!name.starts_with(kLog)) return std::nullopt;
  name.remove_prefix(kLog.size());
  if (name.empty()) return parsed;
  if (name[0] != '.') return std::nullopt;
  name.remove_prefix(1);
  if (name.ends_with(kGzip)) {
    parsed.is_gzip = true;
    name.remove_suffix(kGzip.size());
  }
  const bool is_time = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
    return (c >= '0' && c <= '9') || c == '-';
  });
  if (!is_time) return std::nullopt;
  parsed.rotated_at = std::string(name);
  return parsed;
}

bool is_older(const LogFileName& left, const LogFileName& right) {
  const auto order = [](const LogFileName& name) {
    return std::tuple(name.restart, name.rotated_at.empty(), std::string_view(name.rotated_at), name.is_gzip);
  };
  return order(left) < order(right);
}

bool is_below(std::string_view path, const std::vector<std::string>& directories) {
  return std::any_of(directories.begin(), directories.end(), [&](const std::string& directory) {
    return path.starts_with(directory) && (path.size() == directory.size() || path[directory.size()] == '/');
  });
}

}  // namespace headgate::collect
