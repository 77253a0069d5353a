#include "model/time/timestamp.h"

#include <array>
#include <cstring>

#include "model/time/civil_text.h"

namespace headgate {
namespace {

using civil_text::is_digit;

constexpr std::int64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::int64_t kSecondsPerDay = 86'400;
constexpr int kMinutesPerDay = 1'440;

// Offsets a zone may have: a day and more is no zone (and would leave what the fast range check allows).
constexpr bool is_offset(int minutes) {
  return minutes > -kMinutesPerDay && minutes < kMinutesPerDay;
}

constexpr bool is_leap(int year) {
  return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

constexpr int last_day_of(int year, int month) {
  if (month == 2) return is_leap(year) ? 29 : 28;
  return 30 + ((month ^ (month >> 3)) & 1);
}

// Days since 1970-01-01 of a real date in a year > 0 (Howard Hinnant, "chrono-Compatible Low-Level Date
// Algorithms", with the year beginning in March). All days are held against std::chrono and glibc in the
// tests.
constexpr std::int64_t days_of(int year, int month, int day) {
  const int march_year = month <= 2 ? year - 1 : year;
  const int march_month = month <= 2 ? month + 9 : month - 3;
  const int day_of_year = (153 * march_month + 2) / 5 + day - 1;
  return std::int64_t{365} * march_year + march_year / 4 - march_year / 100 + march_year / 400 + day_of_year -
         719'468;
}

constexpr bool is_real(const CivilTime& civil) {
  return civil.year >= 1677 && civil.year <= 2262 && civil.month >= 1 && civil.month <= 12 &&
         civil.day >= 1 && civil.day <= last_day_of(civil.year, civil.month) && civil.hour >= 0 &&
         civil.hour <= 23 && civil.minute >= 0 && civil.minute <= 59 && civil.second >= 0 &&
         civil.second <= 60 && civil.nanosecond >= 0 && civil.nanosecond < kNanosecondsPerSecond;
}

// A moment of the first or last year, some of which do not fit.
std::optional<Timestamp> timestamp_at_the_edge(std::int64_t seconds, std::int64_t nanosecond) {
  if (seconds < 0 && nanosecond > 0) {  // both parts of one sign, so that only the sum decides
    ++seconds;
    nanosecond -= kNanosecondsPerSecond;
  }
  std::int64_t total = 0;
  if (__builtin_mul_overflow(seconds, kNanosecondsPerSecond, &total)) return std::nullopt;
  if (__builtin_add_overflow(total, nanosecond, &total)) return std::nullopt;
  return Timestamp{total};
}

struct Zone {
  int offset_minutes = 0;
  std::size_t length = 0;  // 0: none is written
};

bool are_digits(std::string_view text, std::size_t at, std::size_t count) {
  if (text.size() < at + count) return false;
  for (std::size_t index = at; index < at + count; ++index) {
    if (!is_digit(text[index])) return false;
  }
  return true;
}

int two_digits(std::string_view text, std::size_t at) {
  return (text[at] - '0') * 10 + (text[at + 1] - '0');
}

// The zone at the start of `text`. Empty when one begins there and is damaged (`+25:00`, `+1`, `+02:3`): such
// a time must not pass for UTC. A sign without a digit after it is only text.
std::optional<Zone> read_zone(std::string_view text) {
  if (text.empty()) return Zone{};
  if (text[0] == 'Z' || text[0] == 'z') return Zone{0, 1};
  if (text[0] != '+' && text[0] != '-') return Zone{};
  if (!are_digits(text, 1, 1)) return Zone{};
  if (!are_digits(text, 1, 2)) return std::nullopt;
  const int hours = two_digits(text, 1);
  int minutes = 0;
  std::size_t length = 3;
  if (are_digits(text, 3, 2)) {
    minutes = two_digits(text, 3);
    length = 5;
  } else if (text.size() > 4 && text[3] == ':' && is_digit(text[4])) {
    if (!are_digits(text, 4, 2)) return std::nullopt;
    minutes = two_digits(text, 4);
    length = 6;
  }
  if (hours > 23 || minutes > 59) return std::nullopt;
  const int offset = hours * 60 + minutes;
  return Zone{text[0] == '-' ? -offset : offset, length};
}

constexpr std::array<char, 200> digit_pairs() {
  std::array<char, 200> table{};
  for (std::size_t number = 0; number < 100; ++number) {
    table[2 * number] = static_cast<char>('0' + number / 10);
    table[2 * number + 1] = static_cast<char>('0' + number % 10);
  }
  return table;
}
constexpr std::array<char, 200> kDigitPairs = digit_pairs();

// 0 to 99 as two digits.
void put_pair(char* into, unsigned number) {
  std::memcpy(into, &kDigitPairs[std::size_t{2} * number], 2);
}
void put_pair(char* into, int number) {
  put_pair(into, static_cast<unsigned>(number));
}

}  // namespace

std::optional<Timestamp> timestamp_of(const CivilTime& civil, int offset_minutes) {
  if (!is_real(civil) || !is_offset(offset_minutes)) return std::nullopt;
  const int minute_of_day = civil.hour * 60 + civil.minute;
  int second = civil.second;
  int nanosecond = civil.nanosecond;
  if (second == 60) [[unlikely]] {  // a leap second, which is only ever the last of a UTC day
    if ((minute_of_day - offset_minutes + kMinutesPerDay) % kMinutesPerDay != kMinutesPerDay - 1) {
      return std::nullopt;
    }
    second = 59;
    nanosecond = static_cast<int>(kNanosecondsPerSecond - 1);
  }
  const std::int64_t seconds = days_of(civil.year, civil.month, civil.day) * kSecondsPerDay +
                               std::int64_t{minute_of_day - offset_minutes} * 60 + second;
  if (civil.year == 1677 || civil.year == 2262) [[unlikely]]
    return timestamp_at_the_edge(seconds, nanosecond);
  return Timestamp{seconds * kNanosecondsPerSecond + nanosecond};
}

CivilTime civil_of(Timestamp at) {
  const std::int64_t seconds = at.seconds();
  std::int64_t nanosecond = at.nanoseconds % kNanosecondsPerSecond;
  if (nanosecond < 0) nanosecond += kNanosecondsPerSecond;

  // Neri and Schneider, "Euclidean affine functions and their application to calendar algorithms" (2022),
  // with the year beginning in March of the year 0: every number below is positive and fits 32 bits.
  constexpr std::int64_t kDaysToEpoch = 719'468;
  const std::int64_t days_from_march_0 = (seconds + kDaysToEpoch * kSecondsPerDay) / kSecondsPerDay;
  const auto second_of_day = static_cast<std::uint32_t>(seconds + kDaysToEpoch * kSecondsPerDay -
                                                        days_from_march_0 * kSecondsPerDay);
  const std::uint32_t n1 = 4 * static_cast<std::uint32_t>(days_from_march_0) + 3;
  const std::uint32_t century = n1 / 146'097;
  const std::uint32_t n2 = (n1 % 146'097) | 3U;
  const std::uint64_t p2 = std::uint64_t{2'939'745} * n2;
  const auto year_of_century = static_cast<std::uint32_t>(p2 >> 32U);
  const std::uint32_t day_of_year = static_cast<std::uint32_t>(p2) / 2'939'745 / 4;
  const std::uint32_t n3 = 2'141 * day_of_year + 197'913;
  const bool is_next_year = day_of_year >= 306;  // January and February

  CivilTime civil;
  civil.year = static_cast<int>(100 * century + year_of_century + (is_next_year ? 1U : 0U));
  civil.month = static_cast<int>((n3 >> 16U) - (is_next_year ? 12U : 0U));
  civil.day = static_cast<int>((n3 & 0xFFFFU) / 2'141 + 1);
  civil.hour = static_cast<int>(second_of_day / 3'600);
  civil.minute = static_cast<int>(second_of_day / 60 % 60);
  civil.second = static_cast<int>(second_of_day % 60);
  civil.nanosecond = static_cast<int>(nanosecond);
  return civil;
}

std::optional<ParsedTime> parse_iso_prefix(std::string_view text) {
  CivilTime civil;
  if (text.size() < civil_text::kDateTimeBytes) return std::nullopt;
  if (text[10] != 'T' && text[10] != ' ' && text[10] != 't') return std::nullopt;
  if (!civil_text::read_date_time(text.data(), civil_text::kIsoDate, civil)) return std::nullopt;
  std::size_t length = civil_text::kDateTimeBytes;
  length += civil_text::read_fraction(text.substr(length), civil.nanosecond);
  const std::optional<Zone> zone = read_zone(text.substr(length));
  if (!zone) return std::nullopt;
  length += zone->length;
  if (!civil_text::ends_a_time(text, length)) return std::nullopt;
  const std::optional<Timestamp> at = timestamp_of(civil, zone->offset_minutes);
  if (!at) return std::nullopt;
  return ParsedTime{*at, length, zone->length > 0};
}

std::optional<Timestamp> parse_rfc3339(std::string_view text) {
  std::uint64_t fraction = 0;
  if (text.size() == kRfc3339Bytes && text[10] == 'T' && text[19] == '.' && is_digit(text[28]) &&
      text[29] == 'Z' && civil_text::kDigits.fits(civil_text::eight_bytes(text.data() + 20), fraction))
      [[likely]] {
    CivilTime civil;
    if (!civil_text::read_date_time(text.data(), civil_text::kIsoDate, civil)) return std::nullopt;
    civil.nanosecond = static_cast<int>(civil_text::eight_digits(fraction)) * 10 + (text[28] - '0');
    return timestamp_of(civil);
  }
  const std::optional<ParsedTime> parsed = parse_iso_prefix(text);
  if (!parsed || !parsed->has_zone || parsed->length != text.size()) return std::nullopt;
  return parsed->at;
}

namespace {

constexpr std::size_t kToFraction = 20;  // 2026-01-01T00:00:00.

// Nine digits.
void put_fraction(unsigned nanosecond, char* into) {
  const unsigned high = nanosecond / 100'000;  // the first four digits
  const unsigned low = nanosecond % 100'000;   // the last five
  put_pair(into, high / 100);
  put_pair(into + 2, high % 100);
  put_pair(into + 4, low / 1'000);
  put_pair(into + 6, low / 10 % 100);
  into[8] = static_cast<char>('0' + low % 10);
}

}  // namespace

void format_rfc3339(Timestamp at, char* into) {
  const CivilTime civil = civil_of(at);
  std::memcpy(into, "0000-00-00T00:00:00.000000000Z", kRfc3339Bytes);
  put_pair(into, civil.year / 100);
  put_pair(into + 2, civil.year % 100);
  put_pair(into + 5, civil.month);
  put_pair(into + 8, civil.day);
  put_pair(into + 11, civil.hour);
  put_pair(into + 14, civil.minute);
  put_pair(into + 17, civil.second);
  put_fraction(static_cast<unsigned>(civil.nanosecond), into + kToFraction);
}

void format_rfc3339_beside(Timestamp other, const char* other_text, Timestamp at, char* into) {
  const std::int64_t second = at.seconds();
  if (second != other.seconds()) return format_rfc3339(at, into);
  std::memcpy(into, other_text, kRfc3339Bytes);
  put_fraction(static_cast<unsigned>(at.nanoseconds - second * kNanosecondsPerSecond), into + kToFraction);
}

std::string to_rfc3339(Timestamp at) {
  std::string text(kRfc3339Bytes, '\0');
  format_rfc3339(at, text.data());
  return text;
}

std::string to_key_time(Timestamp at) {
  const CivilTime civil = civil_of(at);
  std::string text = "00000000-000000";
  put_pair(text.data(), civil.year / 100);
  put_pair(text.data() + 2, civil.year % 100);
  put_pair(text.data() + 4, civil.month);
  put_pair(text.data() + 6, civil.day);
  put_pair(text.data() + 9, civil.hour);
  put_pair(text.data() + 11, civil.minute);
  put_pair(text.data() + 13, civil.second);
  return text;
}

}  // namespace headgate
