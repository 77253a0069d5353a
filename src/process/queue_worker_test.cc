// Real threads over fakes in memory.
#include "process/queue_worker.h"
#include "base/mutex.h"

#include <gtest/gtest.h>

#include <atomic>
#include <limits>
#include <set>
#include <thread>

#include "fakes/memory_ledger.h"
#include "fakes/memory_queue.h"
#include "fakes/memory_store.h"
#include "fakes/memory_tenant_store.h"
#include "fakes/scripted_destinations.h"
#include "fakes/waiting.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "process/invocation.h"
#include "process/worker_pool.h"

namespace headgate::process {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// A gate that a destination waits at until the test opens it, or its call is out of time.
class Latch {
 public:
  Result<> wait(Clock& clock, Deadline deadline) {
    const SteadyTime until = CondVar::after(deadline.left(clock.steady()));
    const MutexLock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    while (!is_open_ && changed_.wait_until(mutex_, until)) {
    }
    return is_open_ ? Result<>() : Result<>(Error{Fault::Retry, "no answer in time"});
  }
  void open() {
    const MutexLock lock(mutex_);
    is_open_ = true;
    changed_.notify_all();
  }
  void wait_for_callers(int count) {
    const SteadyTime until = CondVar::after(fakes::kPatience);
    const MutexLock lock(mutex_);
    while (waiting_ < count && changed_.wait_until(mutex_, until)) {
    }
    EXPECT_GE(waiting_, count) << waiting_ << " callers of " << count;
  }

