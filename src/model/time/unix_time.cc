#include "model/time/unix_time.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "model/time/civil_text.h"

namespace headgate {
namespace {

using civil_text::is_digit;

constexpr Timestamp kEarliest = Timestamp::from_seconds(946'684'800);  // 2000-01-01T00:00:00Z
constexpr Timestamp kLatest = Timestamp::from_seconds(4'102'444'800);  // 2100-01-01T00:00:00Z
constexpr int kDigitsKept = 19;                                        // what a uint64 surely holds
constexpr std::int64_t kExponentMax = 100'000;  // larger ones are only ever wrong; keeps sums in range

// A number as digits: `kept` leading significant ones in `head`, `integer_digits` of all stand before the
// point (negative: zeros after it).
struct Decimal {
  std::uint64_t head = 0;
  int kept = 0;
  std::int64_t integer_digits = 0;
};

void take_digit(Decimal& decimal, char digit) {
  if (decimal.kept == kDigitsKept) return;  // beyond nanoseconds for every time there is
  decimal.head = decimal.head * 10 + static_cast<std::uint64_t>(digit - '0');
  ++decimal.kept;
}

// The exponent's value, or empty when it is not one.
std::optional<std::int64_t> read_exponent(std::string_view text) {
  bool is_negative = false;
  if (!text.empty() && (text[0] == '+' || text[0] == '-')) {
    is_negative = text[0] == '-';
    text.remove_prefix(1);
  }
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (const char byte : text) {
    if (!is_digit(byte)) return std::nullopt;
    value = std::min(kExponentMax, value * 10 + (byte - '0'));
  }
  return is_negative ? -value : value;
}

// A JSON number > 0; empty when it is not one (zero and negative ones are no times).
std::optional<Decimal> read_decimal(std::string_view text) {
  Decimal decimal;
  std::size_t at = 0;
  while (at < text.size() && is_digit(text[at])) {
    if (decimal.kept > 0 || text[at] != '0') {
      take_digit(decimal, text[at]);
      ++decimal.integer_digits;
    }
    ++at;
  }
  if (at == 0 || (text[0] == '0' && at > 1)) return std::nullopt;
  if (at < text.size() && text[at] == '.') {
    const std::size_t first = ++at;
    for (; at < text.size() && is_digit(text[at]); ++at) {
      if (decimal.kept == 0 && text[at] == '0') {
        --decimal.integer_digits;
      } else {
        take_digit(decimal, text[at]);
      }
    }
    if (at == first) return std::nullopt;
  }
  if (at < text.size()) {
    if (text[at] != 'e' && text[at] != 'E') return std::nullopt;
    const std::optional<std::int64_t> exponent = read_exponent(text.substr(at + 1));
    if (!exponent) return std::nullopt;
    decimal.integer_digits += *exponent;
  }
  if (decimal.kept == 0) return std::nullopt;
  return decimal;
}

// How many decimal places turn a number with that many digits before the point into nanoseconds.
int nanosecond_places(std::int64_t integer_digits) {
  if (integer_digits <= 11) return 9;  // < 1e11: seconds
  if (integer_digits <= 14) return 6;
  if (integer_digits <= 17) return 3;
  return 0;
}

constexpr std::array<std::uint64_t, 20> powers_of_ten() {
  std::array<std::uint64_t, 20> powers{};
  powers[0] = 1;
  for (std::size_t index = 1; index < powers.size(); ++index) powers[index] = powers[index - 1] * 10;
  return powers;
}
constexpr std::array<std::uint64_t, 20> kPowersOfTen = powers_of_ten();

}  // namespace

std::optional<Timestamp> parse_unix_time(std::string_view number) {
  const std::optional<Decimal> decimal = read_decimal(number);
  if (!decimal) return std::nullopt;
  // 2000 to 2100 in nanoseconds has 18 or 19 digits: all else is out of range, whatever the digits are.
  const std::int64_t wanted = decimal->integer_digits + nanosecond_places(decimal->integer_digits);
  if (wanted < 18 || wanted > kDigitsKept) return std::nullopt;
  const auto missing = static_cast<int>(wanted) - decimal->kept;
  const std::uint64_t nanoseconds = missing >= 0
                                        ? decimal->head * kPowersOfTen[static_cast<std::size_t>(missing)]
                                        : decimal->head / kPowersOfTen[static_cast<std::size_t>(-missing)];
  if (nanoseconds > static_cast<std::uint64_t>(kLatest.nanoseconds)) return std::nullopt;
  const Timestamp at{static_cast<std::int64_t>(nanoseconds)};
  if (at < kEarliest) return std::nullopt;
  return at;
}

}  // namespace headgate
