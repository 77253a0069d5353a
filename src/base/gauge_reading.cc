#include "base/gauge_reading.h"

#include <charconv>
#include <string>

namespace headgate {

std::optional<double> gauge_reading(const Metrics& metrics, std::string_view name) {
  const std::string text = metrics.exposition();
  const std::string start = "\n" + std::string(name) + " ";  // a comment comes before the first sample
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return std::nullopt;
  const char* const from = text.data() + at + start.size();
  double value = 0;
  const auto [end, failed] = std::from_chars(from, text.data() + text.size(), value);
  return failed == std::errc{} ? std::optional(value) : std::nullopt;
}

}  // namespace headgate
