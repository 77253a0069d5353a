// How much slower reading from and writing to S3 is than a bare socket, for the same bytes and the same
// server on loopback.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "fakes/s3_client.h"
#include "fakes/scripted_server.h"
#include "peers/forward.h"

namespace headgate::aws {
namespace {

constexpr std::size_t kObjectBytes = 256U << 20U;
constexpr std::size_t kPartBytes = 8U << 20U;
constexpr std::size_t kParts = 8;

using Wire = fakes::ScriptedServer::Answer;

void answer(const std::string& request, Wire& wire) {
  const std::string close = "\r\nConnection: close\r\n";
  if (request.starts_with("GET")) {
    wire.write("HTTP/1.1 200 x" + close + "ETag: \"e\"\r\nContent-Length: " + std::to_string(kObjectBytes) +
               "\r\n\r\n");
    static const std::string piece(1U << 20U, 'x');
    for (std::size_t at = 0; at < kObjectBytes && wire.is_open(); at += piece.size()) wire.write(piece);
    return;
  }
  std::string body;
  if (request.find("?uploads") < request.find(" HTTP/"))
    body = "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>";
  else if (request.starts_with("POST"))
    body = "<CompleteMultipartUploadResult><ETag>e</ETag></CompleteMultipartUploadResult>";
  wire.write("HTTP/1.1 200 x" + close + "ETag: \"e\"\r\nContent-Length: " + std::to_string(body.size()) +
             "\r\n\r\n" + body);
}

int port_of(const fakes::ScriptedServer& server) {
  return std::stoi(server.url().substr(server.url().rfind(':') + 1));
}

void s3_read(benchmark::State& state) {
  const fakes::ScriptedServer server(answer);
  fakes::S3Client client(server.url());
  const auto store = client.store("central");
  std::vector<char> buffer(64U << 10U);
  for (auto _ : state) {
    const auto reader = store->open_reader(ObjectKey("k"), {}, client.soon()).value();
    std::size_t got = 0;
    for (std::size_t count = 1; count > 0; got += count) count = reader->read(buffer).value();
    CHECK(got == kObjectBytes);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kObjectBytes));
}
BENCHMARK(s3_read)->UseRealTime()->Unit(benchmark::kMillisecond);

void s3_read_ceiling(benchmark::State& state) {
  const fakes::ScriptedServer server(answer);
  for (auto _ : state) {
    std::size_t got = 0;
    peers::exchange(port_of(server), "GET /central/k HTTP/1.1\r\nHost: x\r\n\r\n",
                    [&](std::string_view bytes) { got += bytes.size(); });
    CHECK(got > kObjectBytes);
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kObjectBytes));
}
BENCHMARK(s3_read_ceiling)->UseRealTime()->Unit(benchmark::kMillisecond);

void s3_write(benchmark::State& state) {
  const fakes::ScriptedServer server(answer);
  fakes::S3Client client(server.url());
  const auto store = client.store("central");
  const std::string part(kPartBytes, 'x');
  for (auto _ : state) {
    const auto writer = store->open_writer(ObjectKey("k"), {}, client.soon()).value();
    for (std::size_t i = 0; i < kParts; ++i) CHECK(writer->append(part).ok());
    CHECK(writer->commit().ok());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kParts * kPartBytes));
}
BENCHMARK(s3_write)->UseRealTime()->Unit(benchmark::kMillisecond);

void s3_write_ceiling(benchmark::State& state) {
  const fakes::ScriptedServer server(answer);
  const std::string head = "PUT /central/k HTTP/1.1\r\nHost: x\r\nContent-Length: ";
  const std::string part = head + std::to_string(kPartBytes) + "\r\n\r\n" + std::string(kPartBytes, 'x');
  for (auto _ : state) {
    for (std::size_t i = 0; i < kParts; ++i) peers::exchange(port_of(server), part, [](std::string_view) {});
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * kParts * kPartBytes));
}
BENCHMARK(s3_write_ceiling)->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headgate::aws
