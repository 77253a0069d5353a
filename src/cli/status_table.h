// What `headgate local` shows while it runs, made of its metrics.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <utility>

#include "base/metrics.h"

namespace headgate::cli {

// The figures of one moment.
struct Status {
  std::uint64_t lines = 0;    // collected
  std::uint64_t objects = 0;  // stored
  std::uint64_t raw_bytes = 0;
  std::uint64_t object_bytes = 0;
  struct Destination {
    std::uint64_t events = 0;
    std::uint64_t objects = 0;
    std::uint64_t bytes = 0;
    std::uint64_t failed = 0;
    std::uint64_t lost = 0;
    std::uint64_t filtered = 0;
  };
  std::map<std::pair<std::string, std::string>, Destination> destinations;  // (tenant, destination)
  std::uint64_t parked = 0;                                                 // deliveries that are parked now
  double parked_oldest = 0;                                                 // seconds
  double lag_p50 = 0;  // seconds from a line being written to its delivery
  double lag_p99 = 0;
  std::uint64_t lag_count = 0;
};

Status read_status(const Metrics& metrics);

// A screenful; `before` and `elapsed` give the rates. Ends with a newline.
std::string status_table(const Status& now, const Status& before, std::chrono::duration<double> elapsed,
                         std::chrono::duration<double> uptime);
// One line, for where there is no terminal.
std::string status_line(const Status& now, std::chrono::duration<double> uptime);

}  // namespace headgate::cli
