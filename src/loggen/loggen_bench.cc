// How fast fake lines are made: a generator that is slower than the agent it feeds would measure itself.
#include <benchmark/benchmark.h>

#include <filesystem>
#include <memory>
#include <string>

#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "loggen/generator.h"
#include "loggen/pod_log_writer.h"
#include "loggen/run.h"
#include "loggen/stream_writer.h"

namespace headgate::loggen {
namespace {

constexpr std::uint64_t kLines = 100'000;  // an iteration

class NullSink : public ByteSink {
 public:
  Result<> append(std::string_view bytes) override {
    benchmark::DoNotOptimize(bytes.data());
    return {};
  }
};

std::filesystem::path bench_directory() {
  return std::filesystem::temp_directory_path() / "headgate-loggen-bench";
}

void run_lines(benchmark::State& state, LineWriter& writer) {
  local::SystemClock clock;
  Generator generator = Generator::make({}).value();
  for (auto _ : state) {
    if (!run(generator, writer, clock, {.count = kLines}, {}).ok()) state.SkipWithError("cannot write");
  }
  state.counters["lines/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kLines), benchmark::Counter::kIsRate);
}

// The generator alone.
void generate_messages(benchmark::State& state) {
  Generator generator = Generator::make({}).value();
  Timestamp at{1'756'553'221'000'000'000};
  for (auto _ : state) {
    benchmark::DoNotOptimize(generator.next(at).message.data());
    at = at + std::chrono::microseconds(1);
  }
  state.counters["lines/s"] =
      benchmark::Counter(static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
}
BENCHMARK(generate_messages);

void write_cri_stream(benchmark::State& state) {
  NullSink sink;
  StreamWriter writer(sink, Framing::Cri);
  run_lines(state, writer);
}
BENCHMARK(write_cri_stream)->Unit(benchmark::kMillisecond);

// To the files of 24 containers in the temporary directory, rotated at that size (0: never) at most once a
// second each, earlier ones compressed.
void write_pod_logs(benchmark::State& state) {
  std::filesystem::remove_all(bench_directory());
  local::PosixDisk disk;
  const Generator generator = Generator::make({}).value();
  const RotationOptions rotation{.bytes = static_cast<std::uint64_t>(state.range(0)), .files = 3};
  PodLogWriter writer = PodLogWriter::open(disk, generator.fleet(),
                                           {.directory = bench_directory().string(), .rotation = rotation})
                            .value();
  run_lines(state, writer);
  std::filesystem::remove_all(bench_directory());
}
BENCHMARK(write_pod_logs)->Arg(0)->Arg(10 * 1024 * 1024)->Unit(benchmark::kMillisecond)->UseRealTime();

// The bytes of as many lines, made before, to one file in pieces as large.
void write_pod_logs_ceiling(benchmark::State& state) {
  StringSink sink;
  StreamWriter lines(sink, Framing::Cri);
  local::SystemClock clock;
  Generator generator = Generator::make({}).value();
  if (!run(generator, lines, clock, {.count = kLines}, {}).ok()) state.SkipWithError("cannot generate");

  std::filesystem::create_directories(bench_directory());
  local::PosixDisk disk;
  const std::unique_ptr<WritableFile> file = disk.create((bench_directory() / "ceiling").string()).value();
  constexpr std::size_t kPieceBytes = 64 * 1024;
  for (auto _ : state) {
    std::string_view left = sink.text;
    while (!left.empty()) {
      if (!file->append(left.substr(0, kPieceBytes)).ok()) state.SkipWithError("cannot write");
      left.remove_prefix(std::min(kPieceBytes, left.size()));
    }
  }
  state.counters["lines/s"] =
      benchmark::Counter(static_cast<double>(state.iterations() * kLines), benchmark::Counter::kIsRate);
  std::filesystem::remove_all(bench_directory());
}
BENCHMARK(write_pod_logs_ceiling)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
}  // namespace headgate::loggen
