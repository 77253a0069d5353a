// What the exposition says after deliveries: values, not names.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "fakes/central_fixture.h"
#include "fakes/scripted_destinations.h"
#include "process/processor.h"

namespace headgate::process {
namespace {

class DeliveryMetrics : public fakes::CentralFixture {
 protected:
  void configure(const std::string& tenant, const std::string& type = "cloudwatch") {
    TenantConfiguration row;
    row.tenant = TenantId(tenant);
    row.type = DestinationName(type);
    row.enabled = true;
    if (type == "s3") row.bucket_name = "logs-of-" + tenant;
    if (type != "s3") row.log_group_name = "/logs/" + tenant;
    tenants_.place({.configuration = row, .undecodable = ""});
  }
  // Lines "0", "1", ..., written ten seconds before now, and the notification of their object.
  ReceivedMessage store(const std::string& tenant, int lines, ObjectMetadata metadata = {},
                        const std::string& file = "x.json") {
    std::string text;
    for (int number = 0; number < lines; ++number) {
      text += "{\"message\":\"" + std::to_string(number) + "\",\"timestamp\":\"" + kWrittenAt +
              "\",\"ingest_timestamp\":\"" + kWrittenAt + "\"}\n";
    }
    const ObjectKey key("cluster/" + tenant + "/web/web-1/" + file);
    central_.place(key, std::make_shared<const std::string>(text), std::move(metadata));
    const ObjectCreated created{
        .bucket = BucketName("central"), .key = key, .bytes = text.size(), .at = clock_.now()};
    return {.id = "id", .receipt = "r", .body = sns_envelope(created, "m"), .sent_at = clock_.now()};
  }
  // From now on calls to log groups, counted from one, are answered by `answer`.
  void answer(std::function<Result<>(int call)> answer) {
    calls_ = 0;
    answer_ = std::move(answer);
  }
  // The value of a series of a destination; "-" when there is none.
  std::string value(const std::string& name, const std::string& destination = "cloudwatch",
                    const std::string& more = "") {
    return value_of("headgate_deliver_" + name + "{destination=\"" + destination + "\"," + more +
                    "tenant=\"a\"}");
  }
  std::string value_of(const std::string& series) {
    const std::string text = metrics_.exposition();
    const std::size_t at = text.find("\n" + series + " ");
    if (at == std::string::npos) return "-";
    const std::size_t begin = at + series.size() + 2;
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  static constexpr const char* kWrittenAt = "2027-01-15T07:59:50Z";
  int calls_ = 0;
  std::function<Result<>(int)> answer_ = [](int) { return Result<>(); };
  fakes::ScriptedDestinations destinations_{[this](const TenantId&, Deadline) { return answer_(++calls_); }};
  Shared shared_{metrics_, {.tries_max = 1}};
  Processor processor_{{.clock = clock_,
                        .central = central_,
                        .ledger = ledger_,
                        .tenants = directory_,
                        .destinations = destinations_,
                        .metrics = metrics_,
                        .shared = &shared_},
                       {.buckets = {BucketName("central")},
                        .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                        .owner = LeaseOwner("worker"),
                        .log_limits = {.events_max = 2}}};
};

TEST_F(DeliveryMetrics, EachObjectResumesAtItsOwnFirstBatchThatWaits) {
  configure("a");
  ReceivedMessage message = store("a", 5, {}, "one.json");  // three batches each
  store("a", 5, {}, "two.json");
  const auto record = [](const std::string& file) {
    return R"({"eventName":"ObjectCreated:Put","eventTime":"2027-01-15T07:59:59.000Z","s3":{"bucket":{"name":"central"},)"
           R"("object":{"key":"cluster/a/web/web-1/)" +
           file + R"(","size":1}}})";
  };
  message.body = R"({"Records":[)" + record("one.json") + "," + record("two.json") + "]}";
  // Of the first object one batch is taken, of the second two.
  answer([](int call) {
    return call == 2 || call == 5 ? Result<>(Error{Fault::Retry, "throttled"}) : Result<>();
  });
  EXPECT_EQ(processor_.process(message).verdict, Verdict::TryLater);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"0", "1", "0", "1", "2", "3"}));
  EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a"),
            (std::vector<std::string>{"0", "1", "0", "1", "2", "3", "2", "3", "4", "4"}));
}

TEST_F(DeliveryMetrics, CountAFailedTrysBatchesOnceAndTheRestInTheNext) {
  configure("a");
  const ReceivedMessage message = store("a", 5);  // three batches
  answer([](int call) { return call == 2 ? Result<>(Error{Fault::Retry, "throttled"}) : Result<>(); });
  EXPECT_EQ(processor_.process(message).verdict, Verdict::TryLater);
  EXPECT_EQ(value("events_total"), "2");
  EXPECT_EQ(value("batches_total"), "1");
  EXPECT_EQ(value("latency_seconds_count"), "0");
  EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a").size(), 5U);
  EXPECT_EQ(value("events_total"), "5");
  EXPECT_EQ(value("bytes_total"), "5");
  EXPECT_EQ(value("batches_total"), "3");
  EXPECT_EQ(value("lag_seconds_count"), "5");
  EXPECT_EQ(value("latency_seconds_count"), "1");
  EXPECT_EQ(value("objects_total", "cloudwatch", "outcome=\"failed\","), "1");
  EXPECT_EQ(value("objects_total", "cloudwatch", "outcome=\"delivered\","), "1");
}

