#include "cli/status_table.h"

#include <fmt/format.h>

#include "base/gauge_reading.h"

namespace headgate::cli {
namespace {

std::uint64_t total(const Metrics& metrics, std::string_view name) {
  std::uint64_t sum = 0;
  for (const Metrics::CounterReading& reading : metrics.counters(name)) sum += reading.value;
  return sum;
}

std::string label(const Labels& labels, std::string_view name) {
  for (const auto& [key, value] : labels) {
    if (key == name) return value;
  }
  return "";
}

std::string bytes_in_words(double bytes) {
  constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  std::size_t unit = 0;
  while (bytes >= 1024 && unit + 1 < std::size(kUnits)) {
    bytes /= 1024;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} {}", bytes, kUnits[unit])
                   : fmt::format("{:.1f} {}", bytes, kUnits[unit]);
}

std::string seconds_in_words(double seconds) {
  return seconds < 1 ? fmt::format("{:.0f} ms", seconds * 1000) : fmt::format("{:.1f} s", seconds);
}

// Beyond the histogram's last bound nobody knows how much.
std::string latency_in_words(double seconds) {
  constexpr double kLastBound = 86'400;
  return (seconds >= kLastBound ? "> " : "") + seconds_in_words(seconds);
}

std::string age_in_words(double seconds) {
  if (seconds < 120) return fmt::format("{:.0f} s", seconds);
  if (seconds < 7'200) return fmt::format("{:.0f} min", seconds / 60);
  return seconds < 172'800 ? fmt::format("{:.0f} h", seconds / 3'600)
                           : fmt::format("{:.0f} days", seconds / 86'400);
}

std::string with_commas(std::uint64_t number) {
  std::string digits = std::to_string(number);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

double ratio_of(const Status& status) {
  return status.object_bytes == 0
             ? 0
             : static_cast<double>(status.raw_bytes) / static_cast<double>(status.object_bytes);
}

}  // namespace

Status read_status(const Metrics& metrics) {
  Status status;
  status.lines = total(metrics, "headgate_collect_lines_total");
  status.objects = total(metrics, "headgate_store_objects_total");
  status.raw_bytes = total(metrics, "headgate_collect_batch_raw_bytes_total");
  status.object_bytes = total(metrics, "headgate_collect_batch_bytes_total");
  status.parked =
      static_cast<std::uint64_t>(gauge_reading(metrics, "headgate_parked_deliveries").value_or(0));
  status.parked_oldest = gauge_reading(metrics, "headgate_parked_oldest_age_seconds").value_or(0);
  const auto at = [&](const Metrics::CounterReading& reading) -> Status::Destination& {
    return status.destinations[{label(reading.labels, "tenant"), label(reading.labels, "destination")}];
  };
  for (const auto& reading : metrics.counters("headgate_deliver_events_total"))
    at(reading).events += reading.value;
  for (const auto& reading : metrics.counters("headgate_deliver_bytes_total"))
    at(reading).bytes += reading.value;
  for (const auto& reading : metrics.counters("headgate_deliver_filtered_total"))
    at(reading).filtered += reading.value;
  for (const auto& reading : metrics.counters("headgate_deliver_objects_total")) {
    const std::string outcome = label(reading.labels, "outcome");
    if (outcome == "delivered") at(reading).objects += reading.value;
    if (outcome == "failed") at(reading).failed += reading.value;
    if (outcome == "lost") at(reading).lost += reading.value;
  }
  // Of the destinations beyond those that are named: there are none yet.
  std::erase_if(status.destinations, [](const auto& one) {
    return one.first.first == "other" && one.second.events + one.second.objects + one.second.failed +
                                                 one.second.lost + one.second.filtered ==
                                             0;
  });
  Histogram::Snapshot lag;
  for (const auto& reading : metrics.histograms("headgate_deliver_lag_seconds")) {
    if (lag.counts.empty())
      lag = Histogram::Snapshot{.bounds = reading.snapshot.bounds,
                                .counts = std::vector<std::uint64_t>(reading.snapshot.counts.size()),
                                .sum = 0};
    for (std::size_t bucket = 0; bucket < lag.counts.size(); ++bucket)
      lag.counts[bucket] += reading.snapshot.counts[bucket];
  }
  if (!lag.counts.empty()) {
    status.lag_count = lag.count();
    status.lag_p50 = lag.quantile(0.5);
    status.lag_p99 = lag.quantile(0.99);
  }
  return status;
}

std::string status_table(const Status& now, const Status& before, std::chrono::duration<double> elapsed,
                         std::chrono::duration<double> uptime) {
  const double seconds = elapsed.count() > 0 ? elapsed.count() : 1;
  const double rate = static_cast<double>(now.lines - before.lines) / seconds;
  std::string text = fmt::format("headgate local   {:.0f} s\n\n", uptime.count());
  text += fmt::format("  collected  {:>14} lines   {:>12} lines/s\n", with_commas(now.lines),
                      with_commas(static_cast<std::uint64_t>(rate)));
  text += fmt::format("  stored     {:>14} objects {:>12} -> {} ({:.1f} : 1)\n", with_commas(now.objects),
                      bytes_in_words(static_cast<double>(now.raw_bytes)),
                      bytes_in_words(static_cast<double>(now.object_bytes)), ratio_of(now));
  text += fmt::format(
      "  latency    {:>14} p50     {:>12} p99   (a batch's oldest line written -> all of it delivered; {} "
      "lines)\n\n",
      latency_in_words(now.lag_p50), latency_in_words(now.lag_p99), with_commas(now.lag_count));
  text += fmt::format("  {:<20} {:<14} {:>12} {:>9} {:>11} {:>8} {:>7} {:>7}\n", "tenant", "destination",
                      "lines", "objects", "bytes", "filtered", "retried", "lost");
  for (const auto& [name, at] : now.destinations) {
    text += fmt::format("  {:<20} {:<14} {:>12} {:>9} {:>11} {:>8} {:>7} {:>7}\n", name.first, name.second,
                        with_commas(at.events), with_commas(at.objects),
                        bytes_in_words(static_cast<double>(at.bytes)), at.filtered, at.failed, at.lost);
  }
  if (now.parked > 0) {
    text += fmt::format(
        "\n  {} deliveries are parked, the oldest for {}; why: headgate undelivered list --kind=parked\n",
        with_commas(now.parked), age_in_words(now.parked_oldest));
  }
  return text;
}

std::string status_line(const Status& now, std::chrono::duration<double> uptime) {
  std::uint64_t delivered = 0;
  for (const auto& [name, at] : now.destinations) delivered += at.objects;
  return fmt::format(
      "{:>4.0f} s  collected {} lines, stored {} objects ({} -> {}), delivered {} objects, latency p50 {} "
      "p99 {}\n",
      uptime.count(), with_commas(now.lines), with_commas(now.objects),
      bytes_in_words(static_cast<double>(now.raw_bytes)),
      bytes_in_words(static_cast<double>(now.object_bytes)), with_commas(delivered),
      latency_in_words(now.lag_p50), latency_in_words(now.lag_p99));
}

}  // namespace headgate::cli
