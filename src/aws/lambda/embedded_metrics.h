// Writes metrics as log lines, which CloudWatch reads from the standard output of a Lambda function.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "model/time/timestamp.h"

namespace headgate::aws {

// For one thread. Writes counters and histograms of delivery (what was added since the last call) and how
// much is parked. A histogram's observation is written as the upper bound of its bucket. A line has at most a
// hundred observations, which is CloudWatch's limit.
class EmbeddedMetrics {
 public:
  enum class Dimensions : std::uint8_t {
    Sums,      // one series for each metric; tenant and destination are searchable fields
    ByTenant,  // also one for each tenant and destination that the registry distinguishes; CloudWatch bills
               // each
  };
  EmbeddedMetrics(const Metrics& metrics, Dimensions dimensions)
      : metrics_(metrics), dimensions_(dimensions) {}

  // Returns a line for each set of labels to which something was added, each ended by
  // ; empty if nothing was added.
  std::string lines(Timestamp now);

 private:
  struct Line;
  using Lines = std::map<Labels, Line>;
  void add_counters(Lines& lines);
  void add_gauges(Lines& lines);
  void add_histograms(Lines& lines);

  const Metrics& metrics_;
  const Dimensions dimensions_;
  std::map<std::string, std::uint64_t> counted_;  // by name and labels
  std::map<std::string, double> gauged_;          // by name
  // by name and labels, the count of each bucket
  std::map<std::string, std::vector<std::uint64_t>> observed_;
};

}  // namespace headgate::aws