 private:
  Mutex mutex_;
  CondVar changed_;
  int waiting_ GUARDED_BY(mutex_) = 0;
  bool is_open_ GUARDED_BY(mutex_) = false;
};

class Working : public testing::Test {
 protected:
  void configure(const std::string& tenant) {
    TenantConfiguration row;
    row.tenant = TenantId(tenant);
    row.type = DestinationName("cloudwatch");
    row.enabled = true;
    row.log_group_name = "/logs/" + tenant;
    tenants_.place({.configuration = row, .undecodable = ""});
  }
  // An object of one line, and the message that says so.
  void store(const std::string& tenant, const std::string& line) {
    const ObjectKey key("cluster/" + tenant + "/web/web-1/" + line + ".json");
    const std::string text = "{\"message\":\"" + line + "\",\"timestamp\":\"2025-08-30T11:27:01Z\"}\n";
    ASSERT_TRUE(put_object(central_, key, text, {}, {}).ok());
    const ObjectCreated created{
        .bucket = central_.bucket(), .key = key, .bytes = text.size(), .at = clock_.now()};
    ASSERT_TRUE(queue_.send(sns_envelope(created, "id"), seconds{0}, Deadline::never()).ok());
  }
  WorkerPool::Options pool_options(std::size_t threads) {
    WorkerPool::Options options{.threads = threads, .gate = {.tries_max = 1}};
    options.processor.buckets = {central_.bucket()};
    options.processor.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
    options.processor.owner = LeaseOwner("worker");
    options.processor.timeout = call_timeout_;
    return options;
  }
  Processor::Deps deps() {
    return {.clock = clock_,
            .central = central_,
            .ledger = ledger_,
            .tenants = directory_,
            .destinations = *destinations_,
            .metrics = metrics_};
  }
  void act(fakes::ScriptedDestinations::Act act) {
    destinations_ = std::make_unique<fakes::ScriptedDestinations>(std::move(act));
  }
  // Works until `until` says so.
  template <typename Until>
  void work(QueueWorker::Options options, std::size_t threads, Until until) {
    WorkerPool pool(deps(), pool_options(threads));
    QueueWorker worker(
        {.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
        *KeyTemplate::parse(KeyTemplate::kDefault), std::move(options));
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    EXPECT_TRUE(fakes::comes_true(until));
    thread.request_stop();
    thread.join();
  }
  static QueueWorker::Options quick() {
    QueueWorker::Options options;
    options.wait = milliseconds{20};
    return options;
  }
  std::size_t settled(DeliveryState state) {
    std::size_t count = 0;
    for (const auto& [id, entry] : ledger_.entries()) count += entry.state == state ? 1 : 0;
    return count;
  }
  std::uint64_t given_back() {
    for (const auto& reading : metrics_.counters("headgate_process_messages_total")) {
      if (reading.labels == Labels{{"verdict", "given-back"}}) return reading.value;
    }
    return 0;
  }
  local::SystemClock clock_;
  local::SystemRandom random_;
  Metrics metrics_;
  fakes::MemoryQueue queue_{clock_};
  fakes::MemoryStore central_{clock_, BucketName("central")};
  fakes::MemoryLedger ledger_;
  fakes::MemoryTenantStore tenants_;
  tenants::TenantDirectory directory_{clock_, tenants_, {.rules = {.backend = tenants::Backend::Local}}};
  std::unique_ptr<fakes::ScriptedDestinations> destinations_ =
      std::make_unique<fakes::ScriptedDestinations>();
  milliseconds call_timeout_{30'000};
};

TEST_F(Working, DeliversEveryMessageOnceAndRemovesIt) {
  std::set<std::string> lines;
  for (const char* tenant : {"a", "b", "c"}) {
    configure(tenant);
    for (int number = 0; number < 30; ++number) store(tenant, tenant + std::to_string(number));
  }
  work(quick(), 4, [&] { return queue_.size() == 0; });
  EXPECT_EQ(settled(DeliveryState::Delivered), 90U);
  for (const char* tenant : {"a", "b", "c"}) EXPECT_EQ(destinations_->messages_of(tenant).size(), 30U);
}

TEST_F(Working, OfTwoWorkersThatGetTheSameObjectsOneDeliversEach) {
  act([&](const TenantId&, Deadline) {
    (void)clock_.sleep(milliseconds{1}, {});  // long enough that the other worker comes in between
    return Result<>();
  });
  configure("a");
  for (int number = 0; number < 50; ++number) {
    for (int times = 0; times < 3; ++times) store("a", std::to_string(number));
  }
  WorkerPool::Options other = pool_options(4);
  other.processor.owner = LeaseOwner("another");
  WorkerPool pool(deps(), std::move(other));
  QueueWorker::Options options = quick();
  options.retry = {.first = milliseconds{1}, .longest = milliseconds{1}};
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
  work(options, 4, [&] { return queue_.size() == 0; });
  EXPECT_EQ(destinations_->messages_of("a").size(), 50U);
  EXPECT_EQ(settled(DeliveryState::Delivered), 50U);
}

TEST_F(Working, KeepsAMessageInvisibleForAsLongAsItIsWorkedOn) {
  Latch latch;
  act([&](const TenantId&, Deadline deadline) { return latch.wait(clock_, deadline); });
  configure("slow");
  store("slow", "line");
  QueueWorker::Options options = quick();
  options.visibility = seconds{1};
  const SteadyTime until = clock_.steady() + seconds{2};  // twice the visibility
  std::atomic<bool> is_open = false;
  work(options, 1, [&] {
    if (!is_open && clock_.steady() >= until) {
      latch.open();
      is_open = true;
    }
    return queue_.size() == 0;
  });
  EXPECT_EQ(destinations_->messages_of("slow").size(), 1U);
  EXPECT_GE(queue_.changes().size(), 2U);
}

TEST_F(Working, AHangingTenantHoldsItsOwnShareOfTheThreadsOnly) {
  Latch latch;
  act([&](const TenantId& tenant, Deadline deadline) -> Result<> {
    return tenant.view() == "hangs" ? latch.wait(clock_, deadline) : Result<>();
  });
  configure("hangs");
  configure("works");
  for (int number = 0; number < 20; ++number) store("hangs", "h" + std::to_string(number));
  for (int number = 0; number < 20; ++number) store("works", "w" + std::to_string(number));
  work(quick(), 4, [&] {
    if (destinations_->messages_of("works").size() < 20) return false;
    latch.open();
    return true;
  });
  EXPECT_EQ(destinations_->messages_of("works").size(), 20U);
}

TEST_F(Working, AHangingTenantLeavesRoomBeforeItsFirstFailure) {
  Latch latch;
  std::atomic<int> failures = 0;
  act([&](const TenantId& tenant, Deadline deadline) -> Result<> {
    if (tenant.view() != "hangs") return {};
    const Result<> waited = latch.wait(clock_, deadline);
    if (!waited.ok()) ++failures;
    return waited;
  });
  configure("hangs");
  configure("works");
  for (int number = 0; number < 7; ++number) store("hangs", "h" + std::to_string(number));
  for (int number = 0; number < 10; ++number) store("works", "w" + std::to_string(number));
  QueueWorker::Options options = quick();
  options.room.messages_max = 4;
  options.retry = {.first = milliseconds{1}, .longest = milliseconds{1}};
  work(options, 4, [&] {
    if (destinations_->messages_of("works").size() < 10) return false;
    EXPECT_EQ(failures, 0);
    latch.open();
    return true;
  });
  EXPECT_GT(given_back(), 0U);
}

TEST_F(Working, ALoneTenantsMessagesAreNotTakenToBeGivenBack) {
  configure("a");
  for (int number = 0; number < 200; ++number) store("a", std::to_string(number));
  QueueWorker::Options options = quick();
  options.room.messages_max = 4;
  work(options, 4, [&] { return queue_.size() == 0; });
  EXPECT_EQ(destinations_->messages_of("a").size(), 200U);
  EXPECT_LT(given_back(), 10U);  // none, but where the machine stands still for a second
}

TEST_F(Working, WhenStoppedFinishesOpenWorkAndReturnsTheRest) {
  Latch latch;
  act([&](const TenantId&, Deadline deadline) { return latch.wait(clock_, deadline); });
  configure("a");
  for (int number = 0; number < 5; ++number) store("a", std::to_string(number));
  std::jthread opener([&] {
    latch.wait_for_callers(1);
    EXPECT_TRUE(
        fakes::comes_true([&] { return queue_.depth(Deadline::never())->waiting >= 4; }));  // four went back
    latch.open();
  });
  work(quick(), 1, [&] {
    latch.wait_for_callers(1);
    return true;
  });
  EXPECT_EQ(destinations_->messages_of("a").size(), 1U);
  EXPECT_EQ(queue_.size(), 4U);
  EXPECT_EQ(queue_.depth(Deadline::never())->waiting, 4U);
}

TEST_F(Working, AtTheEndOfItsGraceReturnsTheMessageAtOnce) {
  Latch latch;
  act([&](const TenantId&, Deadline deadline) { return latch.wait(clock_, deadline); });
  call_timeout_ = milliseconds{200};  // the call under way cannot be cut short
  configure("a");
  store("a", "line");
  QueueWorker::Options options = quick();
  options.grace = milliseconds{1};
  work(options, 1, [&] {
    latch.wait_for_callers(1);
    return true;
  });
  EXPECT_EQ(queue_.size(), 1U);
  EXPECT_EQ(settled(DeliveryState::Pending), 1U);
}

TEST_F(Working, TakesMessagesByTheirBytesAndNotByNumber) {
  std::atomic<std::uint64_t> held_max = 0;
  act([&](const TenantId&, Deadline) -> Result<> {
    held_max = std::max(held_max.load(), queue_.depth(Deadline::never())->in_flight);
    return {};
  });
  configure("a");
  for (int number = 0; number < 20; ++number) store("a", std::to_string(number));
  QueueWorker::Options options = quick();
  options.room = {.bytes_max = 1, .messages_max = 100};  // one object fills it
  work(options, 4, [&] { return queue_.size() == 0; });
  EXPECT_EQ(held_max, 1U);
}

TEST_F(Working, ABatchNamesTheMessagesThatAreNotDone) {
  act([](const TenantId& tenant, Deadline) -> Result<> {
    if (tenant.view() == "bad") return Error{Fault::Retry, "throttled"};
    return {};
  });
  configure("good");
  configure("bad");
  store("good", "one");
  store("bad", "two");
  store("good", "three");
  const std::vector<ReceivedMessage> messages =
      queue_.receive({.visibility = seconds{60}, .wait = seconds{1}}, Deadline::never()).value();
  ASSERT_EQ(messages.size(), 3U);
  WorkerPool pool(deps(), pool_options(4));
  InvocationProcessor batches(clock_, random_, pool, *KeyTemplate::parse(KeyTemplate::kDefault), {}, &queue_);
  const std::vector<std::string> not_done =
      batches.process(messages, Deadline::after(clock_.steady(), seconds{60}));
  EXPECT_EQ(not_done, std::vector<std::string>{messages[1].id});
  EXPECT_EQ(queue_.changes().size(), 1U);  // hidden for as long as its back-off says
  EXPECT_EQ(settled(DeliveryState::Delivered), 2U);
}

TEST_F(Working, ABatchEndsBeforeItsDeadlineWhateverHangs) {
  Latch latch;
  act([&](const TenantId& tenant, Deadline deadline) -> Result<> {
    return tenant.view() == "hangs" ? latch.wait(clock_, deadline) : Result<>();
  });
  configure("good");
  configure("hangs");
  store("hangs", "one");
  store("good", "two");
  const std::vector<ReceivedMessage> messages =
      queue_.receive({.visibility = seconds{60}, .wait = seconds{1}}, Deadline::never()).value();
  WorkerPool pool(deps(), pool_options(2));
  InvocationProcessor batches(clock_, random_, pool, *KeyTemplate::parse(KeyTemplate::kDefault),
                              {.margin = milliseconds{200}});
  const Deadline deadline = Deadline::after(clock_.steady(), milliseconds{500});
  EXPECT_EQ(batches.process(messages, deadline), std::vector<std::string>{messages[0].id});
  EXPECT_FALSE(deadline.passed(clock_.steady()));
  latch.open();
}

// Bodies as anyone writes them who may send to the queue.
std::string body_of(const std::vector<std::pair<std::string, std::uint64_t>>& keys, const char* bucket) {
  std::string body = R"({"Records":[)";
  for (const auto& [key, bytes] : keys) {
    if (body.back() != '[') body += ',';
    body += R"({"s3":{"bucket":{"name":")" + std::string(bucket) + R"("},"object":{"key":")" + key +
            R"(","size":)" + std::to_string(bytes) + "}}}";
  }
  return body + "]}";
}

