// One processor over fakes in memory: what becomes of a message.
#include "process/processor.h"

#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "fakes/central_fixture.h"
#include "fakes/memory_queue.h"
#include "fakes/scripted_destinations.h"
#include "fakes/waiting.h"
#include "local/system_random.h"
#include "model/compression/codec.h"
#include "model/compression/compressed_writer.h"
#include "process/plan.h"
#include "process/replay.h"
#include "process/scan.h"
#include "tenants/former_tenant.h"

namespace headgate::process {
namespace {

class Processing : public fakes::CentralFixture {
 protected:
  TenantConfiguration row(const std::string& tenant) {
    TenantConfiguration row;
    row.tenant = TenantId(tenant);
    row.type = DestinationName("cloudwatch");
    row.enabled = true;
    row.log_group_name = "/logs/" + tenant;
    return row;
  }
  void configure(const TenantConfiguration& row) {
    tenants_.place({.configuration = row, .undecodable = ""});
    directory_.forget(row.tenant);
  }
  ObjectKey store(const std::string& tenant, const std::string& bytes, const std::string& name = "x.json") {
    ObjectKey key("cluster/" + tenant + "/web/web-1/" + name);
    EXPECT_TRUE(put_object(central_, key, bytes, {.mode = PutMode::Replace}, {}).ok());
    return key;
  }
  ReceivedMessage message_of(const ObjectKey& key, const std::string& bucket = "central") {
    const ObjectCreated created{.bucket = BucketName(bucket), .key = key, .bytes = 1, .at = clock_.now()};
    return {.id = "id-1", .receipt = "r", .body = sns_envelope(created, "m"), .sent_at = clock_.now()};
  }
  Outcome process(const ReceivedMessage& message, const deliver::Limits& limits = {}) {
    return processor_.process(message, limits);
  }
  DeliveryEntry entry(const ObjectKey& key, const std::string& destination = "cloudwatch") {
    for (const auto& [id, entry] : ledger_.entries()) {
      if (id.key == key && id.destination.view() == destination) return entry;
    }
    return {.reason = "no such row"};
  }
  std::uint64_t acknowledged(const std::string& reason) {
    for (const auto& reading : metrics_.counters("headgate_process_acknowledged_total")) {
      if (reading.labels == Labels{{"reason", reason}}) return reading.value;
    }
    return 0;
  }
  std::uint64_t tried(const std::string& outcome) {
    std::uint64_t count = 0;
    for (const auto& reading : metrics_.counters("headgate_deliver_objects_total")) {
      for (const auto& [name, value] : reading.labels) {
        if (name == "outcome" && value == outcome) count += reading.value;
      }
    }
    return count;
  }
  // What the tenants' accounts answer from now on.
  void answer(const Result<>& with) { answer_ = with; }

  static constexpr const char* kLine = "{\"message\":\"hello\",\"timestamp\":\"2025-08-30T11:27:01Z\"}\n";
  Result<> answer_;
  fakes::ScriptedDestinations destinations_{[this](const TenantId&, Deadline) { return answer_; }};
  Processor processor_{{.clock = clock_,
                        .central = central_,
                        .ledger = ledger_,
                        .tenants = directory_,
                        .destinations = destinations_,
                        .metrics = metrics_},
                       {.buckets = {BucketName("central")},
                        .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                        .owner = LeaseOwner("worker")}};
};

TEST_F(Processing, SettlesAndCountsADeliveryWhoseObjectIsGoneAsLost) {
  configure(row("a"));
  const ObjectKey key("cluster/a/web/web-1/gone.json.gz");
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Lost);
  EXPECT_NE(entry(key).reason.find("the object is gone"), std::string::npos) << entry(key).reason;
  EXPECT_EQ(tried("lost"), 1U);
  EXPECT_EQ(process(message_of(key)).tally.lost_before, 1U);
}

TEST_F(Processing, RetriesAMessageWithoutASendTimeAsLongAsItComes) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  ReceivedMessage message = message_of(key);
  message.sent_at = Timestamp{};
  answer(Error{Fault::Retry, "throttled"});
  EXPECT_EQ(process(message).verdict, Verdict::TryLater);
  EXPECT_EQ(entry(key).state, DeliveryState::Pending);
}

TEST_F(Processing, RetriesAnOldBacklogForADayFromItsFirstTry) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  ReceivedMessage message = message_of(key);
  clock_.advance(std::chrono::hours{36});  // we were away
  answer(Error{Fault::Retry, "throttled"});
  for (message.receive_count = 1; message.receive_count <= 24; ++message.receive_count) {
    EXPECT_EQ(process(message).verdict, Verdict::TryLater) << message.receive_count;
    EXPECT_EQ(entry(key).state, DeliveryState::Pending);
    clock_.advance(std::chrono::hours{1});
  }
  EXPECT_EQ(process(message).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_EQ(entry(key).reason.find("tried for too long"), 0U) << entry(key).reason;
}

TEST_F(Processing, NobodyIsGivenUpAfterOneTryHoweverLongAgoThatWas) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  ReceivedMessage message = message_of(key);
  answer(Error{Fault::Retry, "throttled"});
  EXPECT_EQ(process(message).verdict, Verdict::TryLater);
  clock_.advance(std::chrono::hours{48});  // we were away again
  message.receive_count = 2;
  EXPECT_EQ(process(message).verdict, Verdict::TryLater);
  EXPECT_EQ(entry(key).state, DeliveryState::Pending);
}

