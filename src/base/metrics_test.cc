#include "base/metrics.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <thread>

namespace headgate {
namespace {

TEST(Metrics, ShowsFamiliesByNameWithHelpAndType) {
  Metrics metrics;
  metrics.gauge("headgate_spool_bytes", "Bytes in the spool.").set(0.1);
  metrics.counter("headgate_records_total", "Records, by tenant.", {{"tenant", "b"}, {"kind", "s3"}}).add(3);
  metrics.counter("headgate_records_total", "Records, by tenant.", {{"kind", "s3"}, {"tenant", "a"}}).add();
  EXPECT_EQ(metrics.exposition(),
            "# HELP headgate_records_total Records, by tenant.\n"
            "# TYPE headgate_records_total counter\n"
            "headgate_records_total{kind=\"s3\",tenant=\"a\"} 1\n"
            "headgate_records_total{kind=\"s3\",tenant=\"b\"} 3\n"
            "# HELP headgate_spool_bytes Bytes in the spool.\n"
            "# TYPE headgate_spool_bytes gauge\n"
            "headgate_spool_bytes 0.1\n");
}

TEST(Metrics, GivesTheSameInstrumentHoweverItsLabelsAreOrdered) {
  Metrics metrics;
  Counter& first = metrics.counter("n_total", "", {{"a", "1"}, {"b", "2"}});
  Counter& second = metrics.counter("n_total", "", {{"b", "2"}, {"a", "1"}});
  EXPECT_EQ(&first, &second);
}

TEST(Metrics, EscapesLabelValuesAndHelp) {
  Metrics metrics;
  metrics.counter("n_total", "a \\ and\nb \"", {{"text", "x\"y\\z\n\xFF"}}).add();
  EXPECT_EQ(metrics.exposition(),
            "# HELP n_total a \\\\ and\\nb \"\n"
            "# TYPE n_total counter\n"
            "n_total{text=\"x\\\"y\\\\z\\n\xEF\xBF\xBD\"} 1\n");
}

TEST(Metrics, SharesOneSeriesAmongTenantsBeyondTheBound) {
  Metrics metrics(3);
  for (int tenant = 0; tenant < 100; ++tenant)
    metrics.counter("n_total", "", {{"tenant", "t" + std::to_string(tenant)}}).add();
  metrics.counter("n_total", "", {{"tenant", "t1"}}).add(10);
  const auto readings = metrics.counters("n_total");
  ASSERT_EQ(readings.size(), 4U);  // three, and "other"
  EXPECT_EQ(readings[0].labels, (Labels{{"tenant", "other"}}));
  EXPECT_EQ(readings[0].value, 97U);
  EXPECT_EQ(readings[2].labels, (Labels{{"tenant", "t1"}}));
  EXPECT_EQ(readings[2].value, 11U);
}

TEST(Metrics, HasNoReadingsOfFamiliesThatAreNotThere) {
  Metrics metrics;
  metrics.gauge("g", "").set(1);
  EXPECT_TRUE(metrics.counters("absent").empty());
  EXPECT_TRUE(metrics.counters("g").empty());
  EXPECT_TRUE(metrics.histograms("g").empty());
}

TEST(Metrics, LosesNoCountAcrossThreads) {
  Metrics metrics;
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int thread = 0; thread < 4; ++thread) {
      threads.emplace_back([&metrics] {
        for (int i = 0; i < 5000; ++i) {
          metrics.counter("n_total", "", {{"x", std::to_string(i % 7)}}).add();
          metrics.histogram("h", "", {1, 2}).observe(1.5);
        }
      });
    }
    for (int i = 0; i < 20; ++i) EXPECT_FALSE(metrics.exposition().starts_with("n_total"));
  }
  std::uint64_t total = 0;
  for (const auto& reading : metrics.counters("n_total")) total += reading.value;
  EXPECT_EQ(total, 20'000U);
  ASSERT_EQ(metrics.histograms("h").size(), 1U);
  EXPECT_EQ(metrics.histograms("h")[0].snapshot.count(), 20'000U);
  EXPECT_DOUBLE_EQ(metrics.histograms("h")[0].snapshot.sum, 30'000);
}

TEST(MetricsDeathTest, StopsWhenTheProgramMisusesANameOrLabel) {
  Metrics metrics;
  metrics.counter("n_total", "");
  EXPECT_DEATH(metrics.gauge("n_total", ""), "check failed");
  EXPECT_DEATH(metrics.counter("n total", ""), "check failed");
  EXPECT_DEATH(metrics.counter("m_total", "", {{"a-b", ""}}), "check failed");
  EXPECT_DEATH(metrics.counter("m_total", "", {{"a", ""}, {"a", "x"}}), "check failed");
  EXPECT_DEATH(metrics.histogram("h", "", {1}, {{"le", ""}}), "check failed");
  EXPECT_DEATH(metrics.histogram("h", "", {2, 1}), "check failed");
}

TEST(Histogram, PutsAValueUnderTheFirstBoundThatHoldsIt) {
  Histogram histogram({1, 2.5, 10});
  for (const double value : {-1.0, 1.0, 1.1, 2.5, 9.9, 11.0, std::numeric_limits<double>::infinity()})
    histogram.observe(value);
  histogram.observe(std::nan(""));  // has no place
  EXPECT_EQ(histogram.snapshot().counts, (std::vector<std::uint64_t>{2, 2, 1, 2}));
}

TEST(Histogram, InterpolatesQuantilesWithinTheBucket) {
  Histogram histogram({10, 20, 40});
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(0.5), 0);
  histogram.observe(5, 10);
  histogram.observe(15, 10);
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(0.25), 5);
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(0.5), 10);
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(0.75), 15);
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(1), 20);
  histogram.observe(1000, 80);
  EXPECT_DOUBLE_EQ(histogram.snapshot().quantile(0.99), 40);  // beyond the last bound: that bound
  EXPECT_DOUBLE_EQ(histogram.snapshot().sum, 80'200);
}

TEST(Histogram, ShowsCumulativeBuckets) {
  Metrics metrics;
  Histogram& histogram = metrics.histogram("age_seconds", "Age.", {0.5, 2}, {{"tenant", "a"}});
  histogram.observe(0.25, 2);
  histogram.observe(1);
  histogram.observe(100);
  EXPECT_EQ(metrics.exposition(),
            "# HELP age_seconds Age.\n"
            "# TYPE age_seconds histogram\n"
            "age_seconds_bucket{tenant=\"a\",le=\"0.5\"} 2\n"
            "age_seconds_bucket{tenant=\"a\",le=\"2\"} 3\n"
            "age_seconds_bucket{tenant=\"a\",le=\"+Inf\"} 4\n"
            "age_seconds_sum{tenant=\"a\"} 101.5\n"
            "age_seconds_count{tenant=\"a\"} 4\n");
}

}  // namespace
}  // namespace headgate
