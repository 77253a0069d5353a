// Deliveries to the simulated accounts, one behaviour at a time, with nothing going wrong but what the test
// says.
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <set>

#include "base/metrics.h"
#include "deliver/batch_plan.h"
#include "deliver/bucket_delivery.h"
#include "deliver/log_delivery.h"
#include "deliver/message_parts.h"
#include "fakes/memory_store.h"
#include "model/compression/compressed_reader.h"
#include "sim/sim_ledger.h"
#include "sim/sim_store.h"
#include "sim/sim_tenants.h"

namespace headgate::deliver {
namespace {

constexpr std::int64_t kAtMs = 1'756'553'221'000;

class Delivering : public testing::Test {
 protected:
  Delivering() {
    delivery.id = {.bucket = BucketName("central"),
                   .key = ObjectKey("cluster-1/tenant-a/web/web-1/20250830-112701-x.json.gz"),
                   .tenant = TenantId("tenant-a"),
                   .destination = DestinationName("cloudwatch")};
    delivery.fields = *KeyTemplate::parse(KeyTemplate::kDefault)->parse_key(delivery.id.key);
    delivery.configuration.log_group_name = "/logs/tenant-a";
    delivery.configuration.bucket_name = "logs-of-tenant-a";
    delivery.configuration.bucket_prefix = "cluster-logs";
    delivery.owner = LeaseOwner("worker");
    delivery.object_at = Timestamp::from_milliseconds(kAtMs);
  }

  LogDelivery start(LogLimits limits = {}) {
    EXPECT_TRUE(
        ledger
            .claim(delivery.id, delivery.owner, clock.now(), clock.now() + delivery.lease, Deadline::never())
            ->is_ours);
    return LogDelivery({.clock = clock, .ledger = ledger, .quarantine = *quarantine_used, .gate = gate}, sink,
                       delivery, limits);
  }
  static ReadRecord record(std::string_view message, std::int64_t after_ms = 0) {
    ReadRecord made;
    made.message = message;
    made.at = Timestamp::from_milliseconds(kAtMs + after_ms);
    return made;
  }
  // The messages of one stream, batches by "|".
  std::string in_stream(const char* stream) {
    std::string text;
    for (const sim::SimSink::Batch& batch :
         sink->streams().at({LogGroup("/logs/tenant-a"), LogStream(stream)})) {
      for (const auto& [at, message] : batch.events) text += message + " ";
      text += "| ";
    }
    return text;
  }
  std::string quarantined(std::string_view reason) {
    for (const auto& [key, object] : central.objects()) {
      if (key.view().ends_with(std::string(reason) + ".ndjson")) return object.bytes;
    }
    return "";
  }

