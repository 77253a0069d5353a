// One fake log line, on its way from the generator to a writer.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "model/record.h"
#include "model/time/timestamp.h"

namespace headgate::loggen {

struct Line {
  std::string_view message =
      {};                     // as its program prints it, without a newline; until the generator's next line
  std::size_t container = 0;  // index in Fleet::containers
  Stream stream = Stream::Stdout;
  Timestamp at = {};  // when the runtime reads it; the program wrote its own time kRuntimeDelay before
};

constexpr std::chrono::microseconds kRuntimeDelay{40};

// Longer lines are split by containerd into fragments of that size
// (max_container_log_line_size, https://github.com/containerd/containerd/blob/main/docs/cri/config.md).
constexpr std::size_t kFragmentBytesMax = 16 * 1024;

}  // namespace headgate::loggen
