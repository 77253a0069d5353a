#include "model/time/message_time.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

#include "model/time/civil_text.h"
#include "model/time/json_time.h"

namespace headgate {
namespace {

using civil_text::is_digit;
using Offset = BelievedTime::Offset;

constexpr std::size_t kNamedTimeBytesMax = 4'096;  // how far `time="` is looked for

bool is_klog_level(char byte) {
  return byte == 'I' || byte == 'W' || byte == 'E' || byte == 'F' || byte == 'D';
}

// A klog line has no year: it is the one that puts the line nearest to when the runtime read it. Never more
// than half a year away, which only a 29 February outside of leap years could be.
std::optional<Timestamp> nearest_in(CivilTime civil, Timestamp runtime_time) {
  constexpr std::int64_t kHalfYear = std::int64_t{184} * 86'400 * 1'000'000'000;
  const int runtime_year = civil_of(runtime_time).year;
  std::optional<Timestamp> nearest;
  std::int64_t nearest_distance = kHalfYear;
  for (const int year : {runtime_year, runtime_year - 1, runtime_year + 1}) {
    civil.year = year;
    const std::optional<Timestamp> at = timestamp_of(civil);
    if (!at) continue;
    std::int64_t distance = 0;  // moments centuries apart: not within an int64, and not near
    if (__builtin_sub_overflow(at->nanoseconds, runtime_time.nanoseconds, &distance)) continue;
    if (distance < 0) distance = -distance;
    if (distance < nearest_distance) {
      nearest = at;
      nearest_distance = distance;
    }
    constexpr std::int64_t kSurelyNearest = kHalfYear - std::int64_t{3} * 86'400 * 1'000'000'000;
    if (nearest_distance < kSurelyNearest) break;  // the other years are further off
  }
  return nearest;
}

// `I0830 11:27:01.564974 ...`
std::optional<Timestamp> klog_time(std::string_view message, Timestamp runtime_time) {
  constexpr std::size_t kDateBytes = 5;   // I0830
  constexpr std::size_t kClockBytes = 8;  // 11:27:01
  std::size_t at = kDateBytes;
  while (at < message.size() && message[at] == ' ') ++at;
  if (at == kDateBytes || message.size() < at + kClockBytes) return std::nullopt;
  std::uint64_t date = 0;
  std::uint64_t clock = 0;
  constexpr civil_text::Shape kDate{"?0000 ??"};
  if (!kDate.fits(civil_text::eight_bytes(message.data()), date)) return std::nullopt;
  if (!civil_text::kTime.fits(civil_text::eight_bytes(message.data() + at), clock)) return std::nullopt;
  date = civil_text::pairs(date);
  clock = civil_text::pairs(clock);
  CivilTime civil{.year = 1970,
                  .month = civil_text::pair_at(date, 1),
                  .day = civil_text::pair_at(date, 3),
                  .hour = civil_text::pair_at(clock, 0),
                  .minute = civil_text::pair_at(clock, 3),
                  .second = civil_text::pair_at(clock, 6)};
  at += kClockBytes;
  const std::size_t fraction_bytes = civil_text::read_fraction(message.substr(at), civil.nanosecond);
  if (fraction_bytes == 0 || !civil_text::ends_a_time(message, at + fraction_bytes)) return std::nullopt;
  return nearest_in(civil, runtime_time);
}

// `2025/08/30 10:33:20 ...`
std::optional<Timestamp> go_time(std::string_view message) {
  CivilTime civil;
  if (message.size() < civil_text::kDateTimeBytes || message[10] != ' ') return std::nullopt;
  if (!civil_text::read_date_time(message.data(), civil_text::kGoDate, civil)) return std::nullopt;
  std::size_t length = civil_text::kDateTimeBytes;
  length += civil_text::read_fraction(message.substr(length), civil.nanosecond);
  if (!civil_text::ends_a_time(message, length)) return std::nullopt;
  return timestamp_of(civil);
}

std::optional<Timestamp> judge(const ParsedTime& parsed, BelievedTime& believed) {
  return believed.judge(parsed.at, parsed.has_zone ? Offset::Known : Offset::Missing);
}

bool is_name_byte(char byte) {
  const char lower = static_cast<char>(byte | 0x20);
  return is_digit(byte) || (lower >= 'a' && lower <= 'z') || byte == '_' || byte == '-' || byte == '.';
}

// `... time="2025-08-30T09:21:21Z" ...`; `uptime="` is another name. Quotes are rarer than most bytes in log
// lines, and memchr finds them faster than memmem finds six bytes (message_time_bench.cc).
std::optional<Timestamp> named_time(std::string_view message, BelievedTime& believed) {
  constexpr std::string_view kName = "time=";
  const std::string_view head = message.substr(0, kNamedTimeBytesMax);
  std::size_t quote = head.find('"');
  while (quote != std::string_view::npos) {
    if (quote >= kName.size() && head.substr(quote - kName.size(), kName.size()) == kName &&
        (quote == kName.size() || !is_name_byte(head[quote - kName.size() - 1]))) {
      const std::string_view value = head.substr(quote + 1);
      const std::optional<ParsedTime> parsed = parse_iso_prefix(value);
      if (parsed && parsed->length < value.size() && value[parsed->length] == '"') {
        if (const std::optional<Timestamp> at = judge(*parsed, believed)) return at;
      }
    }
    quote = head.find('"', quote + 1);
  }
  return std::nullopt;
}

std::optional<Timestamp> message_time(std::string_view message, BelievedTime& believed) {
  const char first = message[0];
  if (first == '{') return json_time(message, believed);
  std::optional<Timestamp> at;
  if (is_digit(first)) {
    if (const std::optional<ParsedTime> iso = parse_iso_prefix(message)) {
      at = judge(*iso, believed);
    } else if (const std::optional<Timestamp> go = go_time(message)) {
      at = believed.judge(*go, Offset::Missing);
    }
  } else if (is_klog_level(first)) {
    if (const std::optional<Timestamp> klog = klog_time(message, believed.runtime_time()))
      at = believed.judge(*klog, Offset::Missing);
  }
  return at ? at : named_time(message, believed);
}

}  // namespace

EventTime event_time(std::string_view message, Timestamp runtime_time, const TimeWindow& window) {
  while (!message.empty() && (message[0] == ' ' || message[0] == '\t')) message.remove_prefix(1);
  if (message.empty()) return {.at = runtime_time};
  BelievedTime believed(runtime_time, window);
  if (const std::optional<Timestamp> at = message_time(message, believed))
    return {.at = *at, .source = EventTime::Source::Message};
  using Source = EventTime::Source;
  return {.at = runtime_time, .source = believed.has_refused() ? Source::RuntimeInstead : Source::Runtime};
}

}  // namespace headgate