// A bucket that answers nothing before the log group has its lines.
class WaitingBucket final : public ObjectStore {
 public:
  explicit WaitingBucket(std::function<bool()> is_there) : is_there_(std::move(is_there)) {}
  const BucketName& bucket() const override { return name_; }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey&, PutOptions, Deadline) override {
    was_there = static_cast<bool>(fakes::comes_true(is_there_, std::chrono::seconds{20}));
    return Error{Fault::Retry, "no answer"};
  }
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey&, std::optional<ByteRange>,
                                                    Deadline) override {
    return Error{Fault::Denied, "no"};
  }
  Result<ObjectInfo> head(const ObjectKey&, Deadline) override { return Error{Fault::Denied, "no"}; }
  Result<ObjectPage> list(std::string_view, const ObjectKey&, std::size_t, Deadline) override {
    return Error{Fault::Denied, "no"};
  }
  Result<> remove(const ObjectKey&, Deadline) override { return Error{Fault::Denied, "no"}; }
  Result<PutOutcome> copy(const CopySource&, const ObjectKey&, PutOptions, Deadline) override {
    return Error{Fault::Denied, "no"};
  }
  std::atomic<bool> was_there = false;

 private:
  const std::function<bool()> is_there_;
  const BucketName name_{"theirs"};
};

TEST_F(Processing, ABucketThatHangsHoldsUpNoLogGroupOfTheSameTenant) {
  TenantConfiguration bucket_row = row("a");
  bucket_row.type = DestinationName("s3");
  bucket_row.log_group_name.clear();
  bucket_row.bucket_name = "theirs";
  TenantConfiguration second = row("a");
  second.type = DestinationName("cloudwatch#second");
  configure(row("a"));
  configure(bucket_row);
  configure(second);
  const auto bucket =
      std::make_shared<WaitingBucket>([this] { return destinations_.messages_of("a").size() == 2; });
  destinations_.place(bucket);
  Processor processor({.clock = clock_,
                       .central = central_,
                       .ledger = ledger_,
                       .tenants = directory_,
                       .destinations = destinations_,
                       .metrics = metrics_},
                      {.buckets = {BucketName("central")},
                       .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                       .owner = LeaseOwner("worker"),
                       .is_side_by_side = true});
  const ObjectKey key = store("a", kLine);
  std::atomic<int> good = 0;
  const Outcome outcome = processor.process(message_of(key), {}, [&] { ++good; });
  EXPECT_TRUE(bucket->was_there) << "the log groups waited for the bucket";
  EXPECT_EQ(good, 2);
  EXPECT_EQ(outcome.verdict, Verdict::TryLater);
  EXPECT_EQ(outcome.health, Health::Bad);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
  EXPECT_EQ(entry(key, "cloudwatch#second").state, DeliveryState::Delivered);
  EXPECT_EQ(entry(key, "s3").state, DeliveryState::Pending);
}

TEST_F(Processing, ParksNobodyForWhatTheCentralStoreRefuses) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  for (const Fault fault : {Fault::Denied, Fault::Invalid, Fault::NotFound}) {
    central_.refuse_reads(Error{fault, "not you"});
    EXPECT_EQ(process(message_of(key)).verdict, Verdict::TryLater);
    EXPECT_EQ(entry(key).state, DeliveryState::Pending);
  }
}

TEST_F(Processing, ParksNobodyIfQuarantineCannotBeWritten) {
  configure(row("a"));
  const ObjectKey key = store("a", std::string(kLine) + kLine);
  for (const Fault fault : {Fault::Denied, Fault::Invalid, Fault::NotFound, Fault::Retry}) {
    central_.refuse_writes(Error{fault, "not you"});
    destinations_.reject_next({.too_old_until = 1});
    EXPECT_EQ(process(message_of(key)).verdict, Verdict::TryLater);
    EXPECT_EQ(entry(key).state, DeliveryState::Pending);
    ReceivedMessage odd = message_of(key);
    odd.body = "no json";
    EXPECT_EQ(process(odd).verdict, Verdict::TryLater);
  }
  central_.refuse_writes(std::nullopt);
  destinations_.reject_next({.too_old_until = 1});
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
  EXPECT_NE(central_.text_under("quarantine/a/").find("hello"), std::string::npos);
}

TEST_F(Processing, HoldsAgainstNoDestinationWhatTheCentralStoreDoes) {
  TenantConfiguration bucket = row("b");
  bucket.type = DestinationName("s3");
  bucket.log_group_name.clear();
  bucket.bucket_name = "logs-of-b";
  configure(row("a"));
  configure(bucket);
  const auto delivered = std::make_shared<fakes::MemoryStore>(clock_, BucketName("logs-of-b"));
  destinations_.place(delivered);
  for (const char* tenant : {"a", "b"}) {
    const ReceivedMessage message = message_of(store(tenant, kLine));
    central_.refuse_reads(Error{Fault::Retry, "SlowDown", std::chrono::seconds{60}});
    for (int tries = 0; tries < 100; ++tries) {
      const Outcome outcome = process(message);
      EXPECT_EQ(outcome.verdict, Verdict::TryLater);
      EXPECT_EQ(outcome.not_before.count(), 0);
      EXPECT_EQ(outcome.health, Health::Unknown);
    }
    EXPECT_EQ(tried("refused"), 0U) << tenant;
    central_.refuse_reads(std::nullopt);
    EXPECT_EQ(process(message).verdict, Verdict::Done);
  }
  EXPECT_NE(delivered->text_under("").find("hello"), std::string::npos);
}

