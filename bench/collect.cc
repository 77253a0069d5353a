// From CRI files in the page cache to sealed gzip objects in a spool, on one core: the whole collect stage
// without uploading. The ceiling, measured in the same run, is the bare ISA-L compression of the same NDJSON
// bytes, from memory to nowhere.
//   bench_collect POD_LOGS DATA_DIRECTORY [gzip|gzip-small|zstd [pod|tenant]]
// gzip: nothing gets the small compression (collect.thorough_rate: 0), as all but the first moments of a
// backlog; gzip-small: everything gets it, as on nodes that write less.
#include <isa-l/igzip_lib.h>
#include <sys/resource.h>
#include <zlib.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/metrics.h"
#include "collect/collector.h"
#include "local/named_pods.h"
#include "local/posix_disk.h"
#include "local/system_clock.h"
#include "local/system_random.h"
#include "model/compression/compressed_reader.h"

namespace headgate {
namespace {

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

double peak_rss_bytes() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

struct Collected {
  double seconds = 0;
  double lines = 0;
  double read_bytes = 0;
  double raw_bytes = 0;     // NDJSON
  double object_bytes = 0;  // compressed
  double peak_rss = 0;
};

double total(const Metrics& metrics, const char* name) {
  double sum = 0;
  for (const auto& reading : metrics.counters(name)) sum += static_cast<double>(reading.value);
  return sum;
}

struct Kind {
  Codec codec = Codec::Gzip;
  bool is_small = false;
  collect::Partition partition = collect::Partition::Pod;
};

Result<Collected> collect_all(const std::string& pod_logs, const std::string& data_directory,
                              const Kind& kind) {
  local::SystemClock clock;
  local::SystemRandom random;
  local::PosixDisk disk;
  local::NamedPods pods;
  Metrics metrics;
  collect::CollectorOptions options{.pod_logs = pod_logs, .data_directory = data_directory};
  options.cluster = ClusterId("bench");
  options.key_template = *KeyTemplate::parse(KeyTemplate::kDefault);
  options.node = NodeName("node-1");
  options.batch.codec = kind.codec;
  options.thorough_bytes_per_second = kind.is_small ? std::uint64_t{1} << 50U : 0;
  options.policy.partition = kind.partition;
  options.spool_free_bytes_min = 0;
  const double began = cpu_seconds();
  const auto collector = TRY(collect::Collector::open(
      {.clock = clock, .random = random, .disk = disk, .kube = pods, .metrics = metrics}, options));
  while (TRY(collector->turn())) {
  }
  TRY(collector->seal_all());
  Collected done;
  done.seconds = cpu_seconds() - began;
  done.peak_rss = peak_rss_bytes();
  done.lines = total(metrics, "headgate_collect_lines_total");
  done.read_bytes = total(metrics, "headgate_collect_bytes_total");
  done.raw_bytes = total(metrics, "headgate_collect_batch_raw_bytes_total");
  done.object_bytes = total(metrics, "headgate_collect_batch_bytes_total");
  return done;
}

// Level 1, all input at once, output to one small buffer again and again.
double bare_isal_seconds(std::string& text, double& bytes_out) {
  std::vector<unsigned char> state(ISAL_DEF_LVL1_DEFAULT);
  std::vector<unsigned char> output(64U << 10U);
  isal_zstream stream;
  ::isal_deflate_init(&stream);
  stream.gzip_flag = IGZIP_GZIP;
  stream.level = 1;
  stream.level_buf = state.data();
  stream.level_buf_size = static_cast<std::uint32_t>(state.size());
  stream.next_in = reinterpret_cast<unsigned char*>(text.data());
  stream.avail_in = static_cast<std::uint32_t>(text.size());
  stream.end_of_stream = 1;
  const double began = cpu_seconds();
  do {
    stream.next_out = output.data();
    stream.avail_out = static_cast<std::uint32_t>(output.size());
    if (::isal_deflate(&stream) != COMP_OK) return 0;
  } while (stream.internal_state.state != ZSTATE_END);
  bytes_out += stream.total_out;
  return cpu_seconds() - began;
}

double zlib_6_bytes(const std::string& text) {
  uLongf bytes = ::compressBound(text.size());
  std::vector<unsigned char> output(bytes);
  ::compress2(output.data(), &bytes, reinterpret_cast<const unsigned char*>(text.data()), text.size(), 6);
  return static_cast<double>(bytes);
}

struct Ceiling {
  double seconds = 0;  // of all objects' NDJSON through bare ISA-L
  double raw_bytes = 0;
  double bytes = 0;       // what that gave
  double zlib_raw = 0;    // of a sample
  double zlib_bytes = 0;  // that sample by zlib level 6
  double ours_bytes = 0;  // and by us
};

Result<Ceiling> measure_ceiling(const std::string& data_directory) {
  constexpr double kZlibSampleBytes = 200e6;
  local::PosixDisk disk;
  Ceiling ceiling;
  const std::string spool = data_directory + "/spool";
  for (std::uint64_t sequence = 1;; ++sequence) {
    Result<collect::SealedBatch> batch = collect::open_sealed_batch(disk, spool, sequence);
    if (!batch.ok()) break;
    CompressedReader plain(*batch, {});
    std::string text(batch->manifest().raw_bytes, '\0');
    std::size_t filled = 0;
    while (filled < text.size()) {
      const std::size_t bytes = TRY(plain.read(std::span<char>(text).subspan(filled)));
      if (bytes == 0) break;
      filled += bytes;
    }
    ceiling.raw_bytes += static_cast<double>(text.size());
    ceiling.seconds += bare_isal_seconds(text, ceiling.bytes);
    if (ceiling.zlib_raw < kZlibSampleBytes) {
      ceiling.zlib_raw += static_cast<double>(text.size());
      ceiling.zlib_bytes += zlib_6_bytes(text);
      ceiling.ours_bytes += static_cast<double>(batch->manifest().object_bytes);
    }
  }
  return ceiling;
}

void print(const std::string& name, double value, const char* unit, double ceiling) {
  if (ceiling > 0) {
    std::printf(R"({"name":"collect/%s","value":%.6g,"unit":"%s","ceiling":%.6g})"
                "\n",
                name.c_str(), value, unit, ceiling);
  } else {
    std::printf(R"({"name":"collect/%s","value":%.6g,"unit":"%s"})"
                "\n",
                name.c_str(), value, unit);
  }
}

int run(const std::string& pod_logs, const std::string& data_directory, const std::string& codec_name,
        const std::string& partition) {
  const bool is_small = codec_name == "gzip-small";
  const std::optional<Codec> codec = is_small ? Codec::Gzip : codec_named(codec_name);
  if (!codec) {
    std::fprintf(stderr, "bench_collect: no such codec: %s\n", codec_name.c_str());
    return 2;
  }
  const bool is_packed = partition == "tenant";
  const Result<Collected> collected =
      collect_all(pod_logs, data_directory,
                  {.codec = *codec,
                   .is_small = is_small,
                   .partition = is_packed ? collect::Partition::Tenant : collect::Partition::Pod});
  if (!collected.ok() || collected->lines == 0) {
    std::fprintf(stderr, "bench_collect: %s\n", collected.ok() ? "no lines" : collected.error().what.c_str());
    return 1;
  }
  const Result<Ceiling> ceiling = measure_ceiling(data_directory);
  if (!ceiling.ok()) {
    std::fprintf(stderr, "bench_collect: %s\n", ceiling.error().what.c_str());
    return 1;
  }
  const std::string prefix = codec_name + (is_packed ? "_packed/" : "/");
  const double lines_ceiling =
      collected->lines * (ceiling->raw_bytes / collected->raw_bytes) / ceiling->seconds;
  print(prefix + "lines", collected->lines / collected->seconds, "lines/s", lines_ceiling);
  print(prefix + "ndjson", collected->raw_bytes / collected->seconds, "B/s",
        ceiling->raw_bytes / ceiling->seconds);
  print(prefix + "cri_read", collected->read_bytes / collected->seconds, "B/s", 0);
  print(prefix + "cpu_seconds_per_GB_of_cri", collected->seconds / (collected->read_bytes / 1e9), "s", 0);
  print(prefix + "peak_rss", collected->peak_rss, "B", 0);
  print(prefix + "ratio", collected->raw_bytes / collected->object_bytes, ":1",
        ceiling->raw_bytes / ceiling->bytes);
  print(prefix + "ratio_beside_zlib_6", ceiling->zlib_raw / ceiling->ours_bytes, ":1",
        ceiling->zlib_raw / ceiling->zlib_bytes);
  return 0;
}

}  // namespace
}  // namespace headgate

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr,
                 "usage: bench_collect POD_LOGS DATA_DIRECTORY [gzip|gzip-small|zstd [pod|tenant]]\n");
    return 2;
  }
  return headgate::run(argv[1], argv[2], argc > 3 ? argv[3] : "gzip", argc > 4 ? argv[4] : "pod");
}
