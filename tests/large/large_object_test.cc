// What a delivery needs does not grow with the object: 5 GB of lines, in no more memory than any.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "base/check.h"
#include "base/metrics.h"
#include "fakes/memory_ledger.h"
#include "fakes/memory_tenant_store.h"
#include "fakes/partial_store.h"
#include "local/system_clock.h"
#include "loggen/generator.h"
#include "model/compression/compressed_writer.h"
#include "model/put_log_events.h"
#include "model/record.h"
#include "process/processor.h"

namespace headgate {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::size_t kMembers =
    4;  // a sanitizer's own memory is not measured, and its time is many times ours
constexpr std::uint64_t kPeakBytesMax = UINT64_MAX;
#else
constexpr std::size_t kMembers = 80;  // 5.4 GB
constexpr std::uint64_t kPeakBytesMax = 64U << 20U;
#endif
constexpr std::size_t kMemberBytes = 64U << 20U;  // uncompressed

// The most that was ever resident, of this program alone: getrusage() would count who started it.
std::uint64_t peak_bytes() {
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    std::uint64_t kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib << 10U;
  }
  CHECK(false);
}

// One gzip member of loggen's lines, each a whole record.
struct Member {
  std::string bytes;
  std::uint64_t lines = 0;
  std::uint64_t message_bytes = 0;
};

Member made() {
  Member member;
  StringSink sink;
  CompressedWriter writer(sink, {.codec = Codec::Gzip});
  loggen::Generator generator(*loggen::Generator::make({}));
  const RecordFrame frame(
      {.namespace_name = "tenant-a", .application = "web", .pod_name = "web-1", .container_name = "main"});
  Timestamp at = Timestamp::from_seconds(1'767'225'600);
  std::string text;
  for (std::size_t bytes = 0; bytes < kMemberBytes; at = at + std::chrono::microseconds{50}) {
    const std::string_view message = generator.next(at).message;
    text.resize(frame.bytes_max(message.size()));
    const char* const end = frame.encode({.at = at, .ingested_at = at, .message = message}, text.data());
    const auto length = static_cast<std::size_t>(end - text.data());
    CHECK(writer.write({text.data(), length}).ok());
    bytes += length;
    ++member.lines;
    member.message_bytes += message.size();
  }
  CHECK(writer.end_member().ok());
  member.bytes = std::move(sink.text);
  return member;
}

// A bucket with one object: the member, many times over.
class LargeObject : public fakes::PartialStore {
 public:
  LargeObject(const Member& member, std::size_t times)
      : PartialStore(BucketName("central")), member_(member), times_(times) {}
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange> range,
                                                    Deadline) override {
    CHECK(!range);
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(*this, key));
  }

 private:
  class Reader : public ObjectReader {
   public:
    Reader(const LargeObject& object, const ObjectKey& key) : object_(object) {
      info_.key = key;
      info_.bytes = object.member_.bytes.size() * object.times_;
    }
    const ObjectInfo& info() const override { return info_; }
    Result<std::size_t> read(std::span<char> into) override {
      const std::string& bytes = object_.member_.bytes;
      if (at_ == info_.bytes) return std::size_t{0};
      const std::size_t begin = at_ % bytes.size();
      const std::size_t count = std::min(into.size(), bytes.size() - begin);
      std::copy_n(bytes.data() + begin, count, into.data());
      at_ += count;
      return count;
    }

   private:
    const LargeObject& object_;
    ObjectInfo info_;
    std::size_t at_ = 0;
  };
  const Member& member_;
  const std::size_t times_;
};

// Makes each body as AWS gets it, counts, and lets it go.
class CountingSink : public LogSink, public Destinations {
 public:
  Result<RejectedEvents> put_events(const LogGroup& group, const LogStream& stream,
                                    std::span<const LogEvent> batch, Deadline) override {
    body_.start(group, stream);
    for (const LogEvent& event : batch) {
      CHECK(body_.add(event.at_ms, event.message));
      message_bytes += event.message.size();
    }
    CHECK(!body_.finish().empty());
    events += batch.size();
    return RejectedEvents{};
  }
  Result<> create_group(const LogGroup&, Deadline) override { return {}; }
  Result<> create_stream(const LogGroup&, const LogStream&, Deadline) override { return {}; }
  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration&, Deadline) override {
    return std::shared_ptr<LogSink>(this, [](LogSink*) {});
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration&, Deadline) override {
    return Error{Fault::Denied, "not part of this test"};
  }
  std::uint64_t events = 0;
  std::uint64_t message_bytes = 0;

 private:
  PutLogEventsBody body_;
};

TEST(AFiveGigabyteObject, IsDeliveredWholeInSixtyFourMebibytesOfMemory) {
  const Member member = made();
  local::SystemClock clock;
  Metrics metrics;
  LargeObject central(member, kMembers);
  fakes::MemoryLedger ledger;
  fakes::MemoryTenantStore tenants;
  TenantConfiguration row;
  row.tenant = TenantId("tenant-a");
  row.type = DestinationName("cloudwatch");
  row.enabled = true;
  row.log_group_name = "/logs/tenant-a";
  tenants.place({.configuration = row, .undecodable = ""});
  tenants::TenantDirectory directory(clock, tenants, {.rules = {.backend = tenants::Backend::Local}});
  CountingSink sink;
  process::Processor processor({.clock = clock,
                                .central = central,
                                .ledger = ledger,
                                .tenants = directory,
                                .destinations = sink,
                                .metrics = metrics},
                               {.buckets = {central.bucket()},
                                .key_template = *KeyTemplate::parse(KeyTemplate::kDefault),
                                .owner = LeaseOwner("test")});
  const process::Outcome outcome = processor.process(
      ObjectCreated{.bucket = central.bucket(),
                    .key = ObjectKey("cluster-1/tenant-a/web/web-1/20260101-000000-x.json.gz"),
                    .at = clock.now()});
  EXPECT_EQ(outcome.health, process::Health::Good);
  ASSERT_EQ(ledger.entries().size(), 1U);
  EXPECT_EQ(ledger.entries().begin()->second.state, DeliveryState::Delivered);
  EXPECT_EQ(sink.events, member.lines * kMembers);
  EXPECT_EQ(sink.message_bytes, member.message_bytes * kMembers);
  RecordProperty("member_bytes", std::to_string(member.bytes.size()));
  RecordProperty("peak_bytes", std::to_string(peak_bytes()));
  EXPECT_LE(peak_bytes(), kPeakBytesMax);  // the compressed member included
}

}  // namespace
}  // namespace headgate
