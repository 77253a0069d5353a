// 200 tenants share one worker; 10 of them refuse us, 10 throttle and 10 hang. Objects of every tenant arrive
// at one rate, in real time; measured is from an object's arrival to its delivery, for the healthy tenants,
// beside a run without the others. Then everything has to end in a known state, and the lines to add up.
// Time-outs, breakers and back-offs are those of production divided by about sixty.
//   bench_bulkheads [SECONDS]
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "fakes/memory_ledger.h"
#include "fakes/memory_queue.h"
#include "fakes/memory_tenant_store.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "process/queue_worker.h"

namespace headgate {
namespace {

using std::chrono::milliseconds;

constexpr int kTenants = 200;
constexpr int kOfEachKind = 10;
constexpr int kLines = 20;                     // of an object
constexpr milliseconds kAnswer{20};            // of a healthy destination
constexpr milliseconds kArrival{1'000};        // between two objects of one tenant
constexpr milliseconds kThrottleEvery{1'000};  // a throttling destination takes one call in that time
constexpr milliseconds kTimeout{1'000};

enum class Kind { Healthy, Filters, Poisoned, Refuses, Throttles, Hangs };

Kind kind_of_number(int number) {
  constexpr Kind kKinds[] = {Kind::Refuses, Kind::Throttles, Kind::Hangs, Kind::Filters, Kind::Poisoned};
  const auto group = static_cast<std::size_t>(number / kOfEachKind);
  return group < std::size(kKinds) ? kKinds[group] : Kind::Healthy;
}
bool is_sick(Kind kind) {
  return kind == Kind::Refuses || kind == Kind::Throttles || kind == Kind::Hangs;
}
std::string name_of_number(int number) {
  return "tenant-" + std::to_string(number);
}
// The number that a text starts with.
std::int64_t number_in(std::string_view text) {
  std::int64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}
int number_of(std::string_view tenant) {
  return static_cast<int>(number_in(tenant.substr(tenant.find('-') + 1)));
}

double rss_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// Objects that are made when they are read: their key says what is in them.
class GeneratedStore : public ObjectStore {
 public:
  const BucketName& bucket() const override { return bucket_; }
  Result<std::unique_ptr<ObjectReader>> open_reader(const ObjectKey& key, std::optional<ByteRange>,
                                                    Deadline) override {
    const std::string file = key.str().substr(key.str().rfind('/') + 1);
    const bool is_poisoned =
        kind_of_number(number_of(key.str().substr(key.str().find("tenant-")))) == Kind::Poisoned;
    std::string text;
    for (int line = 0; line < kLines; ++line) {
      const char* what = is_poisoned && line == 7 ? "poison " : "";
      text += "{\"message\":\"" + std::string(what) + file + "\",\"timestamp\":\"2026-01-01T00:00:00Z\"}\n";
    }
    return std::unique_ptr<ObjectReader>(std::make_unique<Reader>(text));
  }
  Result<std::unique_ptr<ObjectWriter>> open_writer(const ObjectKey&, PutOptions, Deadline) override {
    return std::unique_ptr<ObjectWriter>(std::make_unique<Nowhere>());
  }
  Result<ObjectInfo> head(const ObjectKey&, Deadline) override { return unused(); }
  Result<ObjectPage> list(std::string_view, const ObjectKey&, std::size_t, Deadline) override {
    return unused();
  }
  Result<> remove(const ObjectKey&, Deadline) override { return unused(); }
  Result<PutOutcome> copy(const CopySource&, const ObjectKey&, PutOptions, Deadline) override {
    return unused();
  }

 private:
  class Reader : public ObjectReader {
   public:
    explicit Reader(const std::string& text) : source_(text) {}
    const ObjectInfo& info() const override { return info_; }
    Result<std::size_t> read(std::span<char> into) override { return source_.read(into); }

   private:
    const ObjectInfo info_;
    StringSource source_;
  };
  class Nowhere : public ObjectWriter {
   public:
    Result<> append(std::string_view) override { return {}; }
    Result<PutOutcome> commit() override { return PutOutcome::Stored; }
  };
  static Error unused() { return Error{Fault::Invalid, "not part of the benchmark"}; }
  const BucketName bucket_{"central"};
};

// The tenants' accounts.
class Accounts : public Destinations {
 public:
  explicit Accounts(Clock& clock) : clock_(clock) {}

  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration, Deadline) override {
    return std::shared_ptr<LogSink>(std::make_shared<Account>(*this, number_of(configuration.tenant.view())));
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration&, Deadline) override {
    return Error{Fault::Denied, "not part of the benchmark"};
  }
  // Of healthy tenants' objects, sorted.
  std::vector<double> latencies() {
    const std::lock_guard lock(mutex_);
    std::sort(latencies_.begin(), latencies_.end());
    return latencies_;
  }

 private:
  class Account : public LogSink {
   public:
    Account(Accounts& all, int number) : all_(all), number_(number) {}
    Result<RejectedEvents> put_events(const LogGroup&, const LogStream&, std::span<const LogEvent> events,
                                      Deadline deadline) override {
      return all_.put(number_, events, deadline);
    }
    Result<> create_group(const LogGroup&, Deadline) override { return {}; }
    Result<> create_stream(const LogGroup&, const LogStream&, Deadline) override { return {}; }

   private:
    Accounts& all_;
    const int number_;
  };

  Result<RejectedEvents> put(int number, std::span<const LogEvent> events, Deadline deadline) {
    const Kind kind = kind_of_number(number);
    if (kind == Kind::Hangs) {
      clock_.sleep(deadline.left(clock_.steady()), {});
      return Error{Fault::Retry, "no answer in time"};
    }
    clock_.sleep(kAnswer, {});
    if (kind == Kind::Refuses) return Error{Fault::Denied, "AccessDenied"};
    if (kind == Kind::Throttles && !may_pass(number)) return Error{Fault::Retry, "ThrottlingException"};
    if (kind == Kind::Poisoned) {
      const auto is_poison = [](const LogEvent& event) { return event.message.starts_with("poison"); };
      if (std::any_of(events.begin(), events.end(), is_poison)) return Error{Fault::Invalid, "an event"};
    }
    if (kind == Kind::Healthy) {
      const std::int64_t sent = number_in(events.front().message);
      const std::lock_guard lock(mutex_);
      latencies_.push_back(static_cast<double>(clock_.now().nanoseconds - sent) / 1e9);
    }
    return RejectedEvents{};
  }
  bool may_pass(int number) {
    const std::lock_guard lock(mutex_);
    SteadyTime& next = next_[number];
    const SteadyTime now = clock_.steady();
    if (now < next) return false;
    next = now + kThrottleEvery;
    return true;
  }

  Clock& clock_;
  std::mutex mutex_;  // guards all below
  std::map<int, SteadyTime> next_;
  std::vector<double> latencies_;
};

struct Ran {
  double p50 = 0;
  double p99 = 0;
  std::uint64_t objects = 0;
  std::uint64_t lines_in = 0;
  std::uint64_t lines_settled = 0;
  double rss_half = 0;
  double rss_end = 0;
};

class Run {
 public:
  enum class With { HealthyOnly, All };
  Run(With with, std::chrono::seconds time) : with_(with), time_(time) {
    for (int number = 0; number < kTenants; ++number) {
      TenantConfiguration row;
      row.tenant = TenantId(name_of_number(number));
      row.type = DestinationName("cloudwatch");
      row.enabled = true;
      row.log_group_name = "/logs/" + row.tenant.str();
      if (kind_of_number(number) == Kind::Filters) row.desired_logs = {"other"};
      tenants_.place({.configuration = row, .undecodable = ""});
    }
  }

  Ran run() {
    process::Crew::Options options{
        .threads = 32,
        .gate = {.breaker = {.open_first = milliseconds{250}, .open_longest = milliseconds{10'000}},
                 .wait_max = milliseconds{50}}};
    options.processor.buckets = {store_.bucket()};
    options.processor.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options.processor.owner = LeaseOwner("worker");
    options.processor.timeout = kTimeout;
    options.processor.try_for = milliseconds{20'000};
    const KeyTemplate key_template = options.processor.key_template;
    process::Crew crew({.clock = clock_,
                        .central = store_,
                        .ledger = ledger_,
                        .tenants = directory_,
                        .destinations = accounts_,
                        .metrics = metrics_},
                       std::move(options));
    process::QueueWorker::Options worker_options;
    worker_options.wait = milliseconds{200};
    worker_options.retry = {.first = milliseconds{1'000}, .longest = milliseconds{10'000}};
    process::QueueWorker worker(
        {.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .crew = crew},
        key_template, worker_options);
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    Ran ran;
    arrive(ran);
    while (queue_.size() > 0) clock_.sleep(milliseconds{20}, {});
    thread.request_stop();
    thread.join();
    ran.rss_end = rss_bytes();
    const std::vector<double> latencies = accounts_.latencies();
    ran.p50 = latencies[latencies.size() / 2];
    ran.p99 = latencies[latencies.size() * 99 / 100];
    ran.lines_in = ran.objects * kLines;
    ran.lines_settled = settled_lines();
    return ran;
  }

 private:
  // Each tenant's objects, evenly in time.
  void arrive(Ran& ran) {
    const SteadyTime began = clock_.steady();
    const std::chrono::nanoseconds gap = std::chrono::nanoseconds{kArrival} / kTenants;
    for (std::uint64_t turn = 0;; ++turn) {
      const SteadyTime due = began + gap * turn;
      if (due - began >= time_) return;
      if (ran.rss_half == 0 && due - began >= time_ / 2) ran.rss_half = rss_bytes();
      clock_.sleep(due - clock_.steady(), {});
      const int number = static_cast<int>(turn * 7 % kTenants);
      if (with_ == With::HealthyOnly && is_sick(kind_of_number(number))) continue;
      const Timestamp now = clock_.now();
      const ObjectCreated created{.bucket = store_.bucket(),
                                  .key = ObjectKey("cluster-1/" + name_of_number(number) + "/web/web-1/" +
                                                   std::to_string(now.nanoseconds) + ".json"),
                                  .bytes = 1'000,
                                  .at = now};
      if (queue_.send(sns_envelope(created, "m"), std::chrono::seconds{0}).ok()) ++ran.objects;
    }
  }
  std::uint64_t total(const char* name) const {
    std::uint64_t sum = 0;
    for (const auto& reading : metrics_.counters(name)) sum += reading.value;
    return sum;
  }
  std::uint64_t settled_lines() const {
    std::uint64_t lines =
        total("headgate_deliver_events_total") + total("headgate_deliver_events_quarantined_total");
    for (const auto& [id, entry] : ledger_.entries()) {
      const bool is_whole = entry.state == DeliveryState::Filtered || entry.state == DeliveryState::Parked;
      if (is_whole) lines += kLines;
    }
    return lines;
  }

  const With with_;
  const std::chrono::seconds time_;
  local::SystemClock clock_;
  local::SystemRandom random_;
  Metrics metrics_;
  GeneratedStore store_;
  fakes::MemoryLedger ledger_;
  fakes::MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.world = tenants::World::Local}}};
  fakes::MemoryQueue queue_{clock_};
  Accounts accounts_{clock_};
};

void print(const char* name, double value, const char* unit, double ceiling = 0) {
  std::printf(R"({"name":"bulkheads/%s","value":%.6g,"unit":"%s")", name, value, unit);
  if (ceiling > 0) std::printf(R"(,"ceiling":%.6g)", ceiling);
  std::printf("}\n");
}

int run(std::chrono::seconds time) {
  const Ran without = std::make_unique<Run>(Run::With::HealthyOnly, time)->run();
  const Ran with = std::make_unique<Run>(Run::With::All, time)->run();
  print("healthy_p50", with.p50, "s", without.p50);
  print("healthy_p99", with.p99, "s", without.p99);
  print("objects", static_cast<double>(with.objects), "objects");
  print("rss_at_half", with.rss_half, "B");
  print("rss_at_end", with.rss_end, "B");
  bool is_balanced = true;
  for (const Ran& ran : {without, with}) {
    if (ran.lines_in == ran.lines_settled) continue;
    std::fprintf(stderr, "bench_bulkheads: %llu lines came in, %llu are accounted for\n",
                 static_cast<unsigned long long>(ran.lines_in),
                 static_cast<unsigned long long>(ran.lines_settled));
    is_balanced = false;
  }
  return is_balanced ? 0 : 1;
}

}  // namespace
}  // namespace headgate

int main(int argc, char** argv) {
  return headgate::run(std::chrono::seconds(argc > 1 ? headgate::number_in(argv[1]) : 20));
}