TEST_F(Working, OutlivesSizesThatAddUpBeyondSixtyFourBits) {
  constexpr std::uint64_t kMost = std::numeric_limits<std::uint64_t>::max();
  for (const auto& keys :
       {std::vector<std::pair<std::string, std::uint64_t>>{{"c/a/w/p/1.json", kMost}, {"c/a/w/p/2.json", 2}},
        {{"c/b/w/p/1.json", kMost}},
        {{"c/b/w/p/2.json", kMost - 1}, {"c/b/w/p/3.json", kMost}}}) {
    ASSERT_TRUE(queue_.send(body_of(keys, "central"), seconds{0}, Deadline::never()).ok());
  }
  configure("works");
  for (int number = 0; number < 20; ++number) store("works", std::to_string(number));
  work(quick(), 4, [&] { return queue_.size() == 0; });
  EXPECT_EQ(destinations_->messages_of("works").size(), 20U);
}

TEST_F(Working, PutsAMessageIntoQuarantineOnceWithAllItsReasons) {
  std::vector<std::pair<std::string, std::uint64_t>> keys;
  for (int number = 0; number < 50; ++number) keys.emplace_back("no-key-" + std::to_string(number), 1);
  ASSERT_TRUE(queue_.send(body_of(keys, "central"), seconds{0}, Deadline::never()).ok());
  work(quick(), 2, [&] { return queue_.size() == 0; });
  const auto page = central_.list("quarantine/", ObjectKey(), 1'000, Deadline::never());
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects.size(), 1U);
}

