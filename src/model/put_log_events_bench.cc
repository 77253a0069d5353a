// What a PutLogEvents body costs, beside a plain copy of its bytes and simdjson's minify of it. Bytes are
// those of the messages.
#include <benchmark/benchmark.h>
#include <simdjson.h>

#include <cstring>
#include <string>
#include <vector>

#include "model/put_log_events.h"
#include "model/text/json_text.h"

namespace headgate {
namespace {

constexpr std::int64_t kStartMs = 1'756'553'221'564;
constexpr std::size_t kEvents = 4'000;

std::string message_of(std::int64_t kind) {
  if (kind == 0)
    return "10.131.0.22 - - GET /healthz HTTP/1.1 200 2 0.000412 "
           "request_id=8b1f0f0e-6a0f-4b57-9d0c-5f6a3c1b7e21 "
           "upstream=payments-7d9f8c6b5d-x2x4z tenant=acme region=eu-west-1 and so on, ok.";
  return R"({"level":"info","ts":"2025-08-30T11:27:01.564974Z","logger":"controllers.Payment","msg":"reconciled",)"
         R"("namespace":"shop","name":"payments","attempt":3,"duration":"12.4ms"})";
}

std::string_view fill(PutLogEventsBody& body, const std::string& message) {
  body.start(LogGroup("/headgate/acme"), LogStream("payments-7d9f8c6b5d-x2x4z"));
  for (std::size_t i = 0; i < kEvents; ++i) body.add(kStartMs + static_cast<std::int64_t>(i), message);
  return body.finish();
}

void set_bytes(benchmark::State& state, const std::string& message) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(kEvents * message.size()));
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kEvents));
}

void put_log_events_body(benchmark::State& state) {
  const std::string message = message_of(state.range(0));
  PutLogEventsBody body;
  for (auto _ : state) benchmark::DoNotOptimize(fill(body, message).size());
  set_bytes(state, message);
}
BENCHMARK(put_log_events_body)->ArgName("json")->DenseRange(0, 1);

void put_log_events_plain_loop(benchmark::State& state) {
  const std::string message = message_of(state.range(0));
  for (auto _ : state) {
    std::string body = R"({"logGroupName":"/headgate/acme","logStreamName":"s","logEvents":[)";
    for (std::size_t i = 0; i < kEvents; ++i) {
      body +=
          (i == 0 ? R"({"timestamp":)" : R"(,{"timestamp":)") + std::to_string(kStartMs) + R"(,"message":)";
      append_json_string(body, message);
      body += '}';
    }
    benchmark::DoNotOptimize(body.data());
  }
  set_bytes(state, message);
}
BENCHMARK(put_log_events_plain_loop)->ArgName("json")->DenseRange(0, 1);

void put_log_events_copy(benchmark::State& state) {
  const std::string message = message_of(state.range(0));
  PutLogEventsBody body;
  const std::string_view text = fill(body, message);
  std::vector<char> into(text.size());
  for (auto _ : state) {
    std::memcpy(into.data(), text.data(), text.size());
    benchmark::DoNotOptimize(into.data());
    benchmark::ClobberMemory();
  }
  set_bytes(state, message);
}
BENCHMARK(put_log_events_copy)->ArgName("json")->DenseRange(0, 1);

void put_log_events_minify(benchmark::State& state) {
  const std::string message = message_of(state.range(0));
  PutLogEventsBody body;
  const std::string_view text = fill(body, message);
  std::vector<char> into(text.size() + simdjson::SIMDJSON_PADDING);
  for (auto _ : state) {
    std::size_t bytes = 0;
    if (simdjson::minify(text.data(), text.size(), into.data(), bytes) != simdjson::SUCCESS)
      state.SkipWithError("minify");
    benchmark::DoNotOptimize(into.data());
  }
  set_bytes(state, message);
}
BENCHMARK(put_log_events_minify)->ArgName("json")->DenseRange(0, 1);

}  // namespace
}  // namespace headgate
