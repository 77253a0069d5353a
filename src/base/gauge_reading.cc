#include "base/gauge_reading.h"

#include <string>

#include "base/number.h"

namespace headgate {

std::optional<double> gauge_reading(const Metrics& metrics, std::string_view name) {
  const std::string text = metrics.exposition();
  const std::string start = "\n" + std::string(name) + " ";  // a comment comes before the first sample
  const std::size_t at = text.find(start);
  if (at == std::string::npos) return std::nullopt;
  std::string_view reading = std::string_view(text).substr(at + start.size());
  return take_leading_number<double>(reading);
}

}  // namespace headgate
