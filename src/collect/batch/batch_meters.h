// What operators see of the batches that are filled and sealed.
// Tests: src/cli/metrics_document_test.cc
#pragma once

#include "base/metrics.h"

namespace headgate::collect {

struct BatchMeters {
  explicit BatchMeters(Metrics& metrics)
      : sealed(metrics.counter("headgate_collect_batches_total", "Batches sealed")),
        raw_bytes(metrics.counter("headgate_collect_batch_raw_bytes_total",
                                  "Bytes of sealed batches before compression")),
        object_bytes(metrics.counter("headgate_collect_batch_bytes_total",
                                     "Bytes of sealed batches after compression")),
        small_bytes(metrics.counter("headgate_collect_thorough_bytes_total",
                                    "Bytes before compression that collect.thorough_rate was used for")),
        discarded(
            metrics.counter("headgate_collect_batches_abandoned_total", "Batches given up and read again")) {}
  Counter& sealed;
  Counter& raw_bytes;
  Counter& object_bytes;
  Counter& small_bytes;
  Counter& discarded;
};

}  // namespace headgate::collect
