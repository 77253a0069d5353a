#include "base/process_metrics.h"

#include <gtest/gtest.h>

#include <chrono>
#include <map>
#include <sstream>

namespace headgate {
namespace {

std::map<std::string, double> read() {
  std::map<std::string, double> values;
  std::istringstream text(process_metrics());
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with('#')) continue;
    const std::size_t blank = line.find(' ');
    values[line.substr(0, blank)] = std::stod(line.substr(blank + 1));
  }
  return values;
}

TEST(ProcessMetrics, AreThoseOfThisProcess) {
  std::map<std::string, double> values = read();
  EXPECT_GT(values["process_resident_memory_bytes"], 1e6);
  EXPECT_GT(values["process_virtual_memory_bytes"], values["process_resident_memory_bytes"]);
  EXPECT_GE(values["process_open_fds"], 3);
  EXPECT_GT(values["process_max_fds"], values["process_open_fds"]);
  EXPECT_GE(values["process_threads"], 1);
  const double now =
      std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
  EXPECT_LE(values["process_start_time_seconds"], now + 2);
  EXPECT_GT(values["process_start_time_seconds"], now - 3600);
  const double used = values["process_cpu_seconds_total"];
  volatile double sink = 0;
  while (read()["process_cpu_seconds_total"] <= used) {
    for (int i = 0; i < 1'000'000; ++i) sink = sink + i;
  }
}

}  // namespace
}  // namespace headgate