TEST_F(DeliveryMetrics, CountWhatWasDeliveredBeforeItWasParkedOrLeftOff) {
  configure("a");
  const ReceivedMessage message = store("a", 5);
  std::stop_source stop;
  answer([&](int) {
    stop.request_stop();
    return Result<>();
  });
  EXPECT_TRUE(processor_.process(message, {.stop = stop.get_token()}).is_interrupted);
  EXPECT_EQ(value("events_total"), "2");
  answer([](int call) { return call == 2 ? Result<>(Error{Fault::Denied, "not you"}) : Result<>(); });
  EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);
  EXPECT_EQ(value("objects_total", "cloudwatch", "outcome=\"parked\","), "1");
  EXPECT_EQ(value("events_total"), "4");
  EXPECT_EQ(value("batches_total"), "2");
  EXPECT_EQ(value("bytes_total"), "4");
}

TEST_F(DeliveryMetrics, HoldTheLagOfCopiedAndOfRewrittenObjects) {
  configure("a", "s3");
  destinations_.place(std::make_shared<fakes::MemoryStore>(clock_, BucketName("logs-of-a")));
  const ReceivedMessage ours =
      store("a", 3, {{"headgate-format", "1"}, {"headgate-lines", "3"}, {"headgate-first", kWrittenAt}});
  EXPECT_EQ(processor_.process(ours).verdict, Verdict::Done);
  EXPECT_EQ(value("lag_seconds_count", "s3"), "3");
  EXPECT_EQ(value("lag_seconds_sum", "s3"), "30");
  EXPECT_EQ(processor_.process(store("a", 2, {}, "others.json")).verdict, Verdict::Done);
  EXPECT_EQ(value("lag_seconds_count", "s3"), "5");
  EXPECT_EQ(value("lag_seconds_sum", "s3"), "50");
}

TEST_F(DeliveryMetrics, CountBytesAndLagWithoutQuarantine) {
  configure("a");
  destinations_.reject_next({.too_old_until = 1});
  EXPECT_EQ(processor_.process(store("a", 3)).verdict, Verdict::Done);
  EXPECT_EQ(value("events_total"), "2");
  EXPECT_EQ(value("bytes_total"), "2");
  EXPECT_EQ(value("lag_seconds_count"), "2");
  EXPECT_EQ(value("events_quarantined_total"), "1");
}

TEST_F(DeliveryMetrics, NameOnlyTheFirstTenantsInQuarantineToo) {
  const int named = static_cast<int>(DeliveryMeters::kNamedMax);
  for (int number = 0; number < named + 5; ++number) {
    const std::string tenant = "t" + std::to_string(number);
    configure(tenant);
    destinations_.reject_next({.too_old_until = 1});
    EXPECT_EQ(processor_.process(store(tenant, 1)).verdict, Verdict::Done);
  }
  const auto in_quarantine = [&](const std::string& tenant) {
    return value_of("headgate_quarantine_events_total{reason=\"too-old\",tenant=\"" + tenant + "\"}");
  };
  EXPECT_EQ(in_quarantine("t" + std::to_string(named - 1)), "1");
  EXPECT_EQ(in_quarantine("t" + std::to_string(named)), "-");
  EXPECT_EQ(in_quarantine("other"), "5");
}

TEST_F(DeliveryMetrics, OfALogGroupAndABucketOfOneTenantAreEachRight) {
  configure("a");
  configure("a", "s3");
  destinations_.place(std::make_shared<fakes::MemoryStore>(clock_, BucketName("logs-of-a")));
  const ReceivedMessage message =
      store("a", 3, {{"headgate-format", "1"}, {"headgate-lines", "3"}, {"headgate-first", kWrittenAt}});
  const std::string object_bytes = std::to_string(central_.text_under("cluster/").size());
  clock_.advance(std::chrono::seconds{5});
  EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);
  EXPECT_EQ(processor_.process(message).verdict, Verdict::Done);  // it comes twice
  const struct {
    const char* destination;
    std::string bytes;
    const char* batches;
  } kCases[] = {{"cloudwatch", "3", "2"}, {"s3", object_bytes, "1"}};
  for (const auto& one : kCases) {
    SCOPED_TRACE(one.destination);
    EXPECT_EQ(value("events_total", one.destination), "3");
    EXPECT_EQ(value("bytes_total", one.destination), one.bytes);
    EXPECT_EQ(value("batches_total", one.destination), one.batches);
    EXPECT_EQ(value("objects_total", one.destination, "outcome=\"delivered\","), "1");
    EXPECT_EQ(value("latency_seconds_count", one.destination), "1");
    EXPECT_EQ(value("latency_seconds_sum", one.destination), "5");
    EXPECT_EQ(value("lag_seconds_count", one.destination), "3");
    EXPECT_EQ(value("lag_seconds_sum", one.destination), "45");
  }
}

}  // namespace
}  // namespace headgate::process
