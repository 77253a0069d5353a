// Another's reader, prometheus_client's parser, sees in our exposition what we counted.
#include <gtest/gtest.h>
#include <simdjson.h>
#include <stdio.h>
#include <unistd.h>

#include <cstdlib>
#include <fstream>
#include <limits>
#include <map>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "peers/peer_process.h"

namespace headgate {
namespace {

struct Sample {
  std::string type;
  std::string help;
  std::map<std::string, std::string> labels;
  double value = 0;
};

std::string text_of(simdjson::dom::element element) {
  return std::string(std::string_view(element));
}

// What the peer read, by sample name. Empty when the peer is missing or refuses the text.
std::multimap<std::string, Sample> read_by_peer(const std::string& exposition) {
  const std::string path = testing::TempDir() + "exposition-" + std::to_string(::getpid()) + ".txt";
  std::ofstream(path, std::ios::binary) << exposition;
  const std::string command = peers::python() + " " + peers::script("read_exposition.py") + " " + path;
  FILE* pipe = ::popen(command.c_str(), "r");
  std::string printed;
  char chunk[4096];
  while (const std::size_t count = ::fread(chunk, 1, sizeof chunk, pipe)) printed.append(chunk, count);
  EXPECT_EQ(::pclose(pipe), 0) << "run tools/peers.sh first; it makes " << peers::python();
  std::remove(path.c_str());

  std::multimap<std::string, Sample> samples;
  simdjson::dom::parser parser;
  for (std::size_t from = 0; from < printed.size();) {
    const std::size_t end = printed.find('\n', from);
    const simdjson::dom::element row = parser.parse(printed.substr(from, end - from));
    Sample sample;
    sample.type = text_of(row.at(1));
    sample.help = text_of(row.at(2));
    for (const auto field : simdjson::dom::object(row.at(4)))
      sample.labels.emplace(std::string(field.key), text_of(field.value));
    sample.value = std::strtod(text_of(row.at(5)).c_str(), nullptr);
    samples.emplace(text_of(row.at(3)), std::move(sample));
    from = end + 1;
  }
  return samples;
}

TEST(MetricsSeenByPrometheusClient, HaveOurValuesTypesHelpAndLabels) {
  const std::string odd = "quote\" back\\slash\nline, brace} caf\xC3\xA9";
  Metrics metrics;
  metrics.counter("headgate_records_total", "Records \\ of\na tenant.", {{"tenant", odd}}).add(7);
  metrics.counter("headgate_records_total", "", {{"tenant", "b"}}).add(9'007'199'254'740'993);
  metrics.gauge("headgate_ratio", "A ratio.").set(0.1);
  metrics.gauge("headgate_tiny", "").set(-4.9406564584124654e-324);
  metrics.gauge("headgate_endless", "").set(std::numeric_limits<double>::infinity());
  Histogram& ages = metrics.histogram("headgate_age_seconds", "Ages.", {0.5, 1e9}, {{"tenant", "a"}});
  ages.observe(0.25, 3);
  ages.observe(2);
  ages.observe(2e9);

  const auto samples = read_by_peer(metrics.exposition());
  ASSERT_EQ(samples.size(), 10U);
  const auto value_of = [&](const std::string& name, const std::map<std::string, std::string>& labels) {
    const auto [first, last] = samples.equal_range(name);
    for (auto at = first; at != last; ++at) {
      if (at->second.labels == labels) return at->second;
    }
    ADD_FAILURE() << name << " is missing";
    return Sample{};
  };
  const Sample counted = value_of("headgate_records_total", {{"tenant", odd}});
  EXPECT_EQ(counted.value, 7);
  EXPECT_EQ(counted.type, "counter");
  EXPECT_EQ(counted.help, "Records \\ of\na tenant.");
  EXPECT_EQ(value_of("headgate_records_total", {{"tenant", "b"}}).value, 9'007'199'254'740'992);  // a double
  EXPECT_EQ(value_of("headgate_ratio", {}).value, 0.1);
  EXPECT_EQ(value_of("headgate_ratio", {}).type, "gauge");
  EXPECT_EQ(value_of("headgate_tiny", {}).value, -4.9406564584124654e-324);
  EXPECT_EQ(value_of("headgate_endless", {}).value, std::numeric_limits<double>::infinity());
  EXPECT_EQ(value_of("headgate_age_seconds_bucket", {{"tenant", "a"}, {"le", "0.5"}}).value, 3);
  EXPECT_EQ(value_of("headgate_age_seconds_bucket", {{"tenant", "a"}, {"le", "1000000000"}}).value, 4);
  EXPECT_EQ(value_of("headgate_age_seconds_bucket", {{"tenant", "a"}, {"le", "+Inf"}}).value, 5);
  EXPECT_EQ(value_of("headgate_age_seconds_count", {{"tenant", "a"}}).value, 5);
  EXPECT_EQ(value_of("headgate_age_seconds_sum", {{"tenant", "a"}}).value, 2'000'000'002.75);
  EXPECT_EQ(value_of("headgate_age_seconds_sum", {{"tenant", "a"}}).type, "histogram");
}

}  // namespace
}  // namespace headgate
