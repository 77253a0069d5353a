// Which build runs, for those who watch many.
#pragma once

#include "base/metrics.h"
#include "cli/version.h"

namespace headgate::cli {

inline void tell_build(Metrics& metrics) {
  metrics.gauge("headgate_build_info", "Always 1: which build runs", {{"version", kVersion}}).set(1);
}

}  // namespace headgate::cli
