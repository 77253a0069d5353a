// Packed batches against plain ones: 64 MiB of records of many pods, whose lines come in short runs, as a
// tail reads them. The ceiling is PodBatch, which keeps no pods apart. The label compares the compressed
// size: to all records in one member in the order of reading, and to one member for each pod, which is what
// pod objects are.
#include "collect/batch/packed_batch.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <string>
#include <vector>

#include "collect/batch/pod_batch.h"
#include "loggen/generator.h"

namespace headgate::collect {
namespace {

// Counts what is written, and keeps nothing.
class CountingDisk : public Disk {
 public:
  class File : public WritableFile {
   public:
    Result<> append(std::string_view) override { return {}; }
    Result<> sync() override { return {}; }
  };
  Result<std::unique_ptr<ReadableFile>> open(const std::string&) override { return none(); }
  Result<std::unique_ptr<WritableFile>> create(const std::string&) override {
    return std::unique_ptr<WritableFile>(std::make_unique<File>());
  }
  Result<FileStat> stat(const std::string&) override { return none(); }
  Result<std::vector<DirectoryEntry>> list(const std::string&) override {
    return std::vector<DirectoryEntry>();
  }
  Result<> make_directories(const std::string&) override { return {}; }
  Result<> rename(const std::string&, const std::string&) override { return {}; }
  Result<> remove(const std::string&) override { return {}; }
  Result<> sync_directory(const std::string&) override { return {}; }
  Result<std::uint64_t> free_bytes(const std::string&) override { return std::uint64_t{1} << 40U; }

 private:
  static Error none() { return Error{Fault::NotFound, "nothing is kept"}; }
};

constexpr std::uint64_t kRawBytes = 64U << 20U;  // what the agent seals at
constexpr std::size_t kRunLines = 40;            // of one pod in a row

struct Line {
  std::string message;
  Timestamp at;
  std::size_t pod = 0;
};

struct Corpus {
  std::vector<RecordOrigin> origins;  // by pod
  std::vector<Line> lines;            // in the order they are read in

  explicit Corpus(std::uint32_t pods) {
    const std::uint32_t replicas = 2;
    loggen::Generator generator =
        loggen::Generator::make({.fleet = {.tenants = 1, .applications = pods / replicas, .pods = replicas}})
            .value();
    const loggen::Fleet& fleet = generator.fleet();
    for (const loggen::Pod& pod : fleet.pods) {
      const RecordFrame frame({.namespace_name = pod.namespace_name.view(),
                               .application = pod.application.view(),
                               .pod_name = pod.name.view(),
                               .container_name = "main"});
      origins.push_back({.source = {.application = pod.application, .pod = pod.name}, .frame = frame});
    }
    std::vector<std::vector<Line>> waiting(origins.size());
    Timestamp at{1'756'553'221'000'000'000};
    for (std::uint64_t bytes = 0; bytes < kRawBytes;) {
      at = at + std::chrono::microseconds(150);
      const loggen::Line line = generator.next(at);
      const std::size_t pod = fleet.containers[line.container].pod;
      waiting[pod].push_back({.message = std::string(line.message), .at = line.at, .pod = pod});
      bytes += line.message.size() + 260;  // about what a record adds
      if (waiting[pod].size() == kRunLines) read(waiting[pod]);
    }
    for (std::vector<Line>& run : waiting) read(run);
  }
  static const Corpus& of(std::uint32_t pods) {
    static std::map<std::uint32_t, Corpus> made;
    return made.try_emplace(pods, pods).first->second;
  }

 private:
  void read(std::vector<Line>& run) {
    std::move(run.begin(), run.end(), std::back_inserter(lines));
    run.clear();
  }
};

Record record_of(const Line& line) {
  return {.at = line.at, .ingested_at = line.at, .message = line.message};
}

BatchManifest fill(Batch& batch, const Corpus& corpus) {
  for (const Line& line : corpus.lines) CHECK(batch.add(corpus.origins[line.pod], record_of(line)).ok());
  return batch.seal(ObjectKey("k"), {}).value();
}

// The same records in one spool of batches that nobody reads.
struct Deps {
  CountingDisk disk;
  Spool spool = Spool::open(disk, {.directory = "/spool", .bytes_max = UINT64_MAX}, 0).value();
};

PackedBatch::Options packed_options(Codec codec, std::int64_t buffered_kib) {
  return {.codec = codec, .buffered_bytes_max = static_cast<std::size_t>(buffered_kib) << 10U};
}

// Of all records, compressed: as they come, and each pod by itself.
struct Sizes {
  double mixed = 0;
  double by_pod = 0;
};

const Sizes& sizes(Codec codec, std::uint32_t pods) {
  static std::map<std::pair<Codec, std::uint32_t>, Sizes> measured;
  Sizes& found = measured[{codec, pods}];
  if (found.mixed == 0) {
    Deps deps;
    PodBatch mixed(deps.spool, {.codec = codec});
    found.mixed = static_cast<double>(fill(mixed, Corpus::of(pods)).object_bytes);
    PackedBatch by_pod(deps.spool, packed_options(codec, 1U << 20U));
    found.by_pod = static_cast<double>(fill(by_pod, Corpus::of(pods)).object_bytes);
  }
  return found;
}

void report(benchmark::State& state, const BatchManifest& manifest, Codec codec, std::uint32_t pods) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(manifest.lines));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(manifest.raw_bytes));
  const auto bytes = static_cast<double>(manifest.object_bytes);
  state.counters["ratio"] = static_cast<double>(manifest.raw_bytes) / bytes;
  const auto percent = [&](double of) { return std::to_string(100 * bytes / of).substr(0, 5) + " %"; };
  const Sizes& others = sizes(codec, pods);
  state.SetLabel(percent(others.mixed) + " of mixed, " + percent(others.by_pod) + " of a member a pod");
}

void open_batch(benchmark::State& state, Codec codec) {
  const auto pods = static_cast<std::uint32_t>(state.range(0));
  const Corpus& corpus = Corpus::of(pods);
  Deps deps;
  BatchManifest manifest;
  for (auto _ : state) {
    PodBatch batch(deps.spool, {.codec = codec});
    manifest = fill(batch, corpus);
  }
  report(state, manifest, codec, pods);
}

void packed_batch(benchmark::State& state, Codec codec) {
  const auto pods = static_cast<std::uint32_t>(state.range(0));
  const Corpus& corpus = Corpus::of(pods);
  Deps deps;
  BatchManifest manifest;
  for (auto _ : state) {
    PackedBatch batch(deps.spool, packed_options(codec, state.range(1)));
    manifest = fill(batch, corpus);
  }
  report(state, manifest, codec, pods);
}

BENCHMARK_CAPTURE(open_batch, gzip, Codec::Gzip)->Arg(20)->Arg(200)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(packed_batch, gzip, Codec::Gzip)
    ->ArgNames({"pods", "KiB"})
    ->ArgsProduct({{20, 200}, {1 << 10, 2 << 10, 4 << 10, 8 << 10, 1 << 20}})
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(open_batch, zstd, Codec::Zstd)->Arg(20)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(packed_batch, zstd, Codec::Zstd)
    ->ArgNames({"pods", "KiB"})
    ->ArgsProduct({{20}, {2 << 10, 1 << 20}})
    ->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace headgate::collect
