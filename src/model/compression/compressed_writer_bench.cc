// Compression and decompression of 64 MiB of NDJSON records, one thread. Besides time: `ratio`, and with
// bytes a second counted in uncompressed bytes.
#include "model/compression/compressed_writer.h"

#include <benchmark/benchmark.h>
#include <zlib.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/check.h"
#include "model/compression/compressed_reader.h"
#include "model/compression/compressed_test_data.h"

namespace headgate {
namespace {

constexpr std::size_t kTextBytes = std::size_t{64} << 20U;

const std::string& text() {
  static const std::string lines = test_data::log_lines(kTextBytes);
  return lines;
}

// Counts and drops, as an upload would.
class CountingSink : public ByteSink {
 public:
  Result<> append(std::string_view taken) override {
    bytes += taken.size();
    return {};
  }
  std::uint64_t bytes = 0;
};

void report(benchmark::State& state, std::uint64_t compressed_bytes) {
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text().size()));
  state.counters["ratio"] = static_cast<double>(text().size()) / static_cast<double>(compressed_bytes);
}

void write_blocks(benchmark::State& state, Codec codec) {
  constexpr std::size_t kBlockBytes = std::size_t{64} << 10U;
  std::uint64_t compressed_bytes = 0;
  for (auto _ : state) {
    CountingSink sink;
    CompressedWriter writer(sink, {codec, static_cast<int>(state.range(0))});
    for (std::size_t at = 0; at < text().size(); at += kBlockBytes) {
      CHECK(writer.write(std::string_view(text()).substr(at, kBlockBytes)).ok());
    }
    CHECK(writer.end_member().ok());
    compressed_bytes = sink.bytes;
  }
  report(state, compressed_bytes);
}
BENCHMARK_CAPTURE(write_blocks, gzip, Codec::Gzip)->DenseRange(0, 6)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_blocks, zstd, Codec::Zstd)->Arg(1)->Arg(3)->Unit(benchmark::kMillisecond);

// A write for each line, a member every `range(0)` bytes.
void write_lines(benchmark::State& state, Codec codec) {
  const auto member_bytes = static_cast<std::uint64_t>(state.range(0));
  std::uint64_t compressed_bytes = 0;
  for (auto _ : state) {
    CountingSink sink;
    CompressedWriter writer(sink, {codec, 1});
    std::uint64_t member_end = member_bytes;
    for (std::string_view rest = text(); !rest.empty();) {
      const std::string_view line = rest.substr(0, rest.find('\n') + 1);
      CHECK(writer.write(line.empty() ? rest : line).ok());
      rest.remove_prefix(line.empty() ? rest.size() : line.size());
      if (writer.bytes_in() < member_end) continue;
      CHECK(writer.end_member().ok());
      member_end = writer.bytes_in() + member_bytes;
    }
    CHECK(writer.end_member().ok());
    compressed_bytes = sink.bytes;
  }
  report(state, compressed_bytes);
}
BENCHMARK_CAPTURE(write_lines, gzip, Codec::Gzip)
    ->Arg(64 << 20)
    ->Arg(1 << 20)
    ->Arg(64 << 10)
    ->Arg(8 << 10)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(write_lines, zstd, Codec::Zstd)
    ->Arg(64 << 20)
    ->Arg(64 << 10)
    ->Unit(benchmark::kMillisecond);

void zlib_baseline(benchmark::State& state) {
  std::uint64_t compressed_bytes = 0;
  std::vector<Bytef> room(std::size_t{64} << 10U);
  for (auto _ : state) {
    z_stream stream{};
    CHECK(deflateInit2(&stream, static_cast<int>(state.range(0)), Z_DEFLATED, 15 + 16, 8,
                       Z_DEFAULT_STRATEGY) == Z_OK);
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(text().data()));
    stream.avail_in = static_cast<uInt>(text().size());
    int result = Z_OK;
    while (result != Z_STREAM_END) {
      stream.next_out = room.data();
      stream.avail_out = static_cast<uInt>(room.size());
      result = deflate(&stream, Z_FINISH);
    }
    compressed_bytes = stream.total_out;
    CHECK(deflateEnd(&stream) == Z_OK);
  }
  report(state, compressed_bytes);
}
BENCHMARK(zlib_baseline)->Arg(6)->Unit(benchmark::kMillisecond)->Iterations(1);

void read_back(benchmark::State& state, Codec codec) {
  const std::string compressed = test_data::compress(text(), {codec, 1});
  std::vector<char> room(static_cast<std::size_t>(state.range(0)));
  for (auto _ : state) {
    StringSource source(compressed);
    CompressedReader reader(source, {});
    while (reader.read(room).value() > 0) benchmark::DoNotOptimize(room.data());
  }
  report(state, compressed.size());
}
BENCHMARK_CAPTURE(read_back, gzip, Codec::Gzip)
    ->Arg(4 << 10)
    ->Arg(64 << 10)
    ->Arg(1 << 20)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(read_back, zstd, Codec::Zstd)->Arg(64 << 10)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headgate
