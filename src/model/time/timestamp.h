// Moments on the wall clock, in nanoseconds, and their text forms.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace headgate {

// Nanoseconds since 1970-01-01T00:00:00Z, no leap seconds. Covers 1677-09-21 to 2262-04-11.
struct Timestamp {
  std::int64_t nanoseconds = 0;

  // Counts since the epoch, as others send them too: what lies outside becomes the nearest moment there is.
  static constexpr Timestamp from_seconds(std::int64_t seconds) {
    return {saturated(seconds, 1'000'000'000)};
  }
  static constexpr Timestamp from_milliseconds(std::int64_t milliseconds) {
    return {saturated(milliseconds, 1'000'000)};
  }
  // Rounded towards the past.
  constexpr std::int64_t seconds() const { return floor_divide(nanoseconds, 1'000'000'000); }
  constexpr std::int64_t milliseconds() const { return floor_divide(nanoseconds, 1'000'000); }

  // clang-tidy 14 takes the 0 that a defaulted comparison is compared with for a pointer.
  friend constexpr auto operator<=>(Timestamp, Timestamp) = default;  // NOLINT(modernize-use-nullptr)
  // Times come from log lines too, so from any year: sums and differences stop at the last one there is.
  friend constexpr Timestamp operator+(Timestamp at, std::chrono::nanoseconds by) {
    std::int64_t sum = 0;
    return {__builtin_add_overflow(at.nanoseconds, by.count(), &sum) ? end_towards(by.count() > 0) : sum};
  }
  friend constexpr Timestamp operator-(Timestamp at, std::chrono::nanoseconds by) {
    return {(at - Timestamp{by.count()}).count()};
  }
  friend constexpr std::chrono::nanoseconds operator-(Timestamp later, Timestamp earlier) {
    std::int64_t between = 0;
    const bool is_beyond = __builtin_sub_overflow(later.nanoseconds, earlier.nanoseconds, &between);
    return std::chrono::nanoseconds{is_beyond ? end_towards(earlier.nanoseconds < 0) : between};
  }

 private:
  static constexpr std::int64_t end_towards(bool is_future) {
    return is_future ? std::numeric_limits<std::int64_t>::max() : std::numeric_limits<std::int64_t>::min();
  }
  static constexpr std::int64_t saturated(std::int64_t count, std::int64_t unit_ns) {
    std::int64_t product = 0;
    return __builtin_mul_overflow(count, unit_ns, &product) ? end_towards(count > 0) : product;
  }
  static constexpr std::int64_t floor_divide(std::int64_t value, std::int64_t by) {
    return value / by - (value % by < 0 ? 1 : 0);
  }
};

// A date and time of day as written, before a zone is applied.
struct CivilTime {
  int year = 1970;
  int month = 1;
  int day = 1;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int nanosecond = 0;
};

// Empty when the date is not a real one (30 February, month 13, hour 24), the offset is a day or more, or the
// moment is outside what a Timestamp holds. A leap second (:60 where UTC is 23:59) reads as :59.999999999.
std::optional<Timestamp> timestamp_of(const CivilTime& civil, int offset_minutes = 0);
CivilTime civil_of(Timestamp at);

// What an ISO 8601 / RFC 3339 text at the start of `text` says, and how many bytes it took.
struct ParsedTime {
  Timestamp at;
  std::size_t length = 0;
  bool has_zone = false;
};

// `YYYY-MM-DD` `T`|`t`|` ` `HH:MM:SS`, an optional fraction of any number of digits after `.` or `,` (beyond
// nine: cut), an optional zone `Z`|`z`|`±HH:MM`|`±HHMM`|`±HH` directly after it (`-00:00` is UTC). Without a
// zone: UTC. What follows may be anything but a letter or a digit: `11:27:011`, `11:27:01.5abc` and
// `11:27:01ZZ` are no times. A `.` or `,` without a digit after it, and a sign without one, belong to what
// follows; a sign with a digit begins a zone, and a zone that cannot be read (`+2`, `+25:00`, `+02:3`) makes
// it no time.
std::optional<ParsedTime> parse_iso_prefix(std::string_view text);

// All of `text` is a time as above, with a zone. This is the CRI time and the record's `timestamp`.
// The usual 30-byte form 2025-08-30T11:27:01.564974123Z takes a fast path.
std::optional<Timestamp> parse_rfc3339(std::string_view text);

// 2025-08-30T11:27:01.564974123Z: always nine digits, always Z, 30 bytes. Years 1677 to 2262.
constexpr std::size_t kRfc3339Bytes = 30;
void format_rfc3339(Timestamp at, char* into);  // writes exactly kRfc3339Bytes
// The same, and cheaper where `other_text`, which is of `other`, is of the same second.
void format_rfc3339_beside(Timestamp other, const char* other_text, Timestamp at, char* into);
std::string to_rfc3339(Timestamp at);
// 20250830-112701: the time in an object's key, UTC.
std::string to_key_time(Timestamp at);

}  // namespace headgate
