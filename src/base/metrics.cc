#include "base/metrics.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <variant>

#include "base/check.h"
#include "base/utf8.h"

namespace headgate {

namespace {

constexpr std::string_view kOther = "other";

// A value as the text format writes it: Go's ParseFloat syntax.
std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", number);
}

bool is_name(std::string_view name, bool may_have_colons) {
  if (name.empty() || (name.front() >= '0' && name.front() <= '9')) return false;
  return std::all_of(name.begin(), name.end(), [&](char character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') ||
           (character >= '0' && character <= '9') || character == '_' ||
           (may_have_colons && character == ':');
  });
}

void append_escaped(std::string& into, std::string_view text, bool escapes_quotes) {
  for (const char character : text) {
    if (character == '\\') {
      into += "\\\\";
    } else if (character == '\n') {
      into += "\\n";
    } else if (character == '"' && escapes_quotes) {
      into += "\\\"";
    } else {
      into.push_back(character);
    }
  }
}

// {a="b",c="d"}, with `le` last when given; nothing when there is no label.
std::string labels_text(const Labels& labels, std::string_view le = {}) {
  std::string text;
  const auto append = [&](std::string_view name, std::string_view value) {
    text.push_back(text.empty() ? '{' : ',');
    text += name;
    text += "=\"";
    append_escaped(text, value, true);
    text.push_back('"');
  };
  for (const auto& [name, value] : labels) append(name, value);
  if (!le.empty()) append("le", le);
  if (!text.empty()) text.push_back('}');
  return text;
}

// One order for every way of writing the same labels, and only values that the format can carry. Names are
// ours, values are not.
Labels canonical(Labels labels, std::string_view reserved) {
  for (auto& [name, value] : labels) {
    CHECK(is_name(name, false) && !name.starts_with("__") && name != reserved);
    if (!is_utf8(value)) value = to_utf8(value);
  }
  std::sort(labels.begin(), labels.end());
  const auto same = [](const auto& left, const auto& right) { return left.first == right.first; };
  CHECK(std::adjacent_find(labels.begin(), labels.end(), same) == labels.end());
  return labels;
}

void append_sample(std::string& into, std::string_view name, std::string_view suffix, std::string_view labels,
                   std::string_view value) {
  into += name;
  into += suffix;
  into += labels;
  into.push_back(' ');
  into += value;
  into.push_back('\n');
}

void append_histogram(std::string& into, std::string_view name, const Labels& labels,
                      const Histogram::Snapshot& snapshot) {
  std::uint64_t cumulative = 0;
  for (std::size_t bucket = 0; bucket < snapshot.counts.size(); ++bucket) {
    cumulative += snapshot.counts[bucket];
    const std::string bound = bucket < snapshot.bounds.size() ? number_text(snapshot.bounds[bucket]) : "+Inf";
    append_sample(into, name, "_bucket", labels_text(labels, bound), fmt::format_int(cumulative).c_str());
  }
  const std::string plain = labels_text(labels);
  append_sample(into, name, "_sum", plain, number_text(snapshot.sum));
  append_sample(into, name, "_count", plain, fmt::format_int(cumulative).c_str());
}

template <typename Instrument>
using Series = std::map<Labels, std::unique_ptr<Instrument>>;

// The order is that of Family::series.
enum Type : int { kCounter = 0, kGauge = 1, kHistogram = 2 };
constexpr std::string_view kTypeNames[] = {"counter", "gauge", "histogram"};

// The series of those labels; the shared one when there are too many.
template <typename Instrument, typename Make>
Instrument& series_of(Series<Instrument>& series, Labels labels, std::size_t series_max, const Make& make) {
  if (const auto found = series.find(labels); found != series.end()) return *found->second;
  if (series.size() >= series_max) {
    for (auto& label : labels) label.second = kOther;
  }
  std::unique_ptr<Instrument>& instrument = series[std::move(labels)];
  if (!instrument) instrument = make();
  return *instrument;
}

}  // namespace

Histogram::Histogram(std::vector<double> bounds) : bounds_(std::move(bounds)) {
  CHECK(std::all_of(bounds_.begin(), bounds_.end(), [](double bound) { return std::isfinite(bound); }));
  CHECK(std::adjacent_find(bounds_.begin(), bounds_.end(), std::greater_equal<>()) == bounds_.end());
  for (std::size_t bucket = 0; bucket <= bounds_.size(); ++bucket) counts_.emplace_back(0);
}

void Histogram::observe(double value, std::uint64_t times) {
  if (std::isnan(value)) return;  // it has no place, and would spoil the sum for ever
  const auto bound = std::lower_bound(bounds_.begin(), bounds_.end(), value);
  const auto bucket = static_cast<std::size_t>(bound - bounds_.begin());
  counts_[bucket].fetch_add(times, std::memory_order_relaxed);
  sum_.fetch_add(value * static_cast<double>(times), std::memory_order_relaxed);
}

Histogram::Snapshot Histogram::snapshot() const {
  Snapshot snapshot{.bounds = bounds_, .counts = {}, .sum = sum_.load(std::memory_order_relaxed)};
  snapshot.counts.reserve(counts_.size());
  for (const auto& count : counts_) snapshot.counts.push_back(count.load(std::memory_order_relaxed));
  return snapshot;
}

