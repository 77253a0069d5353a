// Metrics as lines of a log, which CloudWatch reads out of a Lambda's standard output.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "model/time/timestamp.h"

namespace headgate::aws {

// One thread. Tells counters and histograms of delivery, what was added since it told last, and how much is
// parked. A histogram's
// observations are told as their buckets' upper bounds, at most a hundred a line as CloudWatch takes them.
class EmbeddedMetrics {
 public:
  enum class Dimensions : std::uint8_t {
    Sums,      // one series a metric; tenant and destination can be searched for
    ByTenant,  // and one for each tenant and destination that the registry tells apart: CloudWatch bills each
  };
  EmbeddedMetrics(const Metrics& metrics, Dimensions dimensions)
      : metrics_(metrics), dimensions_(dimensions) {}

  // A line for each set of labels that something was added to, ended by \n; empty when nothing was.
  std::string lines(Timestamp now);

 private:
  struct Line;
  using Lines = std::map<Labels, Line>;
  void add_counters(Lines& lines);
  void add_gauges(Lines& lines);
  void add_histograms(Lines& lines);

  const Metrics& metrics_;
  const Dimensions dimensions_;
  std::map<std::string, std::uint64_t> counted_;                // by name and labels
  std::map<std::string, double> gauged_;                        // by name
  std::map<std::string, std::vector<std::uint64_t>> observed_;  // the same, a bucket each
};

}  // namespace headgate::aws