TEST_F(Processing, DeliversAllThatIsReadableOfADamagedObject) {
  configure(row("a"));
  StringSink packed;
  CompressedWriter writer(packed, {.codec = Codec::Gzip});
  ASSERT_TRUE(writer.write(kLine).ok());
  ASSERT_TRUE(writer.end_member().ok());
  const ObjectKey key = store("a", packed.text + "trailing garbage", "x.json.gz");
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);  // never an endless loop
  EXPECT_EQ(destinations_.messages_of("a"), std::vector<std::string>{"hello"});
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_NE(entry(key).reason.find("object: "), std::string::npos) << entry(key).reason;
  EXPECT_NE(central_.text_under("quarantine/objects/").find("x.json.gz"), std::string::npos);
}

TEST_F(Processing, SettlesADamagedObjectOnlyOnceItsDetailIsKept) {
  configure(row("a"));
  const ObjectKey key = store("a", "no gzip", "x.json.gz");
  ReceivedMessage message = message_of(key);
  central_.refuse_writes(Error{Fault::Denied, "not you"});
  EXPECT_EQ(process(message).verdict, Verdict::TryLater);
  EXPECT_EQ(entry(key).state, DeliveryState::Pending);
  clock_.advance(std::chrono::hours{25});
  message.receive_count = 20;
  EXPECT_EQ(process(message).verdict, Verdict::Done);
  // At the end of its time the ledger says both.
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_NE(entry(key).reason.find("is not gzip"), std::string::npos) << entry(key).reason;
  EXPECT_NE(entry(key).reason.find("not you"), std::string::npos) << entry(key).reason;

  central_.refuse_writes(std::nullopt);
  const ObjectKey other = store("a", "no gzip", "y.json.gz");
  EXPECT_EQ(process(message_of(other)).verdict, Verdict::Done);
  EXPECT_EQ(entry(other).state, DeliveryState::Parked);
  EXPECT_NE(central_.text_under("quarantine/objects/").find("y.json.gz"), std::string::npos);
}

TEST_F(Processing, DetectsAnObjectsFormatFromItsBytes) {
  configure(row("a"));
  StringSink packed;
  CompressedWriter writer(packed, {.codec = Codec::Gzip});
  ASSERT_TRUE(writer.write(kLine).ok());
  ASSERT_TRUE(writer.end_member().ok());
  const struct {
    const char* name;
    std::string bytes;
    DeliveryState state;
  } kCases[] = {{"gzip-as-plain.json", packed.text, DeliveryState::Delivered},
                {"plain-as-gzip.json.gz", kLine, DeliveryState::Delivered},
                {"no-magic.json.gz", "?" + packed.text.substr(1), DeliveryState::Parked},
                {"text-as-zstd.json.zst", "some text\n", DeliveryState::Parked},
                {"empty.json.gz", "", DeliveryState::Delivered}};
  for (const auto& one : kCases) {
    const ObjectKey key = store("a", one.bytes, one.name);
    EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
    EXPECT_EQ(entry(key).state, one.state) << one.name << ": " << entry(key).reason;
  }
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"hello", "hello"}));
}

TEST_F(Processing, ScansOnlyForWhatTheLedgerCannotHaveForgotten) {
  configure(row("a"));
  ledger_.remember_for(std::chrono::hours{24 * 90});
  const ObjectKey old = store("a", kLine, "old.json");
  clock_.advance(std::chrono::hours{24 * 89});
  const ObjectKey known = store("a", kLine, "known.json");
  (void)process(message_of(known));
  const ObjectKey missed = store("a", kLine, "missed.json");
  store("", kLine, "no-tenant.json");
  clock_.advance(std::chrono::hours{24});
  const ObjectKey young = store("a", kLine, "young.json");
  Scan scan({.clock = clock_, .buckets = {&central_}, .ledger = ledger_, .processor = processor_},
            *KeyTemplate::parse(KeyTemplate::kDefault));
  const ScanCounts counts = scan.run({}, {});
  EXPECT_TRUE(counts.walked.refused.empty());
  EXPECT_FALSE(counts.walked.interrupted);
  EXPECT_EQ(entry(missed).state, DeliveryState::Delivered);
  EXPECT_EQ(counts.done, 2U);
  EXPECT_EQ(counts.too_old, 1U);
  EXPECT_EQ(counts.too_young, 1U);
  EXPECT_EQ(counts.skipped, 1U);
  EXPECT_EQ(destinations_.messages_of("a").size(), 2U);  // `known` once
  EXPECT_EQ(entry(old).reason, "no such row");
  EXPECT_EQ(entry(young).reason, "no such row");
}