// A queue that answers nothing until its call is over or its receives are asked to stop.
class HangingQueue final : public Queue {
 public:
  HangingQueue(Clock& clock, std::stop_token receive_stop) : clock_(clock), stop_(std::move(receive_stop)) {}
  Result<> send(std::string, seconds, Deadline) override { return no_answer(); }
  Result<std::vector<ReceivedMessage>> receive(const Receive&, Deadline) override {
    is_asked = true;
    clock_.sleep(seconds{25}, stop_);
    return no_answer();
  }
  Result<> remove(const std::string&, Deadline deadline) override { return hang(deadline); }
  Result<> change_visibility(const std::string&, seconds, Deadline deadline) override {
    return hang(deadline);
  }
  Result<QueueDepth> depth(Deadline) override { return no_answer(); }
  std::atomic<bool> is_asked = false;

 private:
  static Error no_answer() { return Error{Fault::Retry, "no answer"}; }
  Result<> hang(Deadline deadline) {
    clock_.sleep(deadline.left(clock_.steady()), {});
    return no_answer();
  }
  Clock& clock_;
  const std::stop_token stop_;
};

// A queue whose policy does not let us change a message's visibility.
class FixedVisibilityQueue final : public fakes::MemoryQueue {
 public:
  using MemoryQueue::MemoryQueue;
  Result<> change_visibility(const std::string&, seconds, Deadline) override {
    return Error{Fault::Denied, "AccessDenied"};
  }
};

