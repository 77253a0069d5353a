// What the processors of one process share.
#pragma once

#include <chrono>

#include "base/metrics.h"
#include "base/repeated_log.h"
#include "deliver/gate.h"
#include "model/large_lines.h"
#include "process/delivery_meters.h"
#include "process/recovered.h"

namespace headgate::process {

// Any thread may use it.
struct Shared {
  explicit Shared(Metrics& metrics, deliver::Gate::Options gate = {}) : gates(gate), meters(metrics) {}
  deliver::Gates gates;
  DeliveryMeters meters;
  Recovered recovered;
  LargeLines large_lines;  // all that read objects read their large lines by turns
  RepeatedLog said;        // what is logged once an hour
  // Tenants that were asked about once more because the last answer was that nobody knows them, or that their
  // configuration cannot be used. They are not asked about again for a while, so an object costs one
  // question.
  RepeatedLog asked_again{1'000, std::chrono::seconds{5}};
};

}  // namespace headgate::process
