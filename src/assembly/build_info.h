// Which build runs, for those who watch many.
// Tests: tests/e2e/metrics_test.py
#pragma once

#include "assembly/version.h"
#include "base/metrics.h"

namespace headgate::assembly {

inline void tell_build(Metrics& metrics) {
  metrics.gauge("headgate_build_info", "Always 1: which build runs", {{"version", kVersion}}).set(1);
}

}  // namespace headgate::assembly
