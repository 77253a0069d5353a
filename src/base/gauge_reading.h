// The value of a gauge without labels, as /metrics shows it: for those who watch now and then.
#pragma once

#include <optional>
#include <string_view>

#include "base/metrics.h"

namespace headgate {

// Empty: there is no such gauge.
std::optional<double> gauge_reading(const Metrics& metrics, std::string_view name);

}  // namespace headgate