std::uint64_t Histogram::Snapshot::count() const {
  std::uint64_t total = 0;
  for (const std::uint64_t one : counts) total += one;
  return total;
}

double Histogram::Snapshot::quantile(double quantile) const {
  const std::uint64_t total = count();
  if (total == 0 || bounds.empty()) return 0;
  const double rank = std::clamp(quantile, 0.0, 1.0) * static_cast<double>(total);
  double below = 0;  // observations in the buckets before this one
  for (std::size_t bucket = 0; bucket < bounds.size(); ++bucket) {
    const auto inside = static_cast<double>(counts[bucket]);
    if (inside > 0 && below + inside >= rank) {
      // The first bucket starts at 0 when it can: most of what we measure is not negative.
      const double lower = bucket > 0 ? bounds[bucket - 1] : std::min(0.0, bounds[0]);
      return lower + (bounds[bucket] - lower) * ((rank - below) / inside);
    }
    below += inside;
  }
  return bounds.back();
}

struct Metrics::Family {
  std::string help;
  std::variant<Series<Counter>, Series<Gauge>, Series<Histogram>> series;
  std::vector<double> bounds;  // of histograms: one set a family
};

Metrics::Metrics(std::size_t series_max) : series_max_(series_max) {
  CHECK(series_max > 0);
}

Metrics::~Metrics() = default;

Metrics::Family& Metrics::family(std::string_view name, std::string_view help, int type) {
  auto found = families_.find(name);
  if (found == families_.end()) {
    CHECK(is_name(name, true));
    auto made = std::make_unique<Family>();
    made->help = to_utf8(help);
    if (type == kGauge) made->series.emplace<kGauge>();
    if (type == kHistogram) made->series.emplace<kHistogram>();
    found = families_.emplace(std::string(name), std::move(made)).first;
  }
  CHECK(found->second->series.index() == static_cast<std::size_t>(type));
  return *found->second;
}

Counter& Metrics::counter(std::string_view name, std::string_view help, Labels labels) {
  labels = canonical(std::move(labels), {});
  const MutexLock lock(mutex_);
  auto& series = std::get<kCounter>(family(name, help, kCounter).series);
  return series_of(series, std::move(labels), series_max_, [] { return std::make_unique<Counter>(); });
}

Gauge& Metrics::gauge(std::string_view name, std::string_view help, Labels labels) {
  labels = canonical(std::move(labels), {});
  const MutexLock lock(mutex_);
  auto& series = std::get<kGauge>(family(name, help, kGauge).series);
  return series_of(series, std::move(labels), series_max_, [] { return std::make_unique<Gauge>(); });
}

Histogram& Metrics::histogram(std::string_view name, std::string_view help, std::vector<double> bounds,
                              Labels labels) {
  labels = canonical(std::move(labels), "le");
  const MutexLock lock(mutex_);
  Family& of_name = family(name, help, kHistogram);
  auto& series = std::get<kHistogram>(of_name.series);
  if (series.empty()) of_name.bounds = bounds;
  CHECK(of_name.bounds == bounds);
  return series_of(series, std::move(labels), series_max_,
                   [&] { return std::make_unique<Histogram>(std::move(bounds)); });
}

std::string Metrics::exposition() const {
  const MutexLock lock(mutex_);
  std::string text;
  for (const auto& [name, family] : families_) {
    text += "# HELP " + name + " ";
    append_escaped(text, family->help, false);
    text += "\n# TYPE " + name + " ";
    text += kTypeNames[family->series.index()];
    text.push_back('\n');
    if (const auto* counters = std::get_if<kCounter>(&family->series)) {
      for (const auto& [labels, counter] : *counters)
        append_sample(text, name, "", labels_text(labels), fmt::format_int(counter->value()).c_str());
    } else if (const auto* gauges = std::get_if<kGauge>(&family->series)) {
      for (const auto& [labels, gauge] : *gauges)
        append_sample(text, name, "", labels_text(labels), number_text(gauge->value()));
    } else if (const auto* histograms = std::get_if<kHistogram>(&family->series)) {
      for (const auto& [labels, histogram] : *histograms)
        append_histogram(text, name, labels, histogram->snapshot());
    }
  }
  return text;
}

std::vector<Metrics::CounterReading> Metrics::counters(std::string_view name) const {
  const MutexLock lock(mutex_);
  std::vector<CounterReading> readings;
  const auto found = families_.find(name);
  if (found == families_.end()) return readings;
  const auto* series = std::get_if<kCounter>(&found->second->series);
  if (series == nullptr) return readings;
  for (const auto& [labels, counter] : *series) readings.push_back({labels, counter->value()});
  return readings;
}

std::vector<Metrics::HistogramReading> Metrics::histograms(std::string_view name) const {
  const MutexLock lock(mutex_);
  std::vector<HistogramReading> readings;
  const auto found = families_.find(name);
  if (found == families_.end()) return readings;
  const auto* series = std::get_if<kHistogram>(&found->second->series);
  if (series == nullptr) return readings;
  for (const auto& [labels, histogram] : *series) readings.push_back({labels, histogram->snapshot()});
  return readings;
}

}  // namespace headgate
