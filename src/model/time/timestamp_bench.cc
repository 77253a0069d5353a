#include "model/time/timestamp.h"

#include <benchmark/benchmark.h>

#include <array>
#include <cstdint>
#include <string>

namespace headgate {
namespace {

// Different moments, so that nothing is learnt by heart.
std::array<Timestamp, 1024> moments() {
  std::array<Timestamp, 1024> all{};
  std::int64_t nanoseconds = 1'756'553'221'564'974'123;
  for (Timestamp& at : all) at = Timestamp{nanoseconds += 916'801'479'001'597};
  return all;
}

void parse_cri_time(benchmark::State& state) {
  std::array<std::string, 1024> texts;
  std::size_t index = 0;
  for (const Timestamp at : moments()) texts[index++] = to_rfc3339(at);
  for (auto _ : state) benchmark::DoNotOptimize(parse_rfc3339(texts[++index % texts.size()]));
}
BENCHMARK(parse_cri_time);

void parse_iso_with_offset(benchmark::State& state) {
  std::array<std::string, 1024> texts;
  std::size_t index = 0;
  for (const Timestamp at : moments()) texts[index++] = to_rfc3339(at).substr(0, 23) + "+02:00 INFO text";
  for (auto _ : state) benchmark::DoNotOptimize(parse_iso_prefix(texts[++index % texts.size()]));
}
BENCHMARK(parse_iso_with_offset);

void format_time(benchmark::State& state) {
  const std::array<Timestamp, 1024> all = moments();
  std::array<char, kRfc3339Bytes> into{};
  std::size_t index = 0;
  for (auto _ : state) {
    format_rfc3339(all[++index % all.size()], into.data());
    benchmark::DoNotOptimize(into);
  }
}
BENCHMARK(format_time);

}  // namespace
}  // namespace headgate