TEST_F(Working, CountsEachRefusedChangeOfVisibility) {
  act([](const TenantId&, Deadline) -> Result<> { return Error{Fault::Retry, "throttled"}; });
  configure("bad");
  FixedVisibilityQueue fixed(clock_);
  const auto send = [&](const std::string& line) {
    store("bad", line);
    for (ReceivedMessage& message :
         queue_.receive({.count_max = 1, .visibility = seconds{60}}, Deadline::never()).value())
      ASSERT_TRUE(fixed.send(std::move(message.body), seconds{0}, Deadline::never()).ok());
  };
  const auto counted = [&] {
    std::uint64_t sum = 0;
    for (const auto& one : metrics_.counters("headgate_process_visibility_failures_total")) sum += one.value;
    return sum;
  };
  WorkerPool pool(deps(), pool_options(2));
  {
    QueueWorker worker(
        {.clock = clock_, .random = random_, .queue = fixed, .metrics = metrics_, .pool = pool},
        *KeyTemplate::parse(KeyTemplate::kDefault), quick());
    EXPECT_EQ(counted(), 0U);
    for (const char* line : {"one", "two", "three"}) send(line);
    std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
    EXPECT_TRUE(fakes::comes_true([&] { return counted() >= 3; }));
  }
  VisibilityFailures failures(clock_, metrics_);
  const std::uint64_t before = counted();
  send("four");
  InvocationProcessor batches(clock_, random_, pool, *KeyTemplate::parse(KeyTemplate::kDefault), {}, &fixed,
                              &failures);
  const auto messages = fixed.receive({.count_max = 1, .visibility = seconds{60}}, Deadline::never()).value();
  EXPECT_EQ(batches.process(messages, Deadline::after(clock_.steady(), seconds{60})).size(), 1U);
  EXPECT_EQ(counted(), before + 1);
}

TEST_F(Working, AHangingQueueDelaysNeitherStopNorStatus) {
  std::stop_source receive_stop;
  HangingQueue hanging(clock_, receive_stop.get_token());
  WorkerPool pool(deps(), pool_options(2));
  QueueWorker::Options options = quick();
  options.grace = milliseconds{200};
  QueueWorker worker(
      {.clock = clock_, .random = random_, .queue = hanging, .metrics = metrics_, .pool = pool},
      *KeyTemplate::parse(KeyTemplate::kDefault), options);
  EXPECT_FALSE(worker.status().ok());  // nothing is known yet
  std::jthread thread([&](const std::stop_token& stop) {
    const std::stop_callback with_it(stop, [&] { receive_stop.request_stop(); });
    worker.run(stop);
  });
  EXPECT_TRUE(fakes::comes_true([&] { return hanging.is_asked.load(); }));
  const SteadyTime before = clock_.steady();
  EXPECT_FALSE(worker.status().ok());
  thread.request_stop();
  thread.join();
  EXPECT_LT(clock_.steady() - before, seconds{5});
}

