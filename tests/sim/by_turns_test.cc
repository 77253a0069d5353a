// Streams, and times, that come by turns: batches are cut for limits, never for the order of lines.
#include <gtest/gtest.h>

#include <algorithm>

#include "deliver/batch_plan.h"
#include "deliver/log_delivery.h"
#include "sim/sim_ledger.h"
#include "sim/sim_store.h"
#include "sim/sim_tenants.h"

namespace headgate::deliver {
namespace {

constexpr std::int64_t kHourMs = 3'600'000;
constexpr std::int64_t kDayMs = 24 * kHourMs;

class ByTurns : public testing::Test {
 protected:
  struct Line {
    std::string container;
    std::string message;
    std::int64_t after_ms = 0;                          // of now
    std::optional<std::int64_t> written_after_ms = {};  // of now
  };
  ByTurns() {
    delivery.id = {.bucket = BucketName("central"),
                   .key = ObjectKey("cluster-1/tenant-a/web/web-1/x.json.gz"),
                   .tenant = TenantId("tenant-a"),
                   .destination = DestinationName("cloudwatch")};
    delivery.fields = *KeyTemplate::parse(KeyTemplate::kDefault)->parse_key(delivery.id.key);
    delivery.configuration.log_group_name = "/logs";
    delivery.configuration.log_stream_name = "{container_name}";
    delivery.owner = LeaseOwner("worker");
    delivery.object_at = clock.now();
  }
  // One try; what it delivered.
  Result<DeliveryCounts> deliver(const std::vector<Line>& lines, LogLimits limits = {}) {
    EXPECT_TRUE(
        ledger.claim(delivery.id, delivery.owner, clock.now(), clock.now() + delivery.lease, {})->is_ours);
    LogDelivery logs({.clock = clock, .ledger = ledger, .quarantine = quarantine, .gate = gate}, sink,
                     delivery, limits);
    for (const Line& line : lines) {
      ReadRecord record;
      record.message = line.message;
      record.container_name = line.container;
      record.at = clock.now() + std::chrono::milliseconds{line.after_ms};
      if (line.written_after_ms)
        record.ingested_at = clock.now() + std::chrono::milliseconds{*line.written_after_ms};
      TRY(logs.add(record));
    }
    TRY(logs.finish());
    return logs.counts();
  }
  std::uint64_t calls() const {
    std::uint64_t calls = 0;
    for (const auto& [name, batches] : sink->streams()) calls += batches.size();
    return calls;
  }
  std::vector<std::string> messages(const char* stream = nullptr) const {
    std::vector<std::string> messages;
    for (const auto& [name, batches] : sink->streams()) {
      if (stream != nullptr && name.second.view() != stream) continue;
      for (const sim::SimSink::Batch& batch : batches) {
        for (const auto& [at, message] : batch.events) messages.push_back(message);
      }
    }
    return messages;
  }
  std::string quarantined(std::string_view reason) {
    for (const auto& [key, object] : central.objects()) {
      if (key.view().ends_with(std::string(reason) + ".ndjson")) return object.bytes;
    }
    return "";
  }
  void forget() {
    sink = std::make_shared<sim::SimSink>(faults, 1);
    delivery.id.key = ObjectKey(delivery.id.key.str() + "x");
    delivery.progress = {};
  }