  sim::Faults faults{{}};
  sim::SimClock clock;
  sim::SimStore central{faults, clock, BucketName("central")};
  sim::SimLedger ledger{faults};
  Metrics metrics;
  Quarantine quarantine{central, metrics};
  Quarantine* quarantine_used = &quarantine;
  std::shared_ptr<sim::SimSink> sink = std::make_shared<sim::SimSink>(faults, 1);
  Gate gate{{}};
  Delivery delivery;
};

TEST_F(Delivering, CreatesGroupAndStreamOnlyWhenTheyAreMissing) {
  LogDelivery logs = start();
  const std::uint64_t calls_before = faults.calls();
  ASSERT_TRUE(logs.add(record("one")).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web-1"), "one | ");
  // put, stream (no group), group, stream, put, ledger
  EXPECT_EQ(faults.calls() - calls_before, 6U);

  delivery.progress = {.next_batch = 1, .plan = batch_plan(delivery, {})};
  LogDelivery again = start();
  const std::uint64_t calls_again = faults.calls();
  ASSERT_TRUE(again.add(record("one")).ok());
  ASSERT_TRUE(again.finish().ok());
  EXPECT_EQ(faults.calls() - calls_again, 0U);  // that batch is confirmed: nothing is asked or sent
}

// CloudWatch Logs, of which one machine does not know yet what another has made.
class LateSink final : public LogSink {
 public:
  explicit LateSink(LogSink& sink) : sink_(sink) {}
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> events, Deadline deadline) override {
    if (!knows_stream) return Error{Fault::NotFound, "log stream: not there"};
    return sink_.put_events(group, stream, events, deadline);
  }
  Result<> create_group(const LogGroup& group, Deadline deadline) override {
    return sink_.create_group(group, deadline);
  }
  Result<> create_stream(const LogGroup& group, const LogStream& stream, Deadline deadline) override {
    if (!knows_group) return Error{Fault::NotFound, "log group: not there"};
    return sink_.create_stream(group, stream, deadline);
  }
  bool knows_group = false;
  bool knows_stream = false;

 private:
  LogSink& sink_;
};

TEST_F(Delivering, RetriesAGroupAndAStreamItMadeThatAreNotKnownYet) {
  const auto late = std::make_shared<LateSink>(*sink);
  const auto fault_of_try = [&] {
    start();  // takes the lease
    LogDelivery logs({.clock = clock, .ledger = ledger, .quarantine = quarantine, .gate = gate}, late,
                     delivery, {});
    EXPECT_TRUE(logs.add(record("one")).ok());
    const Result<> finished = logs.finish();
    return finished.ok() ? std::optional<Fault>() : finished.error().fault;
  };
  EXPECT_EQ(fault_of_try(), Fault::Retry);
  late->knows_group = true;
  EXPECT_EQ(fault_of_try(), Fault::Retry);
  late->knows_stream = true;
  EXPECT_EQ(fault_of_try(), std::nullopt);
  EXPECT_EQ(in_stream("web-1"), "one | ");
}

TEST_F(Delivering, GoesOnAtTheFirstBatchThatIsNotConfirmed) {
  delivery.progress = {.next_batch = 2, .plan = batch_plan(delivery, {.events_max = 2})};
  LogDelivery logs = start({.events_max = 2});
  for (const char* message : {"a", "b", "c", "d", "e", "f", "g"}) ASSERT_TRUE(logs.add(record(message)).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web-1"), "e f | g | ");
  EXPECT_EQ(logs.counts().repeated, 4U);
  EXPECT_EQ(logs.counts().events, 3U);
  EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress.next_batch, 4U);
}

TEST_F(Delivering, StartsOverIfTheLedgersBatchesHaveAnotherPlan) {
  for (const BatchPlan& plan : {BatchPlan("0123456789abcdef"), BatchPlan()}) {
    delivery.progress = {.next_batch = 2, .plan = plan};
    LogDelivery logs = start({.events_max = 2});
    EXPECT_TRUE(logs.starts_over());
    for (const char* message : {"a", "b", "c", "d", "e"}) ASSERT_TRUE(logs.add(record(message)).ok());
    ASSERT_TRUE(logs.finish().ok());
    EXPECT_EQ(logs.counts().repeated, 0U);
    EXPECT_EQ(logs.counts().batches, 3U);
    EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress,
              (Progress{.next_batch = 3, .plan = batch_plan(delivery, {.events_max = 2})}));
  }
}

TEST_F(Delivering, SendsABlankForAnEmptyLine) {
  LogDelivery logs = start();
  ASSERT_TRUE(logs.add(record("")).ok());
  ASSERT_TRUE(logs.add(record("after")).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web-1"), "  after | ");
}

TEST_F(Delivering, SplitsAMessageThatNoEventHoldsBetweenCharacters) {
  LogDelivery logs = start({.message_bytes_max = kPartMarkBytesMax + 4});
  const std::string text(kPartMarkBytesMax, '-');
  ASSERT_TRUE(logs.add(record("abc\xc3\xa9xy" + text)).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web-1").substr(0, 60),
            "abc [headgate: part 1 of 18] \xc3\xa9xy [headgate: part 2 of 18] -");
}

TEST_F(Delivering, QuarantinesRejectedEventsByReasonAndCountsEachOnce) {
  ASSERT_TRUE(sink->create_group(LogGroup("/logs/tenant-a"), {}).ok());
  ASSERT_TRUE(sink->create_stream(LogGroup("/logs/tenant-a"), LogStream("web-1"), {}).ok());
  sink->reject_next({.too_new_from = 8, .too_old_until = 2, .expired_until = 4});
  LogDelivery logs = start();
  for (int number = 0; number < 10; ++number)
    ASSERT_TRUE(logs.add(record(std::to_string(number), number)).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web-1"), "4 5 6 7 | ");
  EXPECT_EQ(logs.counts().events, 4U);
  EXPECT_EQ(logs.counts().quarantined, 6U);
  const auto line = [](int number) {
    return R"({"timestamp":)" + std::to_string(kAtMs + number) + R"(,"message":")" + std::to_string(number) +
           "\",\"stream\":\"web-1\"}\n";
  };
  EXPECT_EQ(quarantined("too-old"), line(0) + line(1));
  EXPECT_EQ(quarantined("expired"), line(2) + line(3));
  EXPECT_EQ(quarantined("too-new"), line(8) + line(9));
}

// What the log group has, batches by "|", after tries that go on where the ledger says.
class DeliveringInTries : public Delivering {
 protected:
  Result<> once_more(const LogLimits& limits = {}) {
    if (ledger.rows().contains(delivery.id)) delivery.progress = ledger.rows().at(delivery.id).entry.progress;
    LogDelivery logs = start(limits);
    for (const std::string& message : messages) TRY(logs.add(record(message)));
    TRY(logs.finish());
    counts = logs.counts();
    return {};
  }
  // Of each message, how often it is there.
  std::string times() {
    std::string text;
    for (const std::string& message : messages) {
      std::size_t count = 0;
      for (const auto& [stream, batches] : sink->streams()) {
        for (const sim::SimSink::Batch& batch : batches) {
          for (const auto& [at, there] : batch.events) count += there == message ? 1 : 0;
        }
      }
      text += message + std::to_string(count) + " ";
    }
    return text;
  }
  std::vector<std::string> messages = {"a", "b", "c", "d"};
  DeliveryCounts counts;
};

TEST_F(DeliveringInTries, AcceptedBatchesAreNotRepeatedIfQuarantineFails) {
  ASSERT_TRUE(sink->create_group(LogGroup("/logs/tenant-a"), {}).ok());
  ASSERT_TRUE(sink->create_stream(LogGroup("/logs/tenant-a"), LogStream("web-1"), {}).ok());
  fakes::MemoryStore closed(clock, BucketName("central"));
  closed.refuse_writes(Error{Fault::Denied, "not you"});
  Quarantine no_quarantine(closed, metrics);
  quarantine_used = &no_quarantine;
  sink->reject_next({.too_new_from = 3});
  for (int tries = 0; tries < 5; ++tries) EXPECT_EQ(once_more().error().fault, Fault::Retry);
  EXPECT_EQ(times(), "a1 b1 c1 d0 ");
  quarantine_used = &quarantine;
  ASSERT_TRUE(once_more().ok());
  EXPECT_EQ(times(), "a1 b1 c1 d0 ");
  EXPECT_NE(quarantined("too-new").find("\"d\""), std::string::npos);
  EXPECT_EQ(counts.events, 3U);
  EXPECT_EQ(counts.quarantined, 1U);
  EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress.batch_outcome, "");
}

TEST_F(DeliveringInTries, AcceptedHalvesAreNotRepeatedIfTheRestFails) {
  messages = {"a", "b", "poison", "d", "e", "f", "g", "h"};
  sink->refuse([](std::string_view message) { return message == "poison"; });
  for (const std::uint64_t accepted : {1U, 0U, 0U}) {
    sink->take_only(accepted);
    const Result<> tried = once_more();
    ASSERT_FALSE(tried.ok());
    EXPECT_EQ(tried.error().fault, Fault::Retry);
    EXPECT_EQ(times(), "a1 b1 poison0 d0 e0 f0 g0 h0 ");
  }
  sink->take_only(100);
  ASSERT_TRUE(once_more().ok());
  EXPECT_EQ(times(), "a1 b1 poison0 d1 e1 f1 g1 h1 ");
  EXPECT_NE(quarantined("invalid").find("poison"), std::string::npos);
}

TEST_F(DeliveringInTries, WhatIsRememberedOfABatchHoldsForItsEventsOnly) {
  messages = {"a", "b", "poison", "d"};
  sink->refuse([](std::string_view message) { return message == "poison"; });
  sink->take_only(1);
  EXPECT_EQ(once_more().error().fault, Fault::Retry);
  EXPECT_EQ(times(), "a1 b1 poison0 d0 ");
  EXPECT_NE(ledger.rows().at(delivery.id).entry.progress.batch_outcome, "");
  messages = {"x", "y"};  // other events under that number: put as a whole
  sink->take_only(100);
  ASSERT_TRUE(once_more().ok());
  EXPECT_EQ(times(), "x1 y1 ");
}

TEST_F(Delivering, FindsTheRefusedEventsAndDeliversTheRestInOrder) {
  sink->refuse([](std::string_view message) { return message.starts_with("poison"); });
  LogDelivery logs = start();
  for (int number = 0; number < 100; ++number) {
    const bool is_poison = number == 17 || number == 18 || number == 99;
    const std::string message = (is_poison ? "poison" : "") + std::to_string(number);
    ASSERT_TRUE(logs.add(record(message, number)).ok());
  }
  const Result<> finished = logs.finish();
  ASSERT_TRUE(finished.ok()) << finished.error().what;
  std::string delivered;
  std::string wanted;
  for (const sim::SimSink::Batch& batch : sink->streams().begin()->second) {
    for (const auto& [at, message] : batch.events) delivered += message + " ";
  }
  for (int number = 0; number < 99; ++number) {
    if (number != 17 && number != 18) wanted += std::to_string(number) + " ";
  }
  EXPECT_EQ(delivered, wanted);
  EXPECT_EQ(logs.counts().events, 97U);
  EXPECT_EQ(logs.counts().quarantined, 3U);
  for (const char* poison : {"poison17", "poison18", "poison99"}) {
    EXPECT_NE(quarantined("invalid").find(poison), std::string::npos);
  }
}

// Alone in quarantine, everything else delivered once.
void check_poison(const std::string& invalid, const sim::SimSink& sink, int poison, int events) {
  EXPECT_EQ(std::count(invalid.begin(), invalid.end(), '\n'), poison);
  std::set<std::string> delivered;
  std::size_t times = 0;
  for (const sim::SimSink::Batch& batch : sink.streams().begin()->second) {
    times += batch.events.size();
    for (const auto& [at, message] : batch.events) delivered.insert(message);
  }
  EXPECT_EQ(delivered.size(), static_cast<std::size_t>(events - poison));
  EXPECT_EQ(times, delivered.size());
}

TEST_F(Delivering, FindsEveryPoisonHoweverManyThereAre) {
  const std::function<bool(int)> kPoisonous[] = {[](int number) { return number % 25 == 7; },
                                                 [](int number) { return number < 40; },
                                                 [](int number) { return number >= 960; }};
  for (const auto& is_poison : kPoisonous) {
    delivery.id.key = ObjectKey(delivery.id.key.str() + "x");
    sink = std::make_shared<sim::SimSink>(faults, 1);
    sink->refuse([](std::string_view message) { return message.starts_with("poison"); });
    LogDelivery logs = start();
    for (int number = 0; number < 1'000; ++number) {
      const std::string message = (is_poison(number) ? "poison" : "") + std::to_string(number);
      ASSERT_TRUE(logs.add(record(message, number)).ok());
    }
    const Result<> finished = logs.finish();
    ASSERT_TRUE(finished.ok()) << finished.error().what;
    EXPECT_EQ(logs.counts().events, 960U);
    EXPECT_EQ(logs.counts().quarantined, 40U);
    check_poison(quarantined("invalid"), *sink, 40, 1'000);
    ASSERT_TRUE(central.remove(central.objects().begin()->first, {}).ok());
  }
}

TEST_F(Delivering, KeepsItsLeaseWhileItLooksForPoison) {
  delivery.lease = std::chrono::seconds{60};
  sink->refuse([&](std::string_view message) {
    if (!message.starts_with("poison")) return false;
    clock.advance(std::chrono::seconds{1});
    EXPECT_GT(ledger.rows().at(delivery.id).leased_until, clock.now());
    return true;
  });
  LogDelivery logs = start();
  const Timestamp begun = clock.now();
  for (int number = 0; number < 200; ++number) {
    const std::string message = (number % 5 == 1 ? "poison" : "") + std::to_string(number);
    ASSERT_TRUE(logs.add(record(message, number)).ok());
  }
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_GT(clock.now() - begun, delivery.lease);
  EXPECT_EQ(logs.counts().quarantined, 40U);
}

TEST_F(Delivering, BlamesADestinationThatRefusesEveryEvent) {
  sink->refuse([](std::string_view) { return true; });
  LogDelivery logs = start();
  for (int number = 0; number < 1'000; ++number) ASSERT_TRUE(logs.add(record(std::to_string(number))).ok());
  const std::uint64_t calls_before = faults.calls();
  EXPECT_EQ(logs.finish().error().fault, Fault::Invalid);
  EXPECT_LT(faults.calls() - calls_before, 100U);
  EXPECT_EQ(quarantined("invalid"), "");
  EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress.next_batch, 0U);
}

TEST_F(Delivering, BlamesEventsIfAnEarlierTryHadABatchAccepted) {
  sink->refuse([](std::string_view message) { return message.starts_with("poison"); });
  const LogLimits limits{.events_max = 2};
  delivery.progress = {.next_batch = 1, .plan = batch_plan(delivery, limits)};
  LogDelivery logs = start(limits);
  for (const char* message : {"a", "b", "poison 1", "poison 2"}) ASSERT_TRUE(logs.add(record(message)).ok());
  const Result<> finished = logs.finish();
  ASSERT_TRUE(finished.ok()) << finished.error().what;
  EXPECT_EQ(logs.counts().quarantined, 2U);
  EXPECT_NE(quarantined("invalid").find("poison 2"), std::string::npos);
}

// Batches that were passed over nobody accepted.
TEST_F(Delivering, RenewingALeaseDuringRefusalsConfirmsNoBatch) {
  delivery.wants = [](const Application& application) { return application.view() == "web"; };
  const LogLimits limits{.events_max = 2};
  sink->refuse([&](std::string_view) {
    clock.advance(delivery.lease / 3);
    return true;
  });
  for (int round = 0; round < 2; ++round) {
    LogDelivery logs = start(limits);
    for (const char* application : {"api", "api", "web", "web"}) {
      ReadRecord one = record("m");
      one.application = application;
      ASSERT_TRUE(logs.add(one).ok());
    }
    EXPECT_EQ(logs.finish().error().fault, Fault::Invalid);
    delivery.progress = ledger.rows().at(delivery.id).entry.progress;
    EXPECT_EQ(delivery.progress.next_batch, 0U);
  }
  EXPECT_EQ(quarantined("invalid"), "");
}

TEST_F(Delivering, StopsBetweenBatchesAndKeepsWhatIsConfirmed) {
  std::stop_source stop;
  delivery.limits.stop = stop.get_token();
  LogDelivery logs = start({.events_max = 2});
  for (const char* message : {"a", "b", "c"}) ASSERT_TRUE(logs.add(record(message)).ok());
  stop.request_stop();
  EXPECT_EQ(logs.finish().error().fault, Fault::Stopped);
  EXPECT_EQ(in_stream("web-1"), "a b | ");
  EXPECT_EQ(ledger.rows().at(delivery.id).entry.progress.next_batch, 1U);
}

TEST_F(Delivering, KeepsStreamsApartByTheTemplate) {
  delivery.configuration.log_stream_name = "{application}/{container_name}:{stream}";
  LogDelivery logs = start();
  ReadRecord one = record("one");
  one.container_name = "main";
  one.stream = "stderr";
  ASSERT_TRUE(logs.add(one).ok());
  one.container_name = "side";
  ASSERT_TRUE(logs.add(one).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web/main_stderr"), "one | ");
  EXPECT_EQ(in_stream("web/side_stderr"), "one | ");
}

TEST_F(Delivering, TheObjectsKeyAndNotTheRecordNamesTheStream) {
  delivery.configuration.log_stream_name = "{application}/{pod_name}";
  LogDelivery logs = start();
  ReadRecord one = record("one");
  one.application = "database";
  one.pod_name = "database-0";
  ASSERT_TRUE(logs.add(one).ok());
  ASSERT_TRUE(logs.finish().ok());
  EXPECT_EQ(in_stream("web/web-1"), "one | ");
  EXPECT_EQ(sink->streams().size(), 1U);
}

TEST_F(Delivering, CopiesOurObjectsAndNamesNothingOfTheProviders) {
  PutOptions options;
  options.content_type = "application/x-ndjson";
  options.content_encoding = "gzip";
  options.metadata = {{"headgate-format", "1"}, {"headgate-lines", "7"}, {"headgate-node", "node-1"}};
  ASSERT_TRUE(put_object(central, delivery.id.key, "bytes", options, {}).ok());
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  BucketDelivery buckets(clock, central);
  const Result<DeliveryCounts> counts = buckets.deliver(delivery, bucket);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  EXPECT_EQ(counts->events, 7U);
  ASSERT_EQ(bucket.objects().size(), 1U);
  const auto& [key, object] = *bucket.objects().begin();
  EXPECT_EQ(key.view(), "cluster-logs/tenant-a/web/web-1/20250830-112701-x.json.gz");
  EXPECT_EQ(object.bytes, "bytes");
  EXPECT_EQ(object.info.content_type, "application/x-ndjson");
  EXPECT_EQ(object.info.content_encoding, "gzip");
  for (const auto& [name, value] : object.info.metadata) {
    EXPECT_EQ((name + value).find("cluster-1"), std::string::npos);
    EXPECT_EQ((name + value).find("node"), std::string::npos);
    EXPECT_EQ((name + value).find("central"), std::string::npos);
  }
}

class StoreWithoutCopies final : public sim::SimStore {
 public:
  using SimStore::SimStore;
  Result<PutOutcome> copy(const CopySource&, const ObjectKey&, PutOptions, Deadline) override {
    return Error{refuses, "CopyObject: not here"};
  }
  Fault refuses = Fault::Denied;
};

TEST_F(Delivering, RewritesAnObjectThatTheServiceCannotCopy) {
  ASSERT_TRUE(
      put_object(central, delivery.id.key, "bytes", {.metadata = {{"headgate-format", "1"}}}, {}).ok());
  BucketDelivery buckets(clock, central);
  for (const Fault fault : {Fault::Denied, Fault::Invalid}) {
    StoreWithoutCopies bucket(faults, clock, BucketName("logs-of-tenant-a"));
    bucket.refuses = fault;
    const Result<DeliveryCounts> counts = buckets.deliver(delivery, bucket);
    ASSERT_TRUE(counts.ok()) << counts.error().what;
    ASSERT_EQ(bucket.objects().size(), 1U);
    EXPECT_EQ(bucket.objects().begin()->second.bytes, "bytes");
  }
  StoreWithoutCopies throttled(faults, clock, BucketName("logs-of-tenant-a"));
  throttled.refuses = Fault::Retry;
  EXPECT_EQ(buckets.deliver(delivery, throttled).error().fault, Fault::Retry);
  EXPECT_TRUE(throttled.objects().empty());
}

TEST_F(Delivering, ReadsNothingOfAnObjectThatTheServiceCopies) {
  PutOptions options;
  options.metadata = {{"headgate-format", "1"}};
  ASSERT_TRUE(put_object(central, delivery.id.key, std::string(1U << 20U, 'x'), options, {}).ok());
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  BucketDelivery buckets(clock, central);
  const std::uint64_t calls_before = faults.calls();
  ASSERT_TRUE(buckets.deliver(delivery, bucket).ok());
  EXPECT_EQ(bucket.objects().size(), 1U);
  EXPECT_LT(faults.calls() - calls_before, 10U);  // the simulated store gives 4 KiB a call
}

// S3 takes metadata as HTTP headers, of 2 KB in all; keys of others may hold any bytes.
TEST_F(Delivering, NamesThatAreNoHeadersReachABucketPercentEncoded) {
  std::string longest;
  while (longest.size() < 300) longest += "\xc3\xa9";
  const std::pair<std::string, std::string> names[] = {
      {"caf\xc3\xa9 1", "caf%C3%A9%201"}, {"100%", "100%25"}, {longest, ""}};
  PutOptions options;
  options.metadata = {
      {"headgate-format", "1"}, {"headgate-lines", "7"}, {"headgate-first", std::string(500, 'x')}};
  for (const auto& [name, in_metadata] : names) {
    delivery.fields.application = Application(name);
    delivery.fields.pod = PodName(in_metadata.empty() ? "p" : name);
    for (const bool is_copied : {true, false}) {
      delivery.id.key = ObjectKey("cluster-1/tenant-a/" + name + (is_copied ? "/copied" : "/anew"));
      options.mode = PutMode::Replace;
      options.metadata["headgate-format"] = is_copied ? "1" : "0";
      ASSERT_TRUE(put_object(central, delivery.id.key, "{\"message\":\"m\"}\n", options, {}).ok());
      sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
      const Result<DeliveryCounts> counts = BucketDelivery(clock, central).deliver(delivery, bucket);
      ASSERT_TRUE(counts.ok()) << counts.error().what;
      const ObjectMetadata& metadata = bucket.objects().begin()->second.info.metadata;
      if (in_metadata.empty()) continue;  // too long: cut
      EXPECT_EQ(metadata.at("application"), in_metadata);
      EXPECT_EQ(metadata.at("pod-name"), in_metadata);
    }
  }
}

TEST_F(Delivering, KeepsRefusedEventsOfAnyKeyWithItsNameInTheMetadata) {
  for (const auto& [file, said] : {std::pair<std::string, std::string>("na\xc3\xafve", "c/na%C3%AFve"),
                                   {std::string(1000, '\xff'), ""}}) {
    const DeliveryId id{.bucket = central.bucket(),
                        .key = ObjectKey("c/" + file),
                        .tenant = TenantId("tenant-a"),
                        .destination = DestinationName("cloudwatch")};
    const std::vector<LogEvent> events = {{.at_ms = kAtMs, .message = "m"}};
    const Result<> put = quarantine.put_events({.delivery = id, .stream = LogStream("web-1")}, "too old",
                                               events, Deadline::never());
    ASSERT_TRUE(put.ok()) << put.error().what;
    ASSERT_TRUE(quarantine.put_object_detail(id.bucket, id.key, "damaged", Deadline::never()).ok());
    if (said.empty()) continue;
    for (const auto& [key, object] : central.objects()) {
      EXPECT_EQ(object.info.metadata.at("headgate-source"), said) << key.view();
    }
  }
}

TEST_F(Delivering, RewritesForeignObjectsWithoutTheProvidersFields) {
  delivery.id.key = ObjectKey("cluster-1/tenant-a/web/web-1/vector.json");
  delivery.fields.file = "vector.json";
  const std::string line =
      R"({"cluster_id":"cluster-1","kubernetes":{"pod_node_name":"node-1"},"message":"hello","stream":"stderr",)"
      R"("timestamp":"2025-08-30T11:27:01.5Z"})"
      "\n";
  ASSERT_TRUE(put_object(central, delivery.id.key, line, {}, {}).ok());
  sim::SimStore bucket(faults, clock, BucketName("logs-of-tenant-a"), &central);
  BucketDelivery buckets(clock, central);
  const Result<DeliveryCounts> counts = buckets.deliver(delivery, bucket);
  ASSERT_TRUE(counts.ok()) << counts.error().what;
  const std::string& bytes = bucket.objects().begin()->second.bytes;
  EXPECT_NE(bytes.find(R"("message":"hello","stream":"stderr","namespace":"tenant-a","application":"web")"),
            std::string::npos)
      << bytes;
  EXPECT_EQ(bytes.find("node-1"), std::string::npos);
  EXPECT_EQ(bytes.find("cluster-1"), std::string::npos);
}

}  // namespace
}  // namespace headgate::deliver