// As SQS's client: no call outlives its deadline or the stop of what writes.
class StrictQueue final : public fakes::MemoryQueue {
 public:
  StrictQueue(Clock& clock, std::stop_token stop)
      : MemoryQueue(clock), clock_(clock), stop_(std::move(stop)) {}
  Result<> change_visibility(const std::string& receipt, seconds visibility, Deadline deadline) override {
    ++calls;
    if (is_hanging) clock_.sleep(deadline.left(clock_.steady()), stop_);
    if (is_hanging || stop_.stop_requested() || deadline.passed(clock_.steady()))
      return Error{Fault::Retry, "no answer"};
    return MemoryQueue::change_visibility(receipt, visibility, deadline);
  }
  std::atomic<bool> is_hanging = false;
  std::atomic<int> calls = 0;

 private:
  Clock& clock_;
  const std::stop_token stop_;
};

TEST_F(Working, ReturnsInterruptedMessagesWithinItsGrace) {
  QueueWorker::Options options = quick();
  options.grace = milliseconds{2'000};
  StrictQueue queue(clock_, options.stops.writes.get_token());
  std::atomic<bool> is_called = false;
  act([&, stop = options.stops.deliveries.get_token()](const TenantId&, Deadline deadline) -> Result<> {
    is_called = true;
    clock_.sleep(deadline.left(clock_.steady()), stop);  // as a client does
    return Error{Fault::Stopped, "stopped"};
  });
  configure("a");
  store("a", "line");
  ASSERT_TRUE(
      queue.send(body_of({{"cluster/a/web/web-1/line.json", 1}}, "central"), seconds{0}, Deadline::never())
          .ok());
  WorkerPool pool(deps(), pool_options(1));
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
  EXPECT_TRUE(fakes::comes_true([&] { return is_called.load(); }));
  thread.request_stop();
  thread.join();
  EXPECT_EQ(queue.depth(Deadline::never())->waiting, 1U);
}

// Its second receive waits until it is stopped.
class PolledQueue final : public fakes::MemoryQueue {
 public:
  PolledQueue(Clock& clock, std::stop_token stop)
      : MemoryQueue(clock), clock_(clock), stop_(std::move(stop)) {}
  Result<std::vector<ReceivedMessage>> receive(const Receive& asked, Deadline deadline) override {
    if (!is_asked.exchange(true)) return MemoryQueue::receive(asked, deadline);
    polled_at = clock_.steady();
    clock_.sleep(deadline.left(clock_.steady()), stop_);
    return Error{Fault::Stopped, "stopped"};
  }
  Result<> give_back(const std::vector<std::string>& receipts, Deadline deadline) override {
    given_back_at = clock_.steady();
    return MemoryQueue::give_back(receipts, deadline);
  }
  std::atomic<bool> is_asked = false;
  std::atomic<SteadyTime> polled_at = kLongAgo;
  std::atomic<SteadyTime> given_back_at = kLongAgo;

 private:
  Clock& clock_;
  const std::stop_token stop_;
};

TEST_F(Working, ReturnsNothingThatAnOpenReceiveMayTakeAgain) {
  QueueWorker::Options options = quick();
  options.wait = milliseconds{200};
  std::stop_source receive_stop;
  PolledQueue queue(clock_, receive_stop.get_token());
  Latch latch;
  act([&](const TenantId&, Deadline deadline) { return latch.wait(clock_, deadline); });
  configure("a");
  for (int number = 0; number < 2; ++number) {
    const std::string line = std::to_string(number);
    store("a", line);
    ASSERT_TRUE(queue
                    .send(body_of({{"cluster/a/web/web-1/" + line + ".json", 1}}, "central"), seconds{0},
                          Deadline::never())
                    .ok());
  }
  WorkerPool pool(deps(), pool_options(1));
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  std::jthread thread([&](const std::stop_token& stop) {
    const std::stop_callback with_it(stop, [&] { receive_stop.request_stop(); });
    worker.run(stop);
  });
  latch.wait_for_callers(1);
  EXPECT_TRUE(fakes::comes_true([&] { return queue.polled_at.load() != kLongAgo; }));
  thread.request_stop();
  EXPECT_TRUE(fakes::comes_true([&] { return queue.given_back_at.load() != kLongAgo; }));
  latch.open();
  thread.join();
  EXPECT_GE(queue.given_back_at.load() - queue.polled_at.load(), options.wait);
  EXPECT_EQ(queue.size(), 1U);
  EXPECT_EQ(queue.depth(Deadline::never())->waiting, 1U);
}

TEST_F(Working, StopsWithinItsGraceThoughTheQueueHangs) {
  QueueWorker::Options options = quick();
  options.grace = milliseconds{300};
  options.buckets = {central_.bucket()};
  StrictQueue queue(clock_, options.stops.writes.get_token());
  queue.is_hanging = true;
  // A message that goes back as soon as it came: the thread that receives is the one that hangs.
  ASSERT_TRUE(queue.send(body_of({{"c/a/w/p/1.json", 1}}, "theirs"), seconds{0}, Deadline::never()).ok());
  WorkerPool pool(deps(), pool_options(1));
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
  EXPECT_TRUE(fakes::comes_true([&] { return queue.calls > 0; }));
  const SteadyTime before = clock_.steady();
  thread.request_stop();
  thread.join();
  EXPECT_LT(clock_.steady() - before, seconds{5});  // the call itself would take 20
}

TEST_F(Working, SaysThatItWorksOnceTheQueueHasAnswered) {
  WorkerPool pool(deps(), pool_options(2));
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), quick());
  EXPECT_FALSE(worker.status().ok());
  EXPECT_TRUE(worker.step({}).ok());
  EXPECT_TRUE(worker.status().ok());
}

