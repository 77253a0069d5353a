// Draws lines from a generator and writes them at the set rate, until there are enough or someone says stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <stop_token>

#include "base/result.h"
#include "loggen/generator.h"
#include "loggen/line_writer.h"
#include "model/time/timestamp.h"
#include "ports/clock.h"

namespace headgate::loggen {

struct RunOptions {
  std::uint64_t rate = 0;   // lines a second, up to kRateMax; 0: as fast as they can be written
  std::uint64_t count = 0;  // lines; 0: no end
  // How long; none: no end. With a rate that is also a number of lines, rate * time.
  std::optional<std::chrono::milliseconds> time = {};
  // Lines get made-up times from this on, 1/rate apart (1 ms without a rate), whatever the clock says: the
  // same options then give the same bytes. None: the clock's time, each line later than the one before.
  std::optional<Timestamp> start_time = {};
};

struct RunReport {
  std::uint64_t lines = 0;
  std::uint64_t bytes = 0;
  std::chrono::nanoseconds took{0};
  std::chrono::nanoseconds behind{0};  // time whose lines were not written, since the writer did not keep up
};

// Also when stopped, or when the reader of the output has gone, what was drawn is flushed and reported.
// Errors are the writer's.
Result<RunReport> run(Generator& generator, LineWriter& writer, Clock& clock, const RunOptions& options,
                      const std::stop_token& stop);

}  // namespace headgate::loggen
