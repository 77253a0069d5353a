#include "aws/lambda/embedded_metrics.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>

#include "base/gauge_reading.h"
#include "model/text/json_text.h"

namespace headgate::aws {
namespace {

constexpr std::string_view kNamespace = "Headgate";
constexpr std::uint64_t kValuesMax = 100;  // for one metric in one line

struct Told {
  std::string_view name;  // the name in our registry
  std::string_view as;
  std::string_view unit;
};
constexpr std::array kCounters = {
    Told{"headgate_deliver_events_total", "Events", "Count"},
    Told{"headgate_deliver_bytes_total", "Bytes", "Bytes"},
    Told{"headgate_deliver_batches_total", "Batches", "Count"},
    Told{"headgate_deliver_objects_total", "Objects", "Count"},
    Told{"headgate_deliver_filtered_total", "ObjectsFiltered", "Count"},
    Told{"headgate_deliver_events_filtered_total", "EventsFiltered", "Count"},
    Told{"headgate_deliver_events_quarantined_total", "EventsQuarantined", "Count"},
    Told{"headgate_deliver_unknown_tenant_total", "ObjectsOfUnknownTenants", "Count"},
    Told{"headgate_process_acknowledged_total", "MessagesAcknowledged", "Count"},
    Told{"headgate_quarantine_messages_total", "MessagesQuarantined", "Count"},
    Told{"headgate_quarantine_objects_total", "ObjectsDamaged", "Count"},
};
// Gauges are written if they are not 0, and once more when they have become 0.
constexpr std::array kGauges = {
    Told{"headgate_parked_deliveries", "DeliveriesParked", "Count"},
    Told{"headgate_parked_oldest_age_seconds", "ParkedOldestAge", "Seconds"},
};
constexpr std::array kHistograms = {
    Told{"headgate_deliver_latency_seconds", "Latency", "Seconds"},
    Told{"headgate_deliver_lag_seconds", "Lag", "Seconds"},
};

std::string series_of(std::string_view name, const Labels& labels) {
  std::string series(name);
  for (const auto& [label, value] : labels) series.append(1, '\n').append(label).append(1, '=').append(value);
  return series;
}

void append_number(std::string& to, double number) {
  char text[32];
  const auto [end, error] = std::to_chars(text, text + sizeof text, number);
  to.append(text, error == std::errc() ? end : text);
}

// The value that is written for each observation in a bucket.
double value_of(const Histogram::Snapshot& snapshot, std::size_t bucket) {
  if (snapshot.bounds.empty()) return 0;
  return snapshot.bounds[std::min(bucket, snapshot.bounds.size() - 1)];
}

}  // namespace

struct EmbeddedMetrics::Line {
  std::string definitions;  // {"Name":...},...
  std::string values;       // "Events":12,...

  void begin(const Told& told) {
    if (!definitions.empty()) definitions += ',';
    definitions.append(R"({"Name":")")
        .append(told.as)
        .append(R"(","Unit":")")
        .append(told.unit)
        .append(R"("})");
    values.append(",\"").append(told.as).append("\":");
  }
};

void EmbeddedMetrics::add_counters(Lines& lines) {
  for (const Told& told : kCounters) {
    for (const Metrics::CounterReading& reading : metrics_.counters(told.name)) {
      std::uint64_t& before = counted_[series_of(told.name, reading.labels)];
      const std::uint64_t added = reading.value - before;
      before = reading.value;
      if (added == 0) continue;
      Line& line = lines[reading.labels];
      line.begin(told);
      line.values += std::to_string(added);
    }
  }
}

void EmbeddedMetrics::add_gauges(Lines& lines) {
  for (const Told& told : kGauges) {
    const double value = gauge_reading(metrics_, told.name).value_or(0);
    double& before = gauged_[std::string(told.name)];
    const bool is_nothing = value == 0 && before == 0;
    before = value;
    if (is_nothing) continue;
    Line& line = lines[Labels{}];
    line.begin(told);
    append_number(line.values, value);
  }
}

void EmbeddedMetrics::add_histograms(Lines& lines) {
  for (const Told& told : kHistograms) {
    for (const Metrics::HistogramReading& reading : metrics_.histograms(told.name)) {
      std::vector<std::uint64_t>& before = observed_[series_of(told.name, reading.labels)];
      before.resize(reading.snapshot.counts.size());
      std::vector<std::uint64_t> added = reading.snapshot.counts;
      std::uint64_t total = 0;
      for (std::size_t bucket = 0; bucket < added.size(); ++bucket)
        total += added[bucket] -= std::exchange(before[bucket], reading.snapshot.counts[bucket]);
      if (total == 0) continue;
      Line& line = lines[reading.labels];
      line.begin(told);
      char separator = '[';
      std::uint64_t left = kValuesMax;
      for (std::size_t bucket = 0; bucket < added.size(); ++bucket) {
        if (added[bucket] == 0) continue;
        // The bucket's share of the hundred values. Each bucket gets at least one, since there are fewer than
        // a hundred buckets.
        const std::uint64_t share = total <= kValuesMax
                                        ? added[bucket]
                                        : std::max<std::uint64_t>(added[bucket] * kValuesMax / total, 1);
        for (std::uint64_t copy = 0; copy < std::min(share, left); ++copy) {
          line.values += std::exchange(separator, ',');
          append_number(line.values, value_of(reading.snapshot, bucket));
        }
        left -= std::min(share, left);
      }
      line.values += ']';
    }
  }
}

std::string EmbeddedMetrics::lines(Timestamp now) {
  Lines lines;
  add_counters(lines);
  add_gauges(lines);
  add_histograms(lines);
  std::string text;
  for (const auto& [labels, line] : lines) {
    text.append(R"({"_aws":{"Timestamp":)").append(std::to_string(now.milliseconds()));
    text.append(R"(,"CloudWatchMetrics":[{"Namespace":")").append(kNamespace).append(R"(","Dimensions":[[])");
    if (dimensions_ == Dimensions::ByTenant && !labels.empty()) {
      char separator = '[';
      text += ',';
      for (const auto& [label, value] : labels) {
        text += std::exchange(separator, ',');
        append_json_string(text, label);
      }
      text += ']';
    }
    text.append(R"(],"Metrics":[)").append(line.definitions).append("]}]}");
    for (const auto& [label, value] : labels) {
      text += ',';
      append_json_string(text, label);
      text += ':';
      append_json_string(text, value);
    }
    text.append(line.values).append("}\n");
  }
  return text;
}

}  // namespace headgate::aws