TEST_F(Processing, ReplaysATenantsObjectsOfATimeOnlyWhereAsked) {
  configure(row("a"));
  TenantConfiguration audit = row("a");
  audit.type = DestinationName("cloudwatch#audit");
  configure(audit);
  configure(row("b"));
  const Timestamp from = clock_.now();
  const ObjectKey key = store("a", kLine, "in.json");
  (void)process(message_of(key));
  (void)process(message_of(store("b", kLine)));
  clock_.advance(std::chrono::hours{2});
  const Timestamp until = clock_.now();
  (void)process(message_of(store("a", kLine, "after.json")));
  clock_.advance(std::chrono::hours{24 * 365});
  ASSERT_EQ(destinations_.messages_of("a").size(), 4U);

  Processor replayer({.clock = clock_,
                      .central = central_,
                      .ledger = ledger_,
                      .tenants = directory_,
                      .destinations = destinations_,
                      .metrics = metrics_},
                     {.buckets = {BucketName("central")},
                      .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                      .owner = LeaseOwner("replayer"),
                      .replay = "r1",
                      .only = {DestinationName("cloudwatch#audit")}});
  Scan scan({.clock = clock_, .buckets = {&central_}, .ledger = ledger_, .processor = replayer},
            *KeyTemplate::parse(KeyTemplate::kDefault));
  const Scan::Options options{.from = from, .until = until, .tenant = TenantId("a")};
  answer(Error{Fault::Denied, "AssumeRole"});
  EXPECT_EQ(scan.run(options, {}).not_done, 1U);  // given back: nothing of a replay is parked
  answer({});
  EXPECT_EQ(scan.run(options, {}).done, 1U);
  EXPECT_EQ(scan.run(options, {}).others, 2U);  // a replay that is run again repeats nothing
  EXPECT_EQ(destinations_.messages_of("a").size(), 5U);
  EXPECT_EQ(destinations_.messages_of("b").size(), 1U);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
  EXPECT_TRUE(ledger_.parked(TenantId(), 10, Deadline::never())->empty());
}

TEST_F(Processing, PlansWhatItWouldDo) {
  TenantConfiguration picky = row("a");
  picky.desired_logs = {"other"};
  picky.type = DestinationName("cloudwatch#picky");
  TenantConfiguration bad = row("a");
  bad.type = DestinationName("cloudwatch#bad");
  bad.log_group_name = "";
  TenantConfiguration bucket = row("a");
  bucket.type = DestinationName("s3");
  bucket.log_group_name = "";
  bucket.bucket_name = "logs-of-a";
  bucket.bucket_prefix = "from/";
  for (const TenantConfiguration& one : {picky, bad, bucket, row("a")}) configure(one);
  const std::set<BucketName> buckets{BucketName("central")};
  const tenants::Groups groups;
  const KeyTemplate key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  const auto planned = [&](const std::string& key, const char* in = "central") {
    return *plan({.tenants = directory_, .groups = groups, .key_template = key_template, .buckets = buckets},
                 {.bucket = BucketName(in), .key = ObjectKey(key)}, Deadline::never());
  };
  std::map<std::string, std::string> of_a;
  for (const PlannedDelivery& one : planned("cluster/a/web/web-1/x.json"))
    of_a[one.destination.str()] = (one.is_delivered ? "to " : "not: ") + one.what;
  EXPECT_EQ(of_a["cloudwatch"], "to log group /logs/a");
  EXPECT_EQ(of_a["s3"], "to s3://logs-of-a/from/a/web/web-1/x.json");
  EXPECT_EQ(of_a["cloudwatch#picky"], "not: filtered: application web is none of: other");
  EXPECT_TRUE(of_a["cloudwatch#bad"].starts_with("not: parked: invalid configuration"))
      << of_a["cloudwatch#bad"];
  EXPECT_EQ(planned("cluster/nobody/web/web-1/x.json").at(0).what, "parked: nobody configured tenant nobody");
  EXPECT_TRUE(planned("no-key").at(0).what.starts_with("refused: key"));
  EXPECT_EQ(planned("cluster/a/web/web-1/x.json", "theirs").at(0).what,
            "refused: bucket: not one of ours: theirs");
  EXPECT_TRUE(ledger_.entries().empty());
}

TEST_F(Processing, PutsAnUnreadableMessageIntoQuarantineAndAcksIt) {
  EXPECT_EQ(process({.id = "id-1", .receipt = "r", .body = "no json"}).verdict, Verdict::Done);
  EXPECT_NE(central_.text_under("quarantine/messages/id-1").find("no json"), std::string::npos);
}

TEST_F(Processing, ReadsNoObjectOfABucketThatIsNotOurs) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  EXPECT_EQ(process(message_of(key, "someone-elses")).verdict, Verdict::Done);
  EXPECT_TRUE(destinations_.messages_of("a").empty());
  EXPECT_NE(central_.text_under("quarantine/messages/id-1").find("not one of ours"), std::string::npos);
}

TEST_F(Processing, AcknowledgesAndCountsADisabledTenantsObjects) {
  TenantConfiguration disabled = row("a");
  disabled.enabled = false;
  TenantConfiguration expired = row("b");  // which DynamoDB has not removed yet
  expired.ttl = clock_.now().seconds() - 1;
  std::uint64_t count = 0;
  for (const TenantConfiguration& configuration : {disabled, expired}) {
    configure(configuration);
    EXPECT_EQ(process(message_of(store(configuration.tenant.str(), kLine))).verdict, Verdict::Done);
    EXPECT_EQ(acknowledged("disabled"), ++count);
  }
  EXPECT_TRUE(ledger_.entries().empty());
}

TEST_F(Processing, FiltersByApplicationAndCountsIt) {
  TenantConfiguration picky = row("a");
  picky.desired_logs = {"other"};
  configure(picky);
  const ObjectKey key = store("a", kLine);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Filtered);
  EXPECT_TRUE(destinations_.messages_of("a").empty());
}

