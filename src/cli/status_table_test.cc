#include "cli/status_table.h"

#include <gtest/gtest.h>

namespace headgate::cli {
namespace {

using std::chrono::duration;

void expect_in(const std::string& text, const std::string& part) {
  EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(StatusTable, ReadsItsFiguresFromTheMetrics) {
  Metrics metrics;
  metrics.counter("headgate_collect_lines_total", "").add(7);
  metrics.counter("headgate_store_objects_total", "").add(2);
  metrics.gauge("headgate_parked_deliveries", "").set(3);
  const auto objects = [&](const std::string& tenant, const std::string& outcome) -> Counter& {
    return metrics.counter("headgate_deliver_objects_total", "",
                           {{"tenant", tenant}, {"destination", "s3"}, {"outcome", outcome}});
  };
  objects("acme", "delivered").add(5);
  objects("acme", "failed").add(4);
  objects("acme", "lost").add(1);
  objects("other", "delivered");
  const Status status = read_status(metrics);
  EXPECT_EQ(status.lines, 7U);
  EXPECT_EQ(status.objects, 2U);
  EXPECT_EQ(status.parked, 3U);
  ASSERT_EQ(status.destinations.size(), 1U);  // none of `other` while nothing is counted there
  const Status::Destination& acme = status.destinations.at({"acme", "s3"});
  EXPECT_EQ(acme.objects, 5U);
  EXPECT_EQ(acme.failed, 4U);
  EXPECT_EQ(acme.lost, 1U);
}

TEST(StatusTable, ShowsRatesUnitsAndEachDestination) {
  Status before;
  before.lines = 1'000;
  Status now;
  now.lines = 1'235'000;
  now.objects = 12;
  now.raw_bytes = 10 * 1024 * 1024;
  now.object_bytes = 1024 * 1024;
  now.lag_p50 = 0.25;
  now.lag_p99 = 12;
  now.destinations[{"acme", "cloudwatch"}] = {.events = 4'321, .bytes = 2'048};
  const std::string table = status_table(now, before, duration<double>(2), duration<double>(60));
  expect_in(table, "headgate local   60 s\n");
  expect_in(table, "1,235,000 lines");
  expect_in(table, "617,000 lines/s");
  expect_in(table, "10.0 MiB -> 1.0 MiB (10.0 : 1)");
  expect_in(table, "250 ms p50");
  expect_in(table, "12.0 s p99");
  expect_in(table, "acme");
  expect_in(table, "4,321");
  expect_in(table, "2.0 KiB");
  EXPECT_EQ(table.find("parked"), std::string::npos);
}

TEST(StatusTable, SaysHowManyDeliveriesAreParkedAndSinceWhen) {
  Status now;
  now.parked = 2;
  now.parked_oldest = 7'300;
  const std::string table = status_table(now, {}, duration<double>(1), duration<double>(1));
  expect_in(table, "2 deliveries are parked, the oldest for 2 h;");
}

TEST(StatusTable, IsOneLineWhereThereIsNoTerminal) {
  Status now;
  now.lines = 5;
  now.destinations[{"a", "s3"}].objects = 1;
  now.destinations[{"b", "s3"}].objects = 2;
  const std::string line = status_line(now, duration<double>(3));
  expect_in(line, "collected 5 lines");
  expect_in(line, "delivered 3 objects");
  EXPECT_EQ(line.find('\n'), line.size() - 1);
}

}  // namespace
}  // namespace headgate::cli
