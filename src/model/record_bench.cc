// What a record costs: written by the agent, read by the processor. Bytes are those of the NDJSON.
#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "model/record.h"
#include "model/record_reader.h"

namespace headgate {
namespace {

enum Message : std::int64_t { kPlain, kPlainShort, kJson, kStackTrace, kUnicode, kDamaged };

std::string message_of(std::int64_t kind) {
  switch (kind) {
    case kPlain:  // 170 bytes
      return "10.131.0.22 - - \"GET /healthz HTTP/1.1\" 200 2 0.000412 request_id=8b1f0f0e-6a0f-4b57-9d0c-"
             "5f6a3c1b7e21 upstream=payments-7d9f8c6b5d-x2x4z tenant=acme region=eu-west-1 ok.";
    case kPlainShort:
      return "I0830 11:27:01.564974       1 controller.go:214] synced \"shop/payments\"";
    case kJson:
      return R"({"level":"info","ts":"2025-08-30T11:27:01.564974Z","logger":"controllers.Payment","msg":"reconciled",)"
             R"("namespace":"shop","name":"payments","attempt":3,"duration":"12.4ms"})";
    case kStackTrace:
      return "\tat com.example.payments.PaymentService.charge(PaymentService.java:142) "
             "~[payments.jar!/:1.4.2] "
             "caused by \"timeout\" after 3 attempts, giving up until the next round of work";
    case kUnicode:
      return "Zahlung für Müller & Söhne über 12,50 € wurde ausgeführt – Bestätigung geht an größte Filiale "
             "in Köln; nächster Lauf in fünf Minuten, Rückmeldung über Kanal „Süd“";
    default:
      return "binary \xff\xfe\x80 inside a line that is otherwise plain, about as long as the others are, so "
             "that the cost of base64 can be seen beside them; it is rare, so it may cost";
  }
}

const RecordFrame& frame() {
  static const RecordFrame made({.namespace_name = "ocm-production-2abc-shop",
                                 .application = "payments",
                                 .pod_name = "payments-7d9f8c6b5d-x2x4z",
                                 .container_name = "app"});
  return made;
}

constexpr Timestamp kStart{1'756'553'221'564'974'123};

void encode(benchmark::State& state) {
  const std::string message = message_of(state.range(0));
  std::vector<char> into(frame().bytes_max(message.size()));
  std::size_t bytes = 0;
  Timestamp at = kStart;
  for (auto _ : state) {
    at.nanoseconds += 1'234'567;
    const Record record{.at = at, .ingested_at = Timestamp{at.nanoseconds + 2'000}, .message = message};
    char* const end = frame().encode(record, into.data());
    benchmark::DoNotOptimize(into.data());
    benchmark::ClobberMemory();
    bytes += static_cast<std::size_t>(end - into.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
  state.SetItemsProcessed(state.iterations());
}
BENCHMARK(encode)->ArgName("message")->DenseRange(kPlain, kDamaged);

// Gives the same text again and again, `times` times.
class RepeatedSource : public ByteSource {
 public:
  RepeatedSource(std::string_view text, int times) : text_(text), left_(text), times_(times) {}
  Result<std::size_t> read(std::span<char> into) override {
    std::size_t taken = 0;
    while (times_ > 0 && taken < into.size()) {
      const std::size_t part = std::min(into.size() - taken, left_.size());
      std::copy_n(left_.data(), part, into.data() + taken);
      taken += part;
      left_.remove_prefix(part);
      if (!left_.empty()) continue;
      left_ = text_;
      --times_;
    }
    return taken;
  }

 private:
  std::string_view text_;
  std::string_view left_;
  int times_;
};

void read_object(benchmark::State& state, const std::string& object) {
  constexpr int kTimes = 100;
  std::uint64_t records = 0;
  std::size_t message_bytes = 0;
  for (auto _ : state) {
    RepeatedSource source(object, kTimes);
    RecordReader reader(source, {});
    while (true) {
      const Result<const ReadRecord*> record = reader.next();
      if (!record.ok() || *record == nullptr) break;
      message_bytes += (*record)->message.size();
    }
    records += reader.counts().records;
  }
  benchmark::DoNotOptimize(message_bytes);
  state.SetBytesProcessed(static_cast<std::int64_t>(object.size()) * kTimes * state.iterations());
  state.SetItemsProcessed(static_cast<std::int64_t>(records));
}

// A thousand records, from two pods' two streams by turns of five lines.
std::string object_of(std::int64_t kind) {
  const RecordFrame other(
      {.namespace_name = "shop", .application = "web", .pod_name = "web-0", .container_name = "web"});
  const std::string message = message_of(kind);
  std::vector<char> into(frame().bytes_max(message.size()));
  std::string object;
  for (std::int64_t line = 0; line < 1000; ++line) {
    const Record record{.at = Timestamp{kStart.nanoseconds + line * 1'234'567},
                        .ingested_at = Timestamp{kStart.nanoseconds + line * 1'234'567 + 2'000},
                        .message = message,
                        .stream = line % 20 < 10 ? Stream::Stdout : Stream::Stderr};
    object.append(into.data(), (line % 10 < 5 ? frame() : other).encode(record, into.data()));
  }
  return object;
}

void read_own(benchmark::State& state) {
  read_object(state, object_of(state.range(0)));
}
BENCHMARK(read_own)->ArgName("message")->DenseRange(kPlain, kDamaged);

// The same records with a blank before the first key, so that they go through simdjson.
void read_own_by_simdjson(benchmark::State& state) {
  std::string object = object_of(state.range(0));
  for (std::size_t at = 0; at < object.size(); at = object.find('\n', at) + 1) object.insert(at + 1, 1, ' ');
  read_object(state, object);
}
BENCHMARK(read_own_by_simdjson)->ArgName("message")->DenseRange(kPlain, kDamaged);

void read_vector(benchmark::State& state) {
  const std::string line =
      R"({"application":"payments","cluster_id":"prod-eu-1","file":"/var/log/pods/shop_payments-7d9f_8b1f/app/0.log",)"
      R"("ingest_timestamp":"2025-08-30T11:27:02.000000001Z","kubernetes":{"container_id":"cri-o://5f6a3c1b7e21",)"
      R"("container_image":"registry.example.com/payments:1.4.2","container_name":"app","node_labels":{"zone":"a"},)"
      R"("pod_ip":"10.131.0.22","pod_ips":["10.131.0.22"],"pod_labels":{"app":"payments","tier":"backend"},)"
      R"("pod_name":"payments-7d9f","pod_namespace":"shop","pod_node_name":"node-17","pod_uid":"8b1f0f0e"},)"
      R"("message":"{\"level\":\"info\",\"msg\":\"reconciled\",\"attempt\":3}","namespace":"shop",)"
      R"("pod_name":"payments-7d9f","source_type":"kubernetes_logs","stream":"stdout",)"
      R"("timestamp":"2025-08-30T11:27:01.564974123Z"})";
  std::string object;
  for (int count = 0; count < 1000; ++count) object += line + "\n";
  read_object(state, object);
}
BENCHMARK(read_vector);

void read_text(benchmark::State& state) {
  std::string object;
  for (int count = 0; count < 1000; ++count) object += message_of(kPlain) + "\n";
  read_object(state, object);
}
BENCHMARK(read_text);

}  // namespace
}  // namespace headgate