TEST_F(Processing, OneInvalidConfigurationStopsNoneOfTheOthers) {
  TenantConfiguration bad = row("a");
  bad.type = DestinationName("cloudwatch#bad");
  bad.log_group_name = "";
  configure(bad);
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
  EXPECT_EQ(entry(key, "cloudwatch#bad").state, DeliveryState::Parked);
  EXPECT_NE(entry(key, "cloudwatch#bad").reason.find("invalid configuration"), std::string::npos);
}

TEST_F(Processing, ParksNothingForWhatWasFixedAMomentAgo) {
  const ObjectKey before = store("a", kLine, "before.json");
  EXPECT_EQ(process(message_of(before)).verdict, Verdict::Done);
  EXPECT_EQ(entry(before, "*").state, DeliveryState::Parked);
  tenants_.place({.configuration = row("a"), .undecodable = ""});  // and the view of it is still cached
  clock_.advance(std::chrono::seconds{5});                         // nobody is asked about twice an object
  const ObjectKey after = store("a", kLine, "after.json");
  EXPECT_EQ(process(message_of(after)).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a"), std::vector<std::string>{"hello"});
}

TEST_F(Processing, DeliversAMessageThatComesTwiceOnce) {
  configure(row("a"));
  const ReceivedMessage message = message_of(store("a", kLine));
  EXPECT_EQ(process(message).verdict, Verdict::Done);
  EXPECT_EQ(process(message).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a").size(), 1U);
}

// Workers of that name that died while they delivered it.
void die(Ledger& ledger, const ObjectKey& key, int times) {
  const DeliveryId id{.bucket = BucketName("central"),
                      .key = key,
                      .tenant = TenantId("a"),
                      .destination = DestinationName("cloudwatch")};
  for (int time = 0; time < times; ++time) {
    const auto claim = ledger.claim(id, LeaseOwner("worker"), Timestamp::from_seconds(1),
                                    Timestamp::from_seconds(2), Deadline::never());
    ASSERT_TRUE(claim.ok() && claim->is_ours);
  }
}

TEST_F(Processing, TriesADeliveryThatWorkersDiedOfAloneOnly) {
  configure(row("a"));
  const Task task = read_task(message_of(store("a", kLine)), *KeyTemplate::parse(KeyTemplate::kDefault));
  const ObjectKey& key = task.objects.at(0).object.key;
  die(ledger_, key, 2);
  for (int time = 0; time < 5; ++time) {
    const Outcome left = processor_.process(task, {}, {}, Isolation::Shared);
    EXPECT_EQ(left.verdict, Verdict::TryLater);
    EXPECT_TRUE(left.needs_alone);
    EXPECT_TRUE(destinations_.messages_of("a").empty());
  }
  const Outcome alone = processor_.process(task, {}, {}, Isolation::Alone);
  EXPECT_EQ(alone.verdict, Verdict::Done);
  EXPECT_FALSE(alone.needs_alone);
  EXPECT_EQ(destinations_.messages_of("a"), (std::vector<std::string>{"hello"}));
  EXPECT_EQ(metrics_.counter("headgate_process_tried_alone_total", "").value(), 1U);
}

TEST_F(Processing, ParksWhatThreeWorkersDiedOfWithoutATry) {
  configure(row("a"));
  const Task task = read_task(message_of(store("a", kLine)), *KeyTemplate::parse(KeyTemplate::kDefault));
  const ObjectKey& key = task.objects.at(0).object.key;
  die(ledger_, key, 3);
  EXPECT_EQ(processor_.process(task, {}, {}, Isolation::Shared).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_EQ(entry(key).reason, "workers died while they delivered this, 3 in a row");
  EXPECT_TRUE(destinations_.messages_of("a").empty());
  EXPECT_EQ(tried("parked"), 1U);
}

TEST_F(Processing, ADestinationThatRefusesIsNoDeathHoweverOften) {
  configure(row("a"));
  const Task task = read_task(message_of(store("a", kLine)), *KeyTemplate::parse(KeyTemplate::kDefault));
  const ObjectKey& key = task.objects.at(0).object.key;
  answer(Error{Fault::Retry, "throttled"});
  for (int time = 0; time < 20; ++time) {
    const Outcome outcome = processor_.process(task, {}, {}, Isolation::Shared);
    EXPECT_EQ(outcome.verdict, Verdict::TryLater);
    EXPECT_FALSE(outcome.needs_alone);
    EXPECT_EQ(entry(key).open_claims, 0U);
    clock_.advance(std::chrono::minutes{1});
  }
}

TEST_F(Processing, AStopIsNoDeathHoweverOftenAndForgetsNone) {
  configure(row("a"));
  const Task task = read_task(message_of(store("a", kLine)), *KeyTemplate::parse(KeyTemplate::kDefault));
  const ObjectKey& key = task.objects.at(0).object.key;
  answer(Error{Fault::Stopped, "we are stopping"});
  for (int deaths = 0; deaths < 3; ++deaths) {
    for (int time = 0; time < 5; ++time) {
      EXPECT_TRUE(processor_.process(task, {}, {}, Isolation::Alone).is_interrupted);
      EXPECT_EQ(entry(key).open_claims, static_cast<std::uint32_t>(deaths));
    }
    die(ledger_, key, 1);
  }
}

TEST_F(Processing, LeavesADeliveryToTheWorkerThatHasIt) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  const DeliveryId id{.bucket = BucketName("central"),
                      .key = key,
                      .tenant = TenantId("a"),
                      .destination = DestinationName("cloudwatch")};
  const Timestamp until = clock_.now() + std::chrono::minutes{5};
  ASSERT_TRUE(ledger_.claim(id, LeaseOwner("another"), clock_.now(), until, Deadline::never())->is_ours);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::TryLater);
  EXPECT_TRUE(destinations_.messages_of("a").empty());
  clock_.advance(std::chrono::minutes{6});  // it died
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a").size(), 1U);
}

TEST_F(Processing, ReadsAnObjectOnceForAllLogDestinationsOfItsTenant) {
  configure(row("a"));
  TenantConfiguration audit = row("a");
  audit.type = DestinationName("cloudwatch#audit");
  audit.log_group_name = "/audit/a";
  configure(audit);
  const ObjectKey key = store("a", kLine);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("a").size(), 2U);  // to both groups
  EXPECT_EQ(entry(key, "cloudwatch#audit").state, DeliveryState::Delivered);
  EXPECT_EQ(central_.reads(), 1U);
}

