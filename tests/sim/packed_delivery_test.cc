// Packed objects on their way to the simulated accounts: each destination gets the records of the
// applications it wants, of the tenant in the key, and nothing that is the provider's.
#include <gtest/gtest.h>

#include <algorithm>

#include "deliver/batch_plan.h"
#include "deliver/packed_selection.h"
#include "sim/delivery_fixture.h"
#include "sim/packed_object.h"

namespace headgate::process {
namespace {

using sim::index_of;
using sim::lines_of;
using sim::packed_object;
using sim::SaidLine;

const ObjectKey kKey("cluster-1/tenant-a/_packed/node-7/20250830-112701-x.json.gz");

// Pods' lines interleaved, as an agent reads them.
std::vector<SaidLine> said() {
  std::vector<SaidLine> lines;
  for (int number = 0; number < 60; ++number) {
    const char* const applications[] = {"api", "etcd", "web"};
    const std::string application = applications[number % 3];
    lines.push_back({.application = application,
                     .pod = application + "-" + std::to_string(number % 2),
                     .message = application + " says " + std::to_string(number)});
  }
  return lines;
}

std::vector<SaidLine> of_application(std::vector<SaidLine> lines, std::string_view application) {
  std::erase_if(lines, [&](const SaidLine& line) { return line.application != application; });
  std::stable_sort(lines.begin(), lines.end(),
                   [](const SaidLine& left, const SaidLine& right) { return left.pod < right.pod; });
  return lines;
}

class DeliveringPacked : public testing::Test, protected sim::DeliveryFixture {
 protected:
  static TenantConfiguration destination(const char* tenant, const char* type,
                                         std::vector<std::string> desired_logs = {}) {
    TenantConfiguration made{.tenant = TenantId(tenant), .type = DestinationName(type), .enabled = true};
    made.desired_logs = std::move(desired_logs);
    if (kind_of(made.type) == DestinationKind::S3) {
      made.bucket_name = std::string("logs-of-") + tenant;
      made.bucket_prefix = "cluster-logs";
    } else {
      made.log_group_name = std::string("/logs/") + tenant;
    }
    return made;
  }
  void put_ours(const std::string& bytes, const ObjectKey& key = kKey) {
    PutOptions options{.content_type = "application/x-ndjson", .content_encoding = "gzip"};
    options.metadata = {{"headgate-format", "1"}, {"headgate-lines", "60"}, {"headgate-node", "node-7"}};
    ASSERT_TRUE(put_object(central, key, bytes, options, {}).ok());
  }
  Verdict deliver(const ObjectKey& key = kKey, std::size_t events_max = 10'000) {
    return process(key, events_max);
  }
  DeliveryId id_of(const char* destination) {
    return {.bucket = central.bucket(),
            .key = kKey,
            .tenant = TenantId("tenant-a"),
            .destination = DestinationName(destination)};
  }
  DeliveryState state_of(const char* destination) { return ledger.rows().at(id_of(destination)).entry.state; }
  // "stream: message message | message", batches by "|".
  std::vector<std::string> in_streams(const char* tenant) {
    std::vector<std::string> texts;
    for (const auto& [name, batches] : destinations.sinks().at(TenantId(tenant))->streams()) {
      std::string text = name.second.str() + ":";
      for (const sim::SimSink::Batch& batch : batches) {
        for (const auto& [at, message] : batch.events) text += " " + message;
        text += " |";
      }
      texts.push_back(text);
    }
    return texts;
  }
  const std::map<ObjectKey, sim::SimStore::Object>& in_bucket(const char* tenant) {
    return destinations.buckets().at(std::string("logs-of-") + tenant)->objects();
  }
  static void expect_nothing_of_the_provider(const sim::SimStore::Object& object) {
    std::string all = object.info.key.str() + object.bytes;
    for (const auto& [name, value] : object.info.metadata) all.append(name).append(value);
    for (const char* word : {"cluster-1", "node", "central"}) {
      EXPECT_EQ(all.find(word), std::string::npos) << word;
    }
  }
};

TEST_F(DeliveringPacked, PutsEachRecordIntoItsPodsStream) {
  tenants.add(destination("tenant-a", "cloudwatch"));
  put_ours(packed_object({{"api", "api-0", "a"}, {"web", "web-0", "b"}, {"api", "api-0", "c"}}));
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_EQ(in_streams("tenant-a"), (std::vector<std::string>{"api-0: a c |", "web-0: b |"}));
  EXPECT_EQ(state_of("cloudwatch"), DeliveryState::Delivered);
}

TEST_F(DeliveringPacked, ALogGroupGetsOnlyTheApplicationsItWants) {
  tenants.add(destination("tenant-a", "cloudwatch", {"api"}));
  tenants.add(destination("tenant-a", "cloudwatch#none", {"no-such-application"}));
  put_ours(packed_object({{"api", "api-0", "a"}, {"web", "web-0", "b"}, {"api", "api-1", "c"}}));
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_EQ(in_streams("tenant-a"), (std::vector<std::string>{"api-0: a |", "api-1: c |"}));
  EXPECT_EQ(state_of("cloudwatch"), DeliveryState::Delivered);
  EXPECT_EQ(state_of("cloudwatch#none"), DeliveryState::Filtered);
}

TEST_F(DeliveringPacked, IsNotReadForLogGroupsThatWantNothingOfItByItsIndex) {
  TenantConfiguration none = destination("tenant-a", "cloudwatch", {"no-such-application"});
  tenants.add(none);
  destinations.deny(TenantId("tenant-a"));  // nor is its role asked
  sim::SeededRandom random(1);
  std::vector<SaidLine> lines = said();
  for (SaidLine& line : lines) {
    for (int word = 0; word < 1000; ++word) line.message += std::to_string(random.next());
  }
  const std::string object = packed_object(lines);
  put_ours(object);
  const std::uint64_t calls_before = faults.calls();
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_EQ(state_of("cloudwatch"), DeliveryState::Filtered);
  const std::uint64_t calls = faults.calls() - calls_before;
  EXPECT_LT(calls * 4096, object.size() / 4);  // the simulated store gives 4 KiB a call
}

// Were batches numbered among the wanted ones, those after a change would be taken for ones delivered before.
TEST_F(DeliveringPacked, ResumesAlsoWhenTheTenantMeanwhileWantsMore) {
  TenantConfiguration wide = destination("tenant-a", "cloudwatch");
  wide.log_stream_name = "all";
  tenants.add(wide);
  std::vector<SaidLine> lines;
  lines.reserve(8);
  for (int number = 0; number < 8; ++number) {
    lines.push_back({number < 4 ? "api" : "web", "pod", std::to_string(number)});
  }
  put_ours(packed_object(lines));
  // An earlier try, when only `web` was wanted, confirmed the batch of 4 and 5: the third, after two of
  // `api`.
  const DeliveryId id = id_of("cloudwatch");
  const LeaseOwner owner("worker-1");
  deliver::Delivery earlier;
  earlier.fields = *KeyTemplate::parse(KeyTemplate::kDefault)->parse_key(kKey);
  earlier.configuration = wide;
  earlier.configuration.desired_logs = {"web"};
  const ObjectInfo info = central.head(kKey, {}).value();
  earlier.id.etag = info.etag;
  earlier.object_at = info.modified_at;
  const Progress progress{.next_batch = 3, .plan = deliver::batch_plan(earlier, {.events_max = 2})};
  ASSERT_TRUE(ledger.claim(id, owner, clock.now(), clock.now(), Deadline::never())->is_ours);
  ASSERT_TRUE(ledger.advance(id, owner, progress, clock.now(), clock.now(), Deadline::never()).ok());
  EXPECT_EQ(deliver(kKey, 2), Verdict::Done);
  EXPECT_EQ(in_streams("tenant-a"), (std::vector<std::string>{"all: 6 7 |"}));
}

// The numbers of batches in the ledger are of streams that nothing goes to any more.
TEST_F(DeliveringPacked, LosesNothingIfTheStreamTemplateChangesBetweenTries) {
  const ObjectKey of_a_pod("cluster-1/tenant-a/api/api-0/x.json.gz");
  put_ours(packed_object(said()));
  put_ours(packed_object(said()), of_a_pod);
  for (const ObjectKey& key : {kKey, of_a_pod}) {
    TenantConfiguration row = destination("tenant-a", "cloudwatch");
    row.log_stream_name = "before";
    tenants.add(row);
    const auto sink = std::static_pointer_cast<sim::SimSink>(destinations.log_sink(row, {}).value());
    sink->take_only(4);
    EXPECT_EQ(deliver(key, 7), Verdict::TryLater);
    row.log_stream_name = "{pod_name}-after";
    tenants.add(row);
    sink->take_only(1);
    EXPECT_EQ(deliver(key, 7), Verdict::TryLater);  // and counts by the new plan from now on
    sink->take_only(1'000);
    EXPECT_EQ(deliver(key, 7), Verdict::Done);
    std::vector<std::string> after;
    for (const auto& [name, batches] : sink->streams()) {
      if (!name.second.view().ends_with("-after")) continue;
      for (const sim::SimSink::Batch& batch : batches) {
        for (const auto& [at, message] : batch.events) after.push_back(message);
      }
    }
    std::vector<std::string> all;
    for (const SaidLine& line : said()) all.push_back(line.message);
    std::sort(all.begin(), all.end());
    std::sort(after.begin(), after.end());
    EXPECT_EQ(after, all) << key.view();  // each once
    destinations.forget(TenantId("tenant-a"));
  }
}

TEST_F(DeliveringPacked, CutsTheSameBatchesWhateverIsWanted) {
  TenantConfiguration narrow = destination("tenant-a", "cloudwatch", {"web"});
  narrow.log_stream_name = "all";
  tenants.add(narrow);
  std::vector<SaidLine> lines;
  lines.reserve(9);
  for (int number = 0; number < 9; ++number) {
    lines.push_back({"app", number % 2 == 0 ? "web" : "api", std::to_string(number)});
  }
  for (SaidLine& line : lines) line.application = line.pod;
  put_ours(packed_object(lines));  // api 1 3 5 7, web 0 2 4 6 8
  EXPECT_EQ(deliver(kKey, 3), Verdict::Done);
  EXPECT_EQ(in_streams("tenant-a"), (std::vector<std::string>{"all: 0 2 | 4 6 8 |"}));
  EXPECT_EQ(ledger.rows().at(id_of("cloudwatch")).entry.progress.next_batch, 3U);
}

TEST_F(DeliveringPacked, ABucketForEverythingGetsACopyWithoutTheNodesName) {
  tenants.add(destination("tenant-a", "s3"));
  const std::string object = packed_object(said());
  put_ours(object);
  EXPECT_EQ(deliver(), Verdict::Done);
  ASSERT_EQ(in_bucket("tenant-a").size(), 1U);
  const auto& [key, delivered] = *in_bucket("tenant-a").begin();
  EXPECT_EQ(key.view(), "cluster-logs/tenant-a/_packed/20250830-112701-x.json.gz");
  EXPECT_TRUE(delivered.bytes == object);
  EXPECT_EQ(delivered.info.metadata.at("headgate-lines"), "60");
  expect_nothing_of_the_provider(delivered);
}

TEST_F(DeliveringPacked, ABucketThatWantsSomeGetsTheirBytesAndAnIndexOfThem) {
  tenants.add(destination("tenant-a", "s3", {"etcd"}));
  for (const Codec codec : {Codec::Gzip, Codec::Zstd}) {
    const ObjectKey key("cluster-1/tenant-a/_packed/node-7/f.json" + std::string(suffix_of(codec)));
    const std::string object = packed_object(said(), {.codec = codec});
    put_ours(object, key);
    EXPECT_EQ(deliver(key), Verdict::Done);
    const auto found =
        std::find_if(in_bucket("tenant-a").begin(), in_bucket("tenant-a").end(), [&](const auto& one) {
          return one.first.view().starts_with("cluster-logs/tenant-a/_packed/f-selection-") &&
                 one.first.view().ends_with(".json" + std::string(suffix_of(codec)));
        });
    ASSERT_TRUE(found != in_bucket("tenant-a").end());
    const sim::SimStore::Object& delivered = found->second;
    EXPECT_TRUE(lines_of(delivered.bytes) == of_application(said(), "etcd"));
    const ObjectIndex index = index_of(delivered.bytes).value();
    EXPECT_EQ(index.lines(), 20U);
    EXPECT_EQ(index.sources.size(), 2U);
    EXPECT_NE(object.find(delivered.bytes.substr(0, index.bytes())),
              std::string::npos);  // copied as they are
    EXPECT_EQ(delivered.info.metadata.at("headgate-lines"), "20");
    expect_nothing_of_the_provider(delivered);
  }
}

TEST_F(DeliveringPacked, ABucketThatWantsEveryApplicationByNameGetsACopy) {
  tenants.add(destination("tenant-a", "s3", {"api", "etcd", "web"}));
  const std::string object = packed_object(said());
  put_ours(object);
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_TRUE(in_bucket("tenant-a").begin()->second.bytes == object);
}

TEST_F(DeliveringPacked, ABucketThatWantsNoneOfItGetsNoObject) {
  tenants.add(destination("tenant-a", "s3", {"no-such-application"}));
  put_ours(packed_object(said()));
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_TRUE(in_bucket("tenant-a").empty());
  EXPECT_EQ(state_of("s3"), DeliveryState::Filtered);
}

TEST_F(DeliveringPacked, ObjectsWithManyMembersAndALongIndexAreCutAlike) {
  std::vector<SaidLine> lines;
  for (int number = 0; number < 12'000; ++number) {
    const std::string application = "application-of-a-long-name-" + std::to_string(number % 3000);
    lines.push_back({application, application + "-0", std::to_string(number)});
  }
  const std::string object = packed_object(lines, {.buffered_bytes_max = 1U << 20U});
  const ObjectIndex index = index_of(object).value();
  ASSERT_GT(object.size() - index.bytes(), 64U << 10U);  // more than is read of the end at first
  put_ours(object);
  tenants.add(
      destination("tenant-a", "s3", {"application-of-a-long-name-7", "application-of-a-long-name-2999"}));
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_EQ(lines_of(in_bucket("tenant-a").begin()->second.bytes).size(), 8U);
}

TEST_F(DeliveringPacked, ObjectsOfOthersAreWrittenAnewWithWhatIsWanted) {
  tenants.add(destination("tenant-a", "s3", {"api"}));
  const ObjectKey key("cluster-1/tenant-a/_packed/node-7/vector.json");
  const auto line = [](const char* application, const char* pod) {
    return std::string(
               R"({"cluster_id":"cluster-1","kubernetes":{"pod_node_name":"node-7"},"message":"m",)") +
           R"("application":")" + application + R"(","pod_name":")" + pod + "\"}\n";
  };
  ASSERT_TRUE(
      put_object(central, key, line("api", "api-0") + line("web", "web-0") + line("api", "api-1"), {}, {})
          .ok());
  EXPECT_EQ(deliver(key), Verdict::Done);
  const auto& [to, delivered] = *in_bucket("tenant-a").begin();
  EXPECT_TRUE(to.view().starts_with("cluster-logs/tenant-a/_packed/vector-selection-")) << to.view();
  EXPECT_TRUE(to.view().ends_with(".json")) << to.view();
  EXPECT_TRUE(lines_of(delivered.bytes) ==
              (std::vector<SaidLine>{{"api", "api-0", "m"}, {"api", "api-1", "m"}}));
  expect_nothing_of_the_provider(delivered);
}

TEST_F(DeliveringPacked, ADamagedIndexKeepsNothingFromABucketOrALogGroup) {
  tenants.add(destination("tenant-a", "s3", {"api"}));
  tenants.add(destination("tenant-a", "cloudwatch", {"api"}));
  std::string object = packed_object(said());
  object[object.size() - 20] = static_cast<char>(object[object.size() - 20] ^ 1);
  put_ours(object);
  EXPECT_EQ(deliver(), Verdict::Done);
  EXPECT_EQ(state_of("s3"), DeliveryState::Delivered);
  EXPECT_EQ(state_of("cloudwatch"), DeliveryState::Delivered);
  EXPECT_TRUE(lines_of(in_bucket("tenant-a").begin()->second.bytes) == of_application(said(), "api"));
}

TEST_F(DeliveringPacked, TheKeyAloneSaysWhoseItIsWhateverTheRecordsClaim) {
  for (const char* tenant : {"tenant-a", "tenant-b"}) {
    tenants.add(destination(tenant, "cloudwatch"));
    tenants.add(destination(tenant, "s3"));
  }
  const ObjectKey key("cluster-1/tenant-b/_packed/node-7/f.json.gz");
  put_ours(packed_object({{"api", "api-0", "a"}}), key);  // its records say namespace tenant-a
  EXPECT_EQ(deliver(key), Verdict::Done);
  EXPECT_EQ(in_streams("tenant-b").size(), 1U);
  EXPECT_EQ(in_bucket("tenant-b").size(), 1U);
  EXPECT_FALSE(destinations.sinks().contains(TenantId("tenant-a")));
  EXPECT_FALSE(destinations.buckets().contains("logs-of-tenant-a"));
}

TEST_F(DeliveringPacked, ArrivesWholeThroughRefusedCallsAndLostReplies) {
  const std::string object = packed_object(said());
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    sim::Faults unreliable({.seed = seed, .refuse_one_in = 6, .lose_reply_one_in = 6});
    sim::SimStore store(unreliable, clock, BucketName("central"));
    sim::SimStore bucket(unreliable, clock, BucketName("logs-of-tenant-a"));
    deliver::Delivery delivery{.id = id_of("s3")};
    delivery.fields = *KeyTemplate::parse(KeyTemplate::kDefault)->parse_key(kKey);
    delivery.wants = [](const Application& application) { return application.view() != "etcd"; };
    const PutOptions options{.metadata = {{"headgate-format", "1"}}};
    while (!put_object(store, kKey, object, options, {}).ok()) {
    }
    deliver::BucketDelivery buckets(clock, store);
    Result<deliver::DeliveryCounts> counts = buckets.deliver(delivery, bucket);
    for (int tries = 0; !counts.ok() && tries < 1000; ++tries) {
      ASSERT_EQ(counts.error().fault, Fault::Retry) << counts.error().what;
      counts = buckets.deliver(delivery, bucket);
    }
    ASSERT_TRUE(counts.ok()) << "seed " << seed << ": " << counts.error().what;
    EXPECT_EQ(counts->events, 40U);
    EXPECT_EQ(counts->filtered, 20U);
    ASSERT_EQ(bucket.objects().size(), 1U);
    EXPECT_EQ(bucket.overwrites(), 0U);
    std::vector<SaidLine> wanted = of_application(said(), "api");
    for (const SaidLine& line : of_application(said(), "web")) wanted.push_back(line);
    EXPECT_TRUE(lines_of(bucket.objects().begin()->second.bytes) == wanted) << "seed " << seed;
  }
}

TEST(PackedSelection, MergesWhatTouchesAndReadsThroughSmallGaps) {
  ObjectIndex index;
  for (const char* application : {"a", "b", "a", "c"})
    index.sources.push_back({Application(application), {}});
  for (const auto& [source, bytes] : std::vector<std::pair<std::size_t, std::uint64_t>>{
           {0, 10}, {2, 5}, {1, 3}, {0, 7}, {3, 100}, {2, 1}}) {
    index.members.push_back({.source = source, .bytes = bytes, .lines = bytes});
  }
  const deliver::PackedSelection selection =
      deliver::select(index, [](const Application& application) { return application.view() == "a"; });
  const auto words = [](const std::vector<ByteRange>& ranges) {
    std::string text;
    for (const ByteRange& range : ranges) {
      text += std::to_string(range.first) + "+" + std::to_string(range.bytes) + " ";
    }
    return text;
  };
  EXPECT_EQ(words(selection.ranges), "0+15 18+7 125+1 ");
  EXPECT_EQ(selection.lines, 23U);
  EXPECT_EQ(selection.lines_left, 103U);
  EXPECT_EQ(selection.index.sources.size(), 2U);
  EXPECT_EQ(selection.index.bytes(), 23U);
  EXPECT_EQ(words(deliver::reads_of(selection.ranges, 2)), "0+15 18+7 125+1 ");
  EXPECT_EQ(words(deliver::reads_of(selection.ranges, 3)), "0+25 125+1 ");
  EXPECT_EQ(words(deliver::reads_of(selection.ranges, 100)), "0+126 ");
  EXPECT_EQ(words(deliver::reads_of({}, 100)), "");
}

}  // namespace
}  // namespace headgate::process