TEST_F(Working, StopsInsteadOfDrainingTheQueueOfAnotherEnvironment) {
  for (int number = 0; number < 20; ++number) {
    const auto body = body_of({{"c/a/w/p/" + std::to_string(number) + ".json", 1}}, "theirs");
    ASSERT_TRUE(queue_.send(body, seconds{0}, Deadline::never()).ok());
  }
  QueueWorker::Options options = quick();
  options.buckets = {central_.bucket()};
  WorkerPool pool(deps(), pool_options(2));
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  for (int turn = 0; turn < 5; ++turn) EXPECT_TRUE(worker.step({}).ok());
  EXPECT_EQ(queue_.size(), 20U);  // all of them went back
  const auto page = central_.list("quarantine/", ObjectKey(), 10, Deadline::never());
  EXPECT_TRUE(page.ok() && page->objects.empty());
  const Result<> status = worker.status();
  ASSERT_FALSE(status.ok());
  EXPECT_NE(status.error().what.find("theirs and not central"), std::string::npos) << status.error().what;

  configure("a");
  store("a", "ours");  // and it goes on as soon as a message names our bucket
  for (int turn = 0; turn < 30 && !worker.status().ok(); ++turn) EXPECT_TRUE(worker.step({}).ok());
  EXPECT_TRUE(worker.status().ok());
  worker.drain(Deadline::never());
}

TEST_F(Working, OneMessageOfAnotherBucketAmongOursGoesToQuarantine) {
  configure("a");
  store("a", "one");
  QueueWorker::Options options = quick();
  options.buckets = {central_.bucket()};
  work(options, 1, [&] { return queue_.size() == 0; });
  ASSERT_TRUE(queue_.send(body_of({{"c/a/w/p/x.json", 1}}, "theirs"), seconds{0}, Deadline::never()).ok());
  store("a", "two");
  options.retry = {.first = milliseconds{1}, .longest = milliseconds{1}};
  options.stops = WorkerStops();  // the first run has used its own up
  work(options, 1, [&] { return queue_.size() == 0; });
  const auto page = central_.list("quarantine/", ObjectKey(), 10, Deadline::never());
  ASSERT_TRUE(page.ok());
  EXPECT_EQ(page->objects.size(), 1U);
}