  sim::Faults faults{{}};
  sim::SimClock clock;
  sim::SimStore central{faults, clock, BucketName("central")};
  sim::SimLedger ledger{faults};
  Metrics metrics;
  Quarantine quarantine{central, metrics};
  std::shared_ptr<sim::SimSink> sink = std::make_shared<sim::SimSink>(faults, 1);
  Gate gate{{}};
  Delivery delivery;
};

TEST_F(ByTurns, OneCallPerStreamHoweverManyContainersAnObjectHas) {
  for (const int containers : {1, 8, 9, 100, 900}) {
    std::vector<Line> lines;
    for (int number = 0; number < 900; ++number)
      lines.push_back({"c" + std::to_string(number % containers), std::to_string(number), number});
    const std::uint64_t calls_before = faults.calls();
    const Result<DeliveryCounts> counts = deliver(lines);
    ASSERT_TRUE(counts.ok()) << counts.error().what;
    EXPECT_EQ(counts->events, 900U);
    EXPECT_EQ(calls(), static_cast<std::uint64_t>(containers));
    // A stream that is made, its call (twice, as it was missing), its progress; the group.
    EXPECT_LE(faults.calls() - calls_before, 4U * static_cast<unsigned>(containers) + 3U);
    forget();
  }
}

// What is held back is bounded, and the fullest stream goes first: a call is never of one line.
TEST_F(ByTurns, BoundsWhatIsHeldBackAndStillSendsManyLinesACall) {
  const LogLimits limits{.buffer_bytes_max = 256U << 10U};
  std::vector<Line> lines;
  for (int number = 0; number < 5'000; ++number)
    lines.push_back(
        {"c" + std::to_string(number * 7 % 50), std::string(500, 'x') + std::to_string(number), number});
  const Result<DeliveryCounts> counts = deliver(lines, limits);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts->events, 5'000U);
  EXPECT_GT(calls(), 50U) << "2.6 MB went through 256 KiB";
  EXPECT_LT(calls(), 1'000U);
  for (const auto& [name, batches] : sink->streams()) {
    std::string last;
    for (const auto& batch : batches) {
      for (const auto& [at, message] : batch.events) {
        EXPECT_TRUE(last.empty() || std::stoi(last.substr(500)) < std::stoi(message.substr(500)));
        last = message;
      }
    }
  }
}

// Wherever a try ends, the next one sends what is left, and nothing again.
TEST_F(ByTurns, GoesOnWhereverATryEnded) {
  const LogLimits limits{.events_max = 40, .buffer_bytes_max = 24U << 10U};
  std::vector<Line> lines;
  for (int number = 0; number < 300; ++number) {
    const std::int64_t after_ms = number % 3 == 0 ? -30 * kHourMs + number : number;
    lines.push_back(
        {"c" + std::to_string(number * 7 % 5), std::string(200, 'x') + std::to_string(number), after_ms});
  }
  ASSERT_TRUE(deliver(lines, limits).ok());
  const std::uint64_t all = calls();
  std::vector<std::string> wanted = messages();
  ASSERT_EQ(wanted.size(), 300U);
  ASSERT_GT(all, 10U);
  for (std::uint64_t taken = 0; taken < all; ++taken) {
    forget();
    sink->take_only(taken);
    EXPECT_EQ(deliver(lines, limits).error().fault, Fault::Retry);
    delivery.progress = ledger.rows().at(delivery.id).entry.progress;
    sink->take_only(all);
    const Result<DeliveryCounts> rest = deliver(lines, limits);
    ASSERT_TRUE(rest.ok()) << rest.error().what;
    EXPECT_EQ(rest->batches, all - taken);
    EXPECT_EQ(messages(), wanted) << "each once, in the same order, after " << taken;
  }
}

TEST_F(ByTurns, ACallADayHoweverOldAndNewTimesAlternate) {
  std::vector<Line> lines;
  for (int number = 0; number < 900; ++number)
    lines.push_back({"c", std::to_string(number), number % 3 * -48 * kHourMs + number});
  const Result<DeliveryCounts> counts = deliver(lines);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts->events, 900U);
  EXPECT_EQ(calls(), 3U);
}

// A line's own time may be a business date, or come from a clock that is off: it was written when the runtime
// read it.
TEST_F(ByTurns, ARefusedTimeIsReplacedByTheTimeTheLineWasWritten) {
  std::vector<Line> lines;
  for (int number = 0; number < 400; ++number) {
    const std::int64_t own = std::vector<std::int64_t>{number, -number * kDayMs - 15 * kDayMs,
                                                       9 * kHourMs + number, -3 * kDayMs}[number % 4];
    lines.push_back({"c", std::to_string(number), own, number});
  }
  const Result<DeliveryCounts> counts = deliver(lines);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts->events, 400U);
  EXPECT_EQ(counts->quarantined, 0U);
  EXPECT_EQ(calls(), 2U) << "today's, and those of three days ago, which are taken";
}

TEST_F(ByTurns, WhatIsTooOldOrTooNewForAnyCallIsInNone) {
  std::vector<Line> lines;
  for (int number = 0; number < 300; ++number) {
    const std::int64_t own =
        std::vector<std::int64_t>{number, -(15 + number) * kDayMs, (1 + number) * kDayMs}[number % 3];
    lines.push_back({"c", std::to_string(number), own});
  }
  const Result<DeliveryCounts> counts = deliver(lines);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts->events, 100U);
  EXPECT_EQ(counts->quarantined, 200U);
  EXPECT_EQ(calls(), 1U);
  for (const char* reason : {"too-old", "too-new"}) {
    const std::string kept = quarantined(reason);
    EXPECT_EQ(std::count(kept.begin(), kept.end(), '\n'), 100) << reason;
  }
  EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress.next_batch, 3U);
}

}  // namespace
}  // namespace headgate::deliver
