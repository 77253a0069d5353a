// How fast fake lines are made: a generator that is slower than the agent it feeds would measure itself.
#include <benchmark/benchmark.h>

#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "loggen/generator.h"
#include "loggen/pod_log_writer.h"
#include "loggen/run.h"
#include "loggen/stream_writer.h"

namespace headgate::loggen {
namespace {

class NullSink : public ByteSink {
 public:
  Result<> append(std::string_view bytes) override {
    benchmark::DoNotOptimize(bytes.data());
    return {};
  }
};

void generate_messages(benchmark::State& state) {
  Generator generator = Generator::make({}).value();
  Timestamp at{1'756'553'221'000'000'000};
  std::size_t bytes = 0;
  for (auto _ : state) {
    const Line line = generator.next(at);
    benchmark::DoNotOptimize(line.message.data());
    bytes += line.message.size();
    at = at + std::chrono::microseconds(1);
  }
  state.SetItemsProcessed(state.iterations());
  state.SetBytesProcessed(static_cast<std::int64_t>(bytes));
}
BENCHMARK(generate_messages);

void run_lines(benchmark::State& state, LineWriter& writer) {
  constexpr std::uint64_t kLines = 100'000;
  local::SystemClock clock;
  Generator generator = Generator::make({}).value();
  for (auto _ : state) {
    if (!run(generator, writer, clock, {.count = kLines}, {}).ok()) state.SkipWithError("cannot write");
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kLines));
  state.SetBytesProcessed(static_cast<std::int64_t>(writer.bytes()));
}

void write_cri_stream(benchmark::State& state) {
  NullSink sink;
  StreamWriter writer(sink, Framing::Cri);
  run_lines(state, writer);
}
BENCHMARK(write_cri_stream)->Unit(benchmark::kMillisecond);

// To files in the temporary directory, rotated at 10 MiB, old ones compressed.
void write_pod_logs(benchmark::State& state) {
  const std::filesystem::path directory = std::filesystem::temp_directory_path() / "headgate-loggen-bench";
  std::filesystem::remove_all(directory);
  local::PosixDisk disk;
  Generator generator = Generator::make({}).value();
  PodLogWriter writer =
      PodLogWriter::open(disk, generator.fleet(),
                         {.directory = directory.string(),
                          .rotation = {.bytes = static_cast<std::uint64_t>(state.range(0)), .files = 2}})
          .value();
  run_lines(state, writer);
  std::filesystem::remove_all(directory);
}
BENCHMARK(write_pod_logs)->Arg(10 * 1024 * 1024)->Unit(benchmark::kMillisecond)->MinTime(3);

}  // namespace
}  // namespace headgate::loggen
