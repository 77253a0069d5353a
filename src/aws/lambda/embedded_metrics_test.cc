#include "aws/lambda/embedded_metrics.h"

#include <gtest/gtest.h>

namespace headgate::aws {
namespace {

const Timestamp kNow = Timestamp::from_milliseconds(1'700'000'000'123);
const Labels kAcme = {{"destination", "s3"}, {"tenant", "ac\"me"}};

TEST(EmbeddedMetrics, TellWhatWasAddedSinceTheLastTime) {
  Metrics metrics;
  EmbeddedMetrics embedded(metrics, EmbeddedMetrics::Dimensions::ByTenant);
  EXPECT_EQ(embedded.lines(kNow), "");
  Counter& events = metrics.counter("headgate_deliver_events_total", "", kAcme);
  EXPECT_EQ(embedded.lines(kNow), "") << "nothing was added";
  events.add(12);
  metrics.histogram("headgate_deliver_latency_seconds", "", {1, 2.5}, kAcme).observe(0.3, 2);
  EXPECT_EQ(embedded.lines(kNow),
            R"({"_aws":{"Timestamp":1700000000123,"CloudWatchMetrics":[{"Namespace":"Headgate",)"
            R"("Dimensions":[[],["destination","tenant"]],)"
            R"("Metrics":[{"Name":"Events","Unit":"Count"},{"Name":"Latency","Unit":"Seconds"}]}]},)"
            R"("destination":"s3","tenant":"ac\"me","Events":12,"Latency":[1,1]})"
            "\n");
  EXPECT_EQ(embedded.lines(kNow), "");
  events.add(3);
  EXPECT_NE(embedded.lines(kNow).find("\"Events\":3}"), std::string::npos);
}

TEST(EmbeddedMetrics, SumsHaveNoDimensionButCanBeSearched) {
  Metrics metrics;
  metrics.counter("headgate_deliver_events_total", "", kAcme).add();
  EmbeddedMetrics embedded(metrics, EmbeddedMetrics::Dimensions::Sums);
  const std::string lines = embedded.lines(kNow);
  EXPECT_NE(lines.find(R"("Dimensions":[[]])"), std::string::npos) << lines;
  EXPECT_NE(lines.find(R"("destination":"s3")"), std::string::npos) << lines;
}

TEST(EmbeddedMetrics, AHundredValuesStandForAnyNumberOfObservations) {
  Metrics metrics;
  EmbeddedMetrics embedded(metrics, EmbeddedMetrics::Dimensions::Sums);
  Histogram& lag = metrics.histogram("headgate_deliver_lag_seconds", "", {1, 2}, {});
  lag.observe(0.5, 900'000);
  lag.observe(1.5, 1);
  lag.observe(99, 100'000);
  const std::string lines = embedded.lines(kNow);
  const auto count = [&](std::string_view value) {
    std::size_t found = 0;
    for (std::size_t at = lines.find("\"Lag\":"); (at = lines.find(value, at)) != std::string::npos; ++at)
      ++found;
    return found;
  };
  EXPECT_EQ(count("1,") + count("1]"), 89U + 0U) << lines;
  EXPECT_EQ(count("2,") + count("2]"), 10U) << "what is beyond the last bound counts as that";
}

}  // namespace
}  // namespace headgate::aws
