// 200 tenants share one worker; 10 of them refuse us, 10 throttle and 10 hang: in the call itself or already
// when the role is assumed, at CloudWatch or at S3. Objects of every tenant arrive at one rate, in real time;
// measured is from an object's arrival to its delivery, for the healthy tenants, beside a run without the
// sick: of their first objects apart, before the worker knows who is who, and of all others. Time-outs,
// breakers and back-offs are those of production divided by about sixty.
//
// Fails when the sick cost the healthy too much (kSlowerMax), when memory grows, when an object does not end
// as its tenant's kind has it, and when a line is lost or doubled: the accounts and the quarantine count by
// themselves what they accept, line by line.
//   bench_bulkheads [SECONDS [THREADS]...]
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <map>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "base/metrics.h"
#include "base/mutex.h"
#include "bulkheads_fakes.h"
#include "fakes/memory_ledger.h"
#include "fakes/memory_queue.h"
#include "fakes/memory_tenant_store.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "process/queue_worker.h"
#include "process/worker_pool.h"

namespace headgate::bulkheads {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kAnswer{20};             // of a healthy destination
constexpr milliseconds kThreadArrival{32'000};  // between two objects of one tenant, for one thread
constexpr milliseconds kThrottleEvery{1'000};   // a throttling destination takes one call in that time
constexpr milliseconds kTimeout{1'000};
constexpr std::chrono::seconds kDrainMax{120};
constexpr std::chrono::seconds kWarm{3};  // a run that only warms caches and the allocator
constexpr double kSlowerMax = 1.2;        // p99 of the healthy beside a run without the sick
constexpr double kTimerNoiseSeconds = 0.003;
constexpr int kPairsMax =
    3;  // of runs, until one is fast enough: other work on the machine comes and goes, the sick stay
constexpr double kGrowthBytesMax = 4 << 20;         // from half of the load to its end, and
constexpr double kGrowthOfAnObjectBytesMax = 2048;  // for what the fakes remember of each object

double rss_bytes() {
  std::ifstream statm("/proc/self/statm");
  double pages = 0;
  statm >> pages >> pages;
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

// The tenants' accounts.
class Accounts : public Destinations {
 public:
  Accounts(Clock& clock, Tally& tally) : clock_(clock), tally_(tally) {}

  Result<std::shared_ptr<LogSink>> log_sink(const TenantConfiguration& configuration,
                                            Deadline deadline) override {
    const int number = number_of(configuration.tenant.view());
    TRY(assume_role(number, deadline));
    return std::shared_ptr<LogSink>(std::make_shared<Account>(*this, number));
  }
  Result<std::shared_ptr<ObjectStore>> bucket(const TenantConfiguration& configuration,
                                              Deadline deadline) override {
    const int number = number_of(configuration.tenant.view());
    TRY(assume_role(number, deadline));
    return std::shared_ptr<ObjectStore>(std::make_shared<Bucket>(*this, number));
  }
  struct Latency {
    std::int64_t sent_ns = 0;
    double seconds = 0;
  };
  // Of healthy tenants' objects.
  std::vector<Latency> latencies() const {
    const MutexLock lock(mutex_);
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
  class Bucket : public fakes::PartialStore {
   public:
    Bucket(Accounts& all, int number) : PartialStore(BucketName("theirs")), all_(all), number_(number) {}
    Result<PutOutcome> copy(const CopySource& source, const ObjectKey&, PutOptions,
                            Deadline deadline) override {
      TRY(all_.answer(number_, deadline));
      Said said = read_key(source.key);
      for (said.line = 0; said.line < kLines; ++said.line) all_.tally_.deliver(said);
      all_.note_latency(number_, said);
      return PutOutcome::Stored;
    }

   private:
    Accounts& all_;
    const int number_;
  };

  // As cached: only who is sick there is asked.
  Result<> assume_role(int number, Deadline deadline) {
    return is_sick_in_role(number) && is_sick(kind_of_number(number)) ? refuse(number, deadline) : Result<>();
  }
  // What a call is answered, as soon as this tenant answers.
  Result<> answer(int number, Deadline deadline) {
    if (is_sick(kind_of_number(number)) && !is_sick_in_role(number)) return refuse(number, deadline);
    clock_.sleep(kAnswer, {});
    return {};
  }
  Result<> refuse(int number, Deadline deadline) {
    const Kind kind = kind_of_number(number);
    if (kind == Kind::Hangs) {
      clock_.sleep(deadline.left(clock_.steady()), {});
      return Error{Fault::Retry, "no answer in time"};
    }
    clock_.sleep(kAnswer, {});
    if (kind == Kind::Refuses) return Error{Fault::Denied, "AccessDenied"};
    return may_pass(number) ? Result<>() : Error{Fault::Retry, "ThrottlingException"};
  }
  Result<RejectedEvents> put(int number, std::span<const LogEvent> events, Deadline deadline) {
    TRY(answer(number, deadline));
    const auto is_poison = [](const LogEvent& event) { return event.message.starts_with(kPoison); };
    if (std::any_of(events.begin(), events.end(), is_poison)) return Error{Fault::Invalid, "an event"};
    for (const LogEvent& event : events) tally_.deliver(read_words(event.message));
    note_latency(number, read_words(events.front().message));
    return RejectedEvents{};
  }
  void note_latency(int number, const Said& said) {
    if (kind_of_number(number) != Kind::Healthy) return;
    const MutexLock lock(mutex_);
    latencies_.push_back({.sent_ns = said.sent_ns,
                          .seconds = static_cast<double>(clock_.now().nanoseconds - said.sent_ns) / 1e9});
  }
  bool may_pass(int number) {
    const MutexLock lock(mutex_);
    SteadyTime& next = next_[number];
    const SteadyTime now = clock_.steady();
    if (now < next) return false;
    next = now + kThrottleEvery;
    return true;
  }

  Clock& clock_;
  Tally& tally_;
  mutable Mutex mutex_;
  std::map<int, SteadyTime> next_;
  std::vector<Latency> latencies_;
};

// Whether a delivery of such a tenant may end so.
bool may_end(Kind kind, DeliveryState state) {
  switch (kind) {
    case Kind::Healthy:
    case Kind::Poisoned:
      return state == DeliveryState::Delivered;
    case Kind::Filters:
      return state == DeliveryState::Filtered;
    case Kind::Refuses:
    case Kind::Hangs:
      return state == DeliveryState::Parked;
    case Kind::Throttles:
      return state == DeliveryState::Delivered || state == DeliveryState::Parked;
  }
  return false;
}

double percentile(std::vector<double> values, std::size_t percent) {
  if (values.empty()) return 0;
  std::sort(values.begin(), values.end());
  return values[values.size() * percent / 100];
}

struct Ran {
  double p50 = 0;
  double p99 = 0;
  double first_p99 = 0;
  double objects = 0;
  double objects_at_half = 0;
  double rss_half = 0;
  double rss_end = 0;
  // Of lines.
  std::uint64_t in = 0;
  std::uint64_t delivered = 0;
  std::uint64_t filtered = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t parked = 0;
  std::vector<std::string> wrong;
};

class Run {
 public:
  enum class With { HealthyOnly, All };
  Run(With with, std::size_t threads, std::chrono::seconds time)
      : with_(with), threads_(threads), time_(time) {
    for (int number = 0; number < kTenants; ++number) {
      TenantConfiguration row;
      row.tenant = TenantId(name_of_number(number));
      row.type = DestinationName(is_to_bucket(number) ? "s3" : "cloudwatch");
      row.enabled = true;
      (is_to_bucket(number) ? row.bucket_name : row.log_group_name) = "logs-of-" + row.tenant.str();
      if (kind_of_number(number) == Kind::Filters) row.desired_logs = {"other"};
      tenants_.place({.configuration = row, .undecodable = ""});
    }
  }

  Ran run() {
    process::WorkerPool::Options options{.threads = threads_,
                                         .gate = {.breaker = {.open_first = milliseconds{250},
                                                              .open_longest = milliseconds{1'000},
                                                              .silent_longest = milliseconds{10'000},
                                                              .probe_max = milliseconds{2'000}},
                                                  .wait_max = milliseconds{50}}};
    options.processor.buckets = {store_.bucket()};
    options.processor.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options.processor.owner = LeaseOwner("worker");
    options.processor.timeout = kTimeout;
    options.processor.try_for = milliseconds{20'000};
    const KeyTemplate key_template = options.processor.key_template;
    process::WorkerPool pool({.clock = clock_,
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
        {.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
        key_template, worker_options);
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    Ran ran;
    arrive(ran);
    ran.rss_end = rss_bytes();
    const Deadline drained = Deadline::after(clock_.steady(), kDrainMax);
    while (queue_.size() > 0 && !drained.passed(clock_.steady())) clock_.sleep(milliseconds{20}, {});
    if (queue_.size() > 0) ran.wrong.push_back(std::to_string(queue_.size()) + " messages are never done");
    thread.request_stop();
    thread.join();
    time(ran);
    settle(ran);
    return ran;
  }

 private:
  milliseconds gap() const { return kThreadArrival / threads_; }
  // Each tenant's objects, evenly in time.
  void arrive(Ran& ran) {
    began_at_ = clock_.now();
    const SteadyTime began = clock_.steady();
    const std::chrono::nanoseconds gap_of_all = std::chrono::nanoseconds{gap()} / kTenants;
    for (std::uint64_t turn = 0;; ++turn) {
      const SteadyTime due = began + gap_of_all * turn;
      if (due - began >= time_) return;
      if (ran.rss_half == 0 && due - began >= time_ / 2) {
        ran.rss_half = rss_bytes();
        ran.objects_at_half = ran.objects;
      }
      clock_.sleep(due - clock_.steady(), {});
      const int number = static_cast<int>(turn * 7 % kTenants);
      if (with_ == With::HealthyOnly && is_sick(kind_of_number(number))) continue;
      const Timestamp now = clock_.now();
      const std::string file =
          words_of({.sent_ns = now.nanoseconds, .object = tally_.next_object()}) + ".json";
      const ObjectCreated created{
          .bucket = store_.bucket(),
          .key = ObjectKey("cluster-1/" + name_of_number(number) + "/web/web-1/" + file),
          .bytes = 1'000,
          .at = now};
      tally_.add_object(number, created.key);
      ran.objects += 1;
      if (!queue_.send(sns_envelope(created, "m"), std::chrono::seconds{0}, Deadline::never()).ok()) {
        ran.wrong.push_back("the queue refused a message");
      }
    }
  }
  std::uint64_t total(const char* name) const {
    std::uint64_t sum = 0;
    for (const auto& reading : metrics_.counters(name)) sum += reading.value;
    return sum;
  }
  void time(Ran& ran) const {
    const std::chrono::nanoseconds first_turn = gap();
    std::vector<double> first;
    std::vector<double> later;
    for (const Accounts::Latency& latency : accounts_.latencies()) {
      const bool is_first = latency.sent_ns < began_at_.nanoseconds + first_turn.count();
      (is_first ? first : later).push_back(latency.seconds);
    }
    if (later.empty()) ran.wrong.push_back("nothing was delivered to a healthy tenant");
    ran.first_p99 = percentile(first, 99);
    ran.p50 = percentile(later, 50);
    ran.p99 = percentile(later, 99);
  }
  // Holds what arrived at the destinations to what was sent, to the ledger, and to what the worker counted.
  void settle(Ran& ran) const {
    const auto entries = ledger_.entries();
    const std::vector<Tally::Object> objects = tally_.objects();
    for (const Tally::Object& object : objects) {
      const DeliveryId id{.bucket = store_.bucket(),
                          .key = object.key,
                          .tenant = TenantId(name_of_number(object.tenant)),
                          .destination = DestinationName(is_to_bucket(object.tenant) ? "s3" : "cloudwatch")};
      const auto entry = entries.find(id);
      settle_object(ran, object, entry == entries.end() ? DeliveryState::Pending : entry->second.state);
    }
    const auto hold_to = [&](const char* what, std::uint64_t counted, std::uint64_t arrived) {
      if (counted == arrived) return;
      ran.wrong.push_back(std::string(what) + ": the worker counted " + std::to_string(counted) + " lines, " +
                          std::to_string(arrived) + " arrived");
    };
    hold_to("delivered", total("headgate_deliver_events_total"), ran.delivered);
    hold_to("quarantined", total("headgate_deliver_events_quarantined_total"), ran.quarantined);
    hold_to("in all", ran.delivered + ran.filtered + ran.quarantined + ran.parked, ran.in);
    if (entries.size() != objects.size())
      ran.wrong.push_back("the ledger has other deliveries than were sent");
  }
  static void settle_object(Ran& ran, const Tally::Object& object, DeliveryState state) {
    const std::string name = object.key.str() + ": ";
    ran.in += kLines;
    if (!may_end(kind_of_number(object.tenant), state)) {
      ran.wrong.push_back(name + "ended in state " + std::to_string(static_cast<int>(state)));
    }
    if (state == DeliveryState::Filtered) ran.filtered += kLines;
    if (state == DeliveryState::Parked) ran.parked += kLines;
    const int times_due = state == DeliveryState::Delivered ? 1 : 0;
    for (std::size_t line = 0; line < kLines; ++line) {
      ran.delivered += object.delivered[line];
      ran.quarantined += object.quarantined[line];
      const int times = object.delivered[line] + object.quarantined[line];
      if (times == times_due) continue;
      ran.wrong.push_back(name + "line " + std::to_string(line) + " arrived " + std::to_string(times) +
                          " times, not " + std::to_string(times_due));
    }
  }
  std::size_t objects_max() const { return static_cast<std::size_t>(kTenants * (time_ / gap() + 1)); }

  const With with_;
  const std::size_t threads_;
  const std::chrono::seconds time_;
  Timestamp began_at_;
  local::SystemClock clock_;
  local::SystemRandom random_;
  Metrics metrics_;
  Tally tally_{objects_max()};
  CentralStore store_{tally_};
  fakes::MemoryLedger ledger_;
  fakes::MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.backend = tenants::Backend::Local}}};
  fakes::MemoryQueue queue_{clock_};
  Accounts accounts_{clock_, tally_};
};

bool is_too_slow(const Ran& with, const Ran& without) {
  return with.p99 > without.p99 * kSlowerMax + kTimerNoiseSeconds;
}

// Prints what was measured, and to stderr what is wrong with it. True when nothing is.
bool judge(std::size_t threads, const Ran& with, const Ran& without) {
  const auto print = [&](const char* name, double value, const char* unit, double ceiling = 0) {
    std::printf(R"({"name":"bulkheads/threads_%zu/%s","value":%.6g,"unit":"%s")", threads, name, value, unit);
    if (ceiling > 0) std::printf(R"(,"ceiling":%.6g)", ceiling);
    std::printf("}\n");
  };
  print("healthy_p50", with.p50, "s", without.p50);
  print("healthy_p99", with.p99, "s", without.p99);
  print("healthy_first_objects_p99", with.first_p99, "s", without.first_p99);
  print("objects", with.objects, "objects");
  print("lines_in", static_cast<double>(with.in), "lines");
  print("lines_delivered", static_cast<double>(with.delivered), "lines");
  print("lines_filtered", static_cast<double>(with.filtered), "lines");
  print("lines_quarantined", static_cast<double>(with.quarantined), "lines");
  print("lines_parked", static_cast<double>(with.parked), "lines");
  print("rss_at_half", with.rss_half, "B");
  print("rss_at_end", with.rss_end, "B");
  std::fflush(stdout);
  bool is_right = true;
  const auto complain = [&](const std::string& what) {
    std::fprintf(stderr, "bench_bulkheads: %zu threads: %s\n", threads, what.c_str());
    is_right = false;
  };
  for (const Ran* ran : {&without, &with}) {
    constexpr std::size_t kShown = 5;
    for (std::size_t at = 0; at < std::min(ran->wrong.size(), kShown); ++at) complain(ran->wrong[at]);
    if (ran->wrong.size() > kShown) complain(std::to_string(ran->wrong.size()) + " such in all");
  }
  if (is_too_slow(with, without)) {
    complain("the p99 of healthy tenants is " + std::to_string(with.p99) + " s beside sick ones, " +
             std::to_string(without.p99) + " s without them");
  }
  const double growth = with.rss_end - with.rss_half;
  if (growth > kGrowthBytesMax + kGrowthOfAnObjectBytesMax * (with.objects - with.objects_at_half)) {
    complain("memory grew by " + std::to_string(growth) + " bytes in the second half");
  }
  return is_right;
}

int run(std::chrono::seconds time, const std::vector<std::size_t>& all_threads) {
  bool is_right = true;
  for (const std::size_t threads : all_threads) {
    (void)std::make_unique<Run>(Run::With::HealthyOnly, threads, kWarm)->run();
    Ran without;
    Ran with;
    for (int pair = 0; pair < kPairsMax; ++pair) {
      without = std::make_unique<Run>(Run::With::HealthyOnly, threads, time)->run();
      with = std::make_unique<Run>(Run::With::All, threads, time)->run();
      if (!is_too_slow(with, without) || !with.wrong.empty() || !without.wrong.empty()) break;
    }
    is_right = judge(threads, with, without) && is_right;
  }
  return is_right ? 0 : 1;
}

}  // namespace
}  // namespace headgate::bulkheads

int main(int argc, char** argv) {
  std::vector<std::size_t> threads;
  for (int word = 2; word < argc; ++word) {
    threads.push_back(
        static_cast<std::size_t>(std::max<std::int64_t>(headgate::bulkheads::number_in(argv[word]), 1)));
  }
  if (threads.empty()) threads = {8, 32};  // a small worker, and the default of process.concurrency
  return headgate::bulkheads::run(
      std::chrono::seconds(argc > 1 ? headgate::bulkheads::number_in(argv[1]) : 20), threads);
}
