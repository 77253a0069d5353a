// How fast the embedded parts of local mode are. Every write is synced, so the disk decides most of it.
#include <benchmark/benchmark.h>
#include <stdlib.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/check.h"
#include "local/content_hash.h"
#include "local/directory_store.h"
#include "local/file_log_sink.h"
#include "local/sqlite_ledger.h"
#include "local/sqlite_queue.h"
#include "local/system_clock.h"
#include "local/system_random.h"

namespace headgate::local {
namespace {

class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "headgate-XXXXXX").string()) {
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

struct Deps {
  Folder folder;
  SystemClock clock;
  SystemRandom random;
  std::unique_ptr<DirectoryStore> store = DirectoryStore::open(clock, random, folder.path(), BucketName("b"),
                                                               DirectoryStore::MissingBucket::Create)
                                              .value();
};

void put_object_64_kib(benchmark::State& state) {
  Deps deps;
  const std::string bytes(64U << 10U, 'x');
  int number = 0;
  for (auto _ : state) {
    const ObjectKey key("c/n/a/pod/" + std::to_string(number++));
    CHECK(put_object(*deps.store, key, bytes, {}, Deadline::never()).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(put_object_64_kib)->Unit(benchmark::kMicrosecond);

void list_1000_objects(benchmark::State& state) {
  Deps deps;
  for (int i = 0; i < 1000; ++i) {
    const ObjectKey key("c/n/a/pod-" + std::to_string(i % 50) + "/" + std::to_string(i));
    CHECK(put_object(*deps.store, key, "x", {}, Deadline::never()).ok());
  }
  for (auto _ : state) {
    CHECK(deps.store->list("", ObjectKey(), 1000, Deadline::never())->objects.size() == 1000);
  }
  state.SetItemsProcessed(state.iterations() * 1000);
}
BENCHMARK(list_1000_objects)->Unit(benchmark::kMillisecond);

void hash_1_mib(benchmark::State& state) {
  const std::string bytes(1U << 20U, 'x');
  for (auto _ : state) {
    ContentHash hash;
    hash.add(bytes);
    benchmark::DoNotOptimize(hash.value());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes.size()));
}
BENCHMARK(hash_1_mib);

void send_receive_and_remove_10_messages(benchmark::State& state) {
  Deps deps;
  const auto queue = SqliteQueue::open(deps.clock, deps.random, deps.folder.path() + "/state.db", {}).value();
  const std::string body(1000, 'x');
  for (auto _ : state) {
    for (int i = 0; i < 10; ++i) CHECK(queue->send(body, std::chrono::seconds{0}, Deadline::never()).ok());
    const auto received = queue->receive({.visibility = std::chrono::seconds{60}}, Deadline::never());
    CHECK(received->size() == 10);
    for (const ReceivedMessage& message : *received)
      CHECK(queue->remove(message.receipt, Deadline::never()).ok());
  }
  state.SetItemsProcessed(state.iterations() * 10);
}
BENCHMARK(send_receive_and_remove_10_messages)->Unit(benchmark::kMillisecond);

void claim_advance_and_settle(benchmark::State& state) {
  Deps deps;
  const auto ledger = SqliteLedger::open(deps.folder.path() + "/state.db").value();
  const LeaseOwner owner("worker");
  DeliveryId id{.bucket = BucketName("b"),
                .key = ObjectKey(),
                .tenant = TenantId("team-a"),
                .destination = DestinationName("cloudwatch")};
  int number = 0;
  for (auto _ : state) {
    id.key = ObjectKey("c/n/a/pod/" + std::to_string(number++));
    const Timestamp now = deps.clock.now();
    const Timestamp until = now + std::chrono::seconds{60};
    CHECK(ledger->claim(id, owner, now, until, Deadline::never())->is_ours);
    CHECK(ledger->advance(id, owner, {.next_batch = 1, .plan = BatchPlan("p")}, now, until, Deadline::never())
              .ok());
    CHECK(ledger->settle(id, owner, DeliveryState::Delivered, "", now, Deadline::never()).ok());
  }
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(claim_advance_and_settle)->Unit(benchmark::kMicrosecond);

void put_events_1_mb(benchmark::State& state) {
  Deps deps;
  AppendFiles files(4);
  FileLogSink sink(deps.clock, files, deps.folder.path() + "/logs", {});
  const LogGroup group("g");
  const LogStream stream("s");
  CHECK(sink.create_group(group, Deadline::never()).ok());
  CHECK(sink.create_stream(group, stream, Deadline::never()).ok());
  const std::string message =
      R"(I0830 11:27:01.564974 1 controller.go:123] "Reconciled" object="ns/name" took="1ms")";
  const std::size_t count = kLogBatchBytesMax / (message.size() + kLogEventOverheadBytes);
  const std::vector<LogEvent> events(count, LogEvent{deps.clock.now().milliseconds(), message});
  for (auto _ : state) CHECK(sink.put_events(group, stream, events, Deadline::never()).ok());
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(count));
}
BENCHMARK(put_events_1_mb)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headgate::local
