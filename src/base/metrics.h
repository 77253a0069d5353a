// Counters, gauges and histograms, shown in Prometheus text format 0.0.4
// (https://prometheus.io/docs/instrumenting/exposition_formats/). Instruments are made once, at start, and
// then used without locks; making one takes a lock.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/mutex.h"

namespace headgate {

class Counter {
 public:
  void add(std::uint64_t amount = 1) { value_.fetch_add(amount, std::memory_order_relaxed); }
  std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(double value) { value_.store(value, std::memory_order_relaxed); }
  double value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<double> value_{0};
};

// Cumulative buckets; `bounds` are inclusive upper bounds, ascending, +Inf implied.
class Histogram {
 public:
  explicit Histogram(std::vector<double> bounds);
  void observe(double value, std::uint64_t times = 1);

  struct Snapshot {
    std::vector<double> bounds;
    std::vector<std::uint64_t> counts;  // one per bound, then +Inf; not cumulative
    double sum = 0;
    std::uint64_t count() const;
    // The bound under which a share `quantile` (0..1) of the observations lies, by linear interpolation
    // within the bucket; the last finite bound if they lie beyond it; 0 when there is none.
    double quantile(double quantile) const;
  };
  Snapshot snapshot() const;

 private:
  const std::vector<double> bounds_;
  std::deque<std::atomic<std::uint64_t>> counts_;
  std::atomic<double> sum_{0};
};

using Labels = std::vector<std::pair<std::string, std::string>>;

// All instruments of the process. A family holds at most `series_max` label sets; further ones share one
// series whose every label value is "other", so that a tenant count can never exhaust memory.
class Metrics {
 public:
  explicit Metrics(std::size_t series_max = 2000);
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;
  ~Metrics();

  // The instrument of that name and labels, made at first use; references live as long as this.
  // The same name with another type is our own mistake and stops the process.
  Counter& counter(std::string_view name, std::string_view help, Labels labels = {});
  Gauge& gauge(std::string_view name, std::string_view help, Labels labels = {});
  Histogram& histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                       Labels labels = {});

  // Every family with # HELP and # TYPE, sorted by name; label values escaped.
  std::string exposition() const;

  struct CounterReading {
    Labels labels;
    std::uint64_t value;
  };
  // The series of a counter family; empty when there is none of that name.
  std::vector<CounterReading> counters(std::string_view name) const;
  struct HistogramReading {
    Labels labels;
    Histogram::Snapshot snapshot;
  };
  std::vector<HistogramReading> histograms(std::string_view name) const;

 private:
  struct Family;
  Family& family(std::string_view name, std::string_view help, int type) REQUIRES(mutex_);

  const std::size_t series_max_;
  mutable Mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_ GUARDED_BY(mutex_);
};

}  // namespace headgate
