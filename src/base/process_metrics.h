// What every Prometheus client says of its own process, under the names that dashboards know.
// https://prometheus.io/docs/instrumenting/writing_clientlibs/#process-metrics
#pragma once

#include <string>

namespace headgate {

// In the text format; read from /proc now. What cannot be read is left out.
std::string process_metrics();

}  // namespace headgate
