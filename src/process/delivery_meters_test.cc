// docs/metrics.md, section "Processor", says what there is and nothing else.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include "base/metrics.h"
#include "fakes/source_directory.h"
#include "process/delivery_meters.h"

namespace headgate::process {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path);
  EXPECT_TRUE(file.good()) << path;
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// Names that stand between `before` and `after`.
std::set<std::string> names_in(const std::string& text, const std::string& before, char after) {
  std::set<std::string> found;
  const std::string start = before + "headgate_";
  for (std::size_t at = text.find(start); at != std::string::npos; at = text.find(start, at + 1)) {
    const std::size_t begin = at + before.size();
    found.insert(text.substr(begin, text.find(after, begin) - begin));
  }
  return found;
}

// From its heading to the next of the same level.
std::string section(const std::string& text, const std::string& heading) {
  const std::size_t begin = text.find("\n## " + heading + "\n");
  EXPECT_NE(begin, std::string::npos);
  return text.substr(begin, text.find("\n## ", begin + 1) - begin);
}

TEST(MetricsDocument, NamesEveryMetricOfTheProcessorAndNoOther) {
  const std::filesystem::path root(fakes::source_directory());
  std::string sources;
  for (const char* folder : {"src/process", "src/deliver", "src/tenants"}) {
    for (const auto& entry : std::filesystem::directory_iterator(root / folder)) {
      const std::string name = entry.path().filename().string();
      if (name.ends_with(".cc") && !name.ends_with("_test.cc")) sources += text_of(entry.path());
    }
  }
  const std::set<std::string> made = names_in(sources, "\"", '"');
  const std::set<std::string> documented =
      names_in(section(text_of(root / "docs/metrics.md"), "Processor"), "\n| `", '`');
  EXPECT_GT(made.size(), 10U);
  EXPECT_EQ(made, documented);
}

TEST(DeliveryMeters, NameTheFirstDestinationsAndCountTheRestTogether) {
  Metrics metrics;
  DeliveryMeters meters(metrics, 2);
  for (const char* tenant : {"a", "b", "c", "d"}) {
    meters.of(TenantId(tenant), DestinationName("s3")).events.add(10);
  }
  meters.of(TenantId("a"), DestinationName("s3")).events.add(1);
  std::set<std::string> counted;
  for (const auto& reading : metrics.counters("headgate_deliver_events_total")) {
    for (const auto& [name, value] : reading.labels) {
      if (name == "tenant") counted.insert(value + " " + std::to_string(reading.value));
    }
  }
  EXPECT_EQ(counted, (std::set<std::string>{"a 11", "b 10", "other 20"}));
}

}  // namespace
}  // namespace headgate::process