TEST_F(Processing, NeverDeliversIntoCentralBucketsNorFromQuarantine) {
  TenantConfiguration circle = row("a");
  circle.type = DestinationName("s3");
  circle.log_group_name.clear();
  circle.bucket_name = "central";
  configure(circle);
  const ObjectKey key = store("a", kLine);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key, "s3").state, DeliveryState::Parked);
  EXPECT_NE(entry(key, "s3").reason.find("central bucket"), std::string::npos) << entry(key, "s3").reason;

  const ObjectKey ours("quarantine/a/cloudwatch/0123456789abcdef-x.json.gz/0-invalid.ndjson");
  EXPECT_EQ(process(message_of(ours)).verdict, Verdict::Done);
  EXPECT_EQ(acknowledged("quarantine"), 1U);
}

// An agent writes such a cluster's keys so that they cannot be mistaken; others, and earlier versions, do
// not.
TEST_F(Processing, DeliversWhatAClusterOrATenantNamedQuarantineWrites) {
  configure(row("a"));
  KeyFields fields{.cluster = ClusterId("quarantine"),
                   .namespace_name = Namespace("a"),
                   .application = Application("web"),
                   .pod = PodName("web-1"),
                   .tenant = TenantId("a"),
                   .file = "x.json"};
  const ObjectKey written = *KeyTemplate::parse(KeyTemplate::kDefault)->render(fields);
  for (const ObjectKey& key : {written, ObjectKey("quarantine/a/web/web-1/y.json")}) {
    ASSERT_TRUE(put_object(central_, key, kLine, {.mode = PutMode::Replace}, {}).ok());
    EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
    EXPECT_EQ(entry(key).state, DeliveryState::Delivered) << key.view();
  }
  EXPECT_EQ(acknowledged("quarantine"), 0U);
}

TEST_F(Processing, SaysNothingInItsLogOfWhatLinesSay) {
  configure(row("a"));
  testing::internal::CaptureStderr();
  answer(Error{Fault::Invalid, "refused"});
  (void)process(message_of(store("a", "{\"message\":\"hunter2\"}\n", "refused.json")));
  (void)process(message_of(store("a", "hunter2 no json {\n", "text.json")));
  (void)process(message_of(store("a", "hunter2 no gzip\n", "text.json.gz")));
  (void)process(message_of(store("nobody", "hunter2\n", "unknown.json")));
  (void)process({.id = "id-1", .receipt = "r", .body = "hunter2"});
  const std::string log = testing::internal::GetCapturedStderr();
  EXPECT_NE(log.find("parked"), std::string::npos);
  EXPECT_EQ(log.find("hunter2"), std::string::npos) << log;
}