TEST_F(Working, ABatchOfAnotherEnvironmentGoesBackAsAWhole) {
  for (int number = 0; number < 3; ++number) {
    const auto body = body_of({{"c/a/w/p/" + std::to_string(number) + ".json", 1}}, "theirs");
    ASSERT_TRUE(queue_.send(body, seconds{0}, Deadline::never()).ok());
  }
  const std::vector<ReceivedMessage> messages =
      queue_.receive({.visibility = seconds{60}, .wait = seconds{1}}, Deadline::never()).value();
  WorkerPool pool(deps(), pool_options(2));
  InvocationProcessor batches(clock_, random_, pool, *KeyTemplate::parse(KeyTemplate::kDefault),
                              {.buckets = {central_.bucket()}});
  EXPECT_EQ(batches.process(messages, Deadline::after(clock_.steady(), seconds{60})).size(), 3U);
  const auto page = central_.list("quarantine/", ObjectKey(), 10, Deadline::never());
  EXPECT_TRUE(page.ok() && page->objects.empty());
}

TEST_F(Working, DeliversAloneWhatAWorkerDiedOf) {
  constexpr int kMessages = 40;
  constexpr int kOfDeath = 5;  // the first ones
  for (int number = 0; number < kMessages; ++number) {
    const std::string tenant = "t" + std::to_string(number);
    configure(tenant);
    store(tenant, "line");
    if (number >= kOfDeath) continue;
    const DeliveryId id{.bucket = central_.bucket(),
                        .key = ObjectKey("cluster/" + tenant + "/web/web-1/line.json"),
                        .tenant = TenantId(tenant),
                        .destination = DestinationName("cloudwatch")};
    ASSERT_TRUE(ledger_.claim(id, LeaseOwner("dead"), {}, Timestamp{1}, Deadline::never())->is_ours);
  }
  std::atomic<int> under_way{0};
  std::atomic<int> most{0};
  std::atomic<int> most_with_one_of_death{0};
  act([&](const TenantId& tenant, Deadline) -> Result<> {
    const bool is_of_death = std::stoi(tenant.str().substr(1)) < kOfDeath;
    std::atomic<int>& seen = is_of_death ? most_with_one_of_death : most;
    for (int look = 0; look < 20; ++look) {
      const int now = look == 0 ? ++under_way : under_way.load();
      if (now > seen) seen = now;
      (void)clock_.sleep(milliseconds{1}, {});
    }
    --under_way;
    return {};
  });
  work(quick(), 8, [&] { return settled(DeliveryState::Delivered) == kMessages; });
  EXPECT_EQ(most_with_one_of_death, 1);
  EXPECT_GT(most, 1);
  EXPECT_EQ(metrics_.counter("headgate_process_tried_alone_total", "").value(), std::uint64_t{kOfDeath});
}

TEST_F(Working, AStopEndsAlsoWhatWaitsToBeDeliveredAlone) {
  for (const char* tenant : {"a", "b"}) configure(tenant);
  store("b", "hangs");
  Latch latch;
  act([&](const TenantId&, Deadline deadline) { return latch.wait(clock_, deadline); });
  WorkerPool pool(deps(), pool_options(2));
  QueueWorker::Options options = quick();
  options.grace = seconds{2};
  QueueWorker worker({.clock = clock_, .random = random_, .queue = queue_, .metrics = metrics_, .pool = pool},
                     *KeyTemplate::parse(KeyTemplate::kDefault), options);
  std::jthread thread([&](const std::stop_token& stop) { worker.run(stop); });
  latch.wait_for_callers(1);
  const DeliveryId id{.bucket = central_.bucket(),
                      .key = ObjectKey("cluster/a/web/web-1/x.json"),
                      .tenant = TenantId("a"),
                      .destination = DestinationName("cloudwatch")};
  ASSERT_TRUE(ledger_.claim(id, LeaseOwner("dead"), {}, Timestamp{1}, Deadline::never())->is_ours);
  store("a", "x");
  EXPECT_TRUE(
      fakes::comes_true([&] { return metrics_.gauge("headgate_process_held_messages", "").value() >= 2; }));
  thread.request_stop();
  latch.open();
  thread.join();  // else it waits for ever
  EXPECT_EQ(metrics_.gauge("headgate_process_held_messages", "").value(), 0);
}

}  // namespace
}  // namespace headgate::process