TEST_F(Processing, TriesAgainForHoursWhatMayWorkAndParksItThen) {
  configure(row("a"));
  answer(Error{Fault::Retry, "throttled"});
  const ObjectKey key = store("a", kLine);
  ReceivedMessage message = message_of(key);
  for (int hour = 0; hour < 24; ++hour) {
    EXPECT_EQ(process(message).verdict, Verdict::TryLater) << hour;
    EXPECT_EQ(entry(key).state, DeliveryState::Pending);
    clock_.advance(std::chrono::hours{1});
    ++message.receive_count;
  }
  EXPECT_EQ(process(message).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_NE(entry(key).reason.find("throttled"), std::string::npos) << entry(key).reason;
}

TEST_F(Processing, DoesNotCallASilentDestinationAndSaysWhenToRetry) {
  configure(row("a"));
  int calls = 0;
  fakes::ScriptedDestinations destinations([&](const TenantId&, Deadline) -> Result<> {
    ++calls;
    clock_.advance(std::chrono::seconds{60});
    return Error{Fault::Retry, "no answer"};
  });
  Processor processor({.clock = clock_,
                       .central = central_,
                       .ledger = ledger_,
                       .tenants = directory_,
                       .destinations = destinations,
                       .metrics = metrics_},
                      {.buckets = {BucketName("central")},
                       .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                       .owner = LeaseOwner("worker")});
  const ReceivedMessage message = message_of(store("a", kLine));
  for (int tries = 0; tries < 2; ++tries) EXPECT_EQ(processor.process(message).health, Health::Bad);
  EXPECT_EQ(calls, 2);
  const Outcome refused = processor.process(message);
  EXPECT_EQ(calls, 2);
  EXPECT_EQ(refused.verdict, Verdict::TryLater);
  EXPECT_GT(refused.not_before.count(), 0);
  EXPECT_EQ(tried("refused"), 1U);
  EXPECT_EQ(tried("failed"), 2U);
  clock_.advance(refused.not_before);
  (void)processor.process(message);
  EXPECT_EQ(calls, 3);
}

TEST_F(Processing, ComesBackWhenTheDestinationSaidAndNotBefore) {
  configure(row("a"));
  answer(Error{Fault::Retry, "503", std::chrono::seconds{90}});
  const ReceivedMessage message = message_of(store("a", kLine));
  EXPECT_EQ(process(message).not_before, std::chrono::seconds{90});
  EXPECT_EQ(tried("failed"), 1U);
  EXPECT_EQ(process(message).not_before, std::chrono::seconds{90});
  EXPECT_EQ(tried("refused"), 1U) << "it is not even asked";
  answer({});
  clock_.advance(std::chrono::seconds{90});
  EXPECT_EQ(process(message).verdict, Verdict::Done);
}

TEST_F(Processing, CallsARecoveredDestinationThoughAnotherSkippedIt) {
  configure(row("a"));
  answer(Error{Fault::Retry, "500"});
  const ReceivedMessage message = message_of(store("a", kLine));
  Outcome outcome;
  for (int tries = 0; tries < 3; ++tries) outcome = process(message);
  ASSERT_GT(outcome.not_before.count(), 0) << "its breaker is open";
  answer({});
  clock_.advance(outcome.not_before);
  const ObjectKey empty = store("a", "", "empty.json");  // nothing of it is put
  EXPECT_EQ(process(message_of(empty)).verdict, Verdict::Done);
  EXPECT_EQ(process(message).verdict, Verdict::Done);
}

TEST_F(Processing, LeavesOffWhenItsTimeIsOver) {
  configure(row("a"));
  const ObjectKey key = store("a", kLine);
  const Outcome outcome = process(message_of(key), {.until = Deadline{clock_.steady()}});
  EXPECT_EQ(outcome.verdict, Verdict::TryLater);
  EXPECT_TRUE(outcome.is_interrupted);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
}

class Replaying : public Processing {
 protected:
  ReplayCounts replay(const std::string& tenant = "") {
    ParkedReplay replay({.clock = clock_,
                         .random = random_,
                         .ledger = ledger_,
                         .central = central_,
                         .tenants = directory_,
                         .queue = queue_});
    const Result<ReplayCounts> counts = replay.run({.tenant = TenantId(tenant)}, Deadline::never());
    EXPECT_TRUE(counts.ok());
    return *counts;
  }
  // Receives and processes what replay() sent.
  void work() {
    clock_.advance(std::chrono::minutes{1});
    const auto messages = queue_.receive({}, Deadline::never());
    for (const ReceivedMessage& message : *messages) EXPECT_EQ(process(message).verdict, Verdict::Done);
  }
  local::SystemRandom random_;
  fakes::MemoryQueue queue_{clock_};
};

TEST_F(Replaying, DeliversAnUnknownTenantsObjectsOnceItIsConfigured) {
  const ObjectKey key = store("late", kLine);
  EXPECT_EQ(process(message_of(key)).verdict, Verdict::Done);
  EXPECT_EQ(entry(key, "*").state, DeliveryState::Parked);
  EXPECT_EQ(entry(key, "*").reason, "unknown tenant");
  EXPECT_EQ(replay().left, 1U);
  EXPECT_EQ(entry(key, "*").state, DeliveryState::Parked);

  configure(row("late"));
  EXPECT_EQ(replay().messages, 1U);
  work();
  EXPECT_EQ(destinations_.messages_of("late").size(), 1U);
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
  EXPECT_TRUE(ledger_.parked(TenantId(), 10, Deadline::never())->empty());
}

TEST_F(Replaying, WhatWaitedForACustomerWhoLeftIsNeverTheNextOnes) {
  const ObjectKey unknown = store("again", kLine, "unknown.json");
  const ReceivedMessage of_unknown = message_of(unknown);
  EXPECT_EQ(process(of_unknown).verdict, Verdict::Done);
  configure(row("again"));
  answer(Error{Fault::Denied, "AssumeRole: access denied"});
  const ObjectKey refused = store("again", kLine, "refused.json");
  const ReceivedMessage of_refused = message_of(refused);
  (void)process(of_refused);
  EXPECT_EQ(entry(refused).state, DeliveryState::Parked);
  answer({});

  // The customer leaves, and another is given the id.
  clock_.advance(std::chrono::hours{1});
  tenants_.place({.configuration = tenants::left_row(TenantId("again"), clock_.now()), .undecodable = ""});
  clock_.advance(std::chrono::hours{1});
  TenantConfiguration next = row("again");
  next.created_at = to_rfc3339(clock_.now());
  tenants_.place({.configuration = next, .undecodable = ""});
  directory_.forget(TenantId("again"));
  EXPECT_EQ(replay().left, 2U);
  EXPECT_EQ(replay().messages, 0U);
  // In the queue it may still be, too.
  EXPECT_EQ(process(of_unknown).verdict, Verdict::Done);
  EXPECT_EQ(process(of_refused).verdict, Verdict::Done);
  EXPECT_TRUE(destinations_.messages_of("again").empty());
  EXPECT_EQ(entry(refused).state, DeliveryState::Parked);

  clock_.advance(std::chrono::hours{1});
  const ObjectKey since = store("again", kLine, "since.json");
  EXPECT_EQ(process(message_of(since)).verdict, Verdict::Done);
  EXPECT_EQ(destinations_.messages_of("again").size(), 1U);
}

TEST_F(Replaying, DeliversAllOnceAnInvalidConfigurationIsFixed) {
  TenantConfiguration broken = row("a");
  broken.log_group_name = "";
  configure(broken);
  const ObjectKey key = store("a", kLine);
  (void)process(message_of(key));
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  configure(row("a"));
  EXPECT_EQ(replay("a").deliveries, 1U);
  work();
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
}

TEST_F(Replaying, GoesOnWhereADeniedDeliveryStopped) {
  configure(row("a"));
  answer(Error{Fault::Denied, "AssumeRole: access denied"});
  const ObjectKey key = store("a", kLine);
  (void)process(message_of(key));
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  answer({});
  EXPECT_EQ(replay("b").deliveries, 0U);
  EXPECT_EQ(replay("a").deliveries, 1U);
  work();
  EXPECT_EQ(entry(key).state, DeliveryState::Delivered);
}

// A clock that moves whenever someone looks.
class SlowClock final : public Clock {
 public:
  Timestamp now() const override { return Timestamp::from_seconds(1'800'000'000 + 10 * looks_); }
  SteadyTime steady() const override { return SteadyTime{std::chrono::seconds{10 * ++looks_}}; }
  bool sleep(std::chrono::nanoseconds, const std::stop_token&) override { return false; }

 private:
  mutable std::int64_t looks_ = 0;
};

TEST_F(Replaying, AnnouncesAnObjectAgainForEachUnparkedDelivery) {
  TenantConfiguration other = row("a");
  other.type = DestinationName("cloudwatch#other");
  configure(other);
  configure(row("a"));
  answer(Error{Fault::Denied, "AssumeRole: access denied"});
  const ObjectKey key = store("a", kLine);
  (void)process(message_of(key));
  EXPECT_EQ(entry(key).state, DeliveryState::Parked);
  EXPECT_EQ(entry(key, "cloudwatch#other").state, DeliveryState::Parked);
  SlowClock slow;
  ParkedReplay parked({.clock = slow,
                       .random = random_,
                       .ledger = ledger_,
                       .central = central_,
                       .tenants = directory_,
                       .queue = queue_});
  const ReplayCounts counts = parked.run({}, Deadline::never()).value();
  EXPECT_EQ(counts.deliveries, 2U);
  EXPECT_GE(counts.messages, 2U) << "the first may be worked on before the second is unparked";
}

TEST_F(Replaying, SettlesAMissingObjectAsLostAndSaysWhyItWaited) {
  for (const char* configured : {"", "a"}) {  // also while its tenant is still not known
    const ObjectKey key = store("a", kLine, std::string(configured) + "x.json");
    (void)process(message_of(key));
    if (*configured != '\0') configure(row("a"));
    ASSERT_TRUE(central_.remove(key, {}).ok());
    const std::string since = to_rfc3339(clock_.now());
    clock_.advance(std::chrono::hours{24 * 7});
    EXPECT_EQ(replay().lost, 1U);
    const DeliveryEntry lost = entry(key, "*");
    EXPECT_EQ(lost.state, DeliveryState::Lost);
    EXPECT_EQ(lost.reason, "the object is gone; it was parked since " + since + ": unknown tenant");
    EXPECT_EQ(lost.updated_at, clock_.now());
  }
  EXPECT_EQ(queue_.size(), 0U);
}

TEST_F(Replaying, ReleasesWhatTheFilterAsksForAndNothingElse) {
  configure(row("a"));
  answer(Error{Fault::Denied, "AssumeRole: access denied"});
  const ObjectKey early = store("a", kLine, "early.json");
  const ObjectKey late = store("a", kLine, "late.json");
  const ObjectKey nobodys = store("nobody", kLine);
  (void)process(message_of(early));
  (void)process(message_of(nobodys));
  clock_.advance(std::chrono::hours{1});
  const Timestamp between = clock_.now();
  (void)process(message_of(late));
  const auto keys = [&](const ParkedFilter& filter) {
    std::string text;
    const std::vector<Ledger::ParkedDelivery> listed =
        list_parked(ledger_, DeliveryState::Parked, filter, Deadline::never()).value();
    for (const Ledger::ParkedDelivery& one : listed)
      text += one.id.tenant.str() + ' ' + one.id.key.str().substr(one.id.key.view().rfind('/') + 1) + ' ';
    return text;
  };
  EXPECT_EQ(keys({}), "a early.json nobody x.json a late.json ");
  EXPECT_EQ(keys({.tenant = TenantId("a")}), "a early.json a late.json ");
  EXPECT_EQ(keys({.reason = "unknown"}), "nobody x.json ");
  EXPECT_EQ(keys({.key = late}), "a late.json ");
  EXPECT_EQ(keys({.from = between}), "a late.json ");
  EXPECT_EQ(keys({.until = between}), "a early.json nobody x.json ");
  EXPECT_EQ(keys({.destination = DestinationName("cloudwatch"), .count_max = 1}), "a early.json ");
}

}  // namespace
}  // namespace headgate::process
