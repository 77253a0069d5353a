// Reads the digits of dates and times eight bytes at a time. Inside src/model only: what timestamp.cc and
// message_time.cc share, inline because both stand in the path of every line.
// Tests: src/model/time/timestamp_test.cc, src/model/time/message_time_test.cc
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "model/time/timestamp.h"

namespace headgate::civil_text {

static_assert(std::endian::native == std::endian::little, "the first digit must be the lowest byte");

inline std::uint64_t eight_bytes(const char* at) {
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof(word));
  return word;
}

// A pattern of eight bytes: 0 stands for a digit, ? for anything, all else for itself.
class Shape {
 public:
  explicit constexpr Shape(const char (&pattern)[9]) {
    for (unsigned lane = 0; lane < 8; ++lane) {
      const auto byte = static_cast<unsigned char>(pattern[lane]);
      const unsigned shift = 8 * lane;
      if (byte != '?') {
        expected_ |= std::uint64_t{byte} << shift;
        judged_ |= std::uint64_t{0xFF} << shift;
      }
      // After the xor a digit lane holds its value and 0x76 + 9 is the most that leaves the top bit clear;
      // any other lane must be 0.
      slack_ |= std::uint64_t{byte == '0' ? 0x76U : 0x7FU} << shift;
    }
  }

  // Whether `text` has this shape; `values` gets the value of each digit in its lane, 0 elsewhere. A carry
  // can only come out of a lane whose own top bit already condemns the text.
  bool fits(std::uint64_t text, std::uint64_t& values) const {
    values = (text ^ expected_) & judged_;
    return (((values + slack_) | values) & kTopBits) == 0;
  }

  // How many of the leading lanes fit.
  unsigned leading(std::uint64_t text, std::uint64_t& values) const {
    values = (text ^ expected_) & judged_;
    const std::uint64_t unfit = ((values + slack_) | values) & kTopBits;
    return unfit == 0 ? 8U : static_cast<unsigned>(std::countr_zero(unfit)) / 8U;
  }

 private:
  static constexpr std::uint64_t kTopBits = 0x8080'8080'8080'8080U;
  std::uint64_t expected_ = 0;
  std::uint64_t judged_ = 0;
  std::uint64_t slack_ = 0;
};

// The two-digit number that starts at each lane.
inline std::uint64_t pairs(std::uint64_t values) {
  return values * 10 + (values >> 8U);
}
inline int pair_at(std::uint64_t pairs, unsigned lane) {
  return static_cast<int>((pairs >> (8 * lane)) & 0xFFU);
}

// The number that eight digit lanes spell.
inline std::uint32_t eight_digits(std::uint64_t values) {
  values = (values * 10 + (values >> 8U)) & 0x00FF'00FF'00FF'00FFU;
  values = (values * 100 + (values >> 16U)) & 0x0000'FFFF'0000'FFFFU;
  return static_cast<std::uint32_t>(values * 10'000 + (values >> 32U));
}

inline bool is_digit(char byte) {
  return byte >= '0' && byte <= '9';
}

// A letter or a digit directly after a time makes it something else (`11:27:011`, `11:27:01.5abc`).
inline bool ends_a_time(std::string_view text, std::size_t at) {
  if (at >= text.size()) return true;
  const char lower = static_cast<char>(text[at] | 0x20);
  return !is_digit(text[at]) && !(lower >= 'a' && lower <= 'z');
}

constexpr std::size_t kDateTimeBytes = 19;  // YYYY-MM-DDTHH:MM:SS

inline constexpr Shape kIsoDate{"0000-00-"};
inline constexpr Shape kGoDate{"0000/00/"};
inline constexpr Shape kDayAndTime{"00?00:00"};
inline constexpr Shape kTime{"00:00:00"};
inline constexpr Shape kDigits{"00000000"};

// Date and time of the kDateTimeBytes at `text`, the byte between them not looked at; false when they do not
// have that shape. Values are not judged here: timestamp_of() does.
inline bool read_date_time(const char* text, const Shape& date, CivilTime& civil) {
  std::uint64_t year_month = 0;
  std::uint64_t day = 0;
  std::uint64_t time = 0;
  if (!date.fits(eight_bytes(text), year_month)) return false;
  if (!kDayAndTime.fits(eight_bytes(text + 8), day) || !kTime.fits(eight_bytes(text + 11), time))
    return false;
  year_month = pairs(year_month);
  time = pairs(time);
  civil.year = pair_at(year_month, 0) * 100 + pair_at(year_month, 2);
  civil.month = pair_at(year_month, 5);
  civil.day = pair_at(pairs(day), 0);
  civil.hour = pair_at(time, 0);
  civil.minute = pair_at(time, 3);
  civil.second = pair_at(time, 6);
  return true;
}

// `.` or `,` and at least one digit at the start of `text`: the nanoseconds, cut after nine digits. Says how
// many bytes it took; 0 when it does not start so.
inline std::size_t read_fraction(std::string_view text, int& nanosecond) {
  if (text.size() < 2 || (text[0] != '.' && text[0] != ',') || !is_digit(text[1])) return 0;
  std::size_t length = 1;
  int value = 0;
  int scale = 100'000'000;
  if (text.size() > 8) {
    std::uint64_t values = 0;
    const unsigned count = kDigits.leading(eight_bytes(text.data() + 1), values);
    if (count < 8) values &= (std::uint64_t{1} << (8 * count)) - 1;
    value = static_cast<int>(eight_digits(values)) * 10;
    length += count;
    scale = 1;
    if (count < 8) {
      nanosecond = value;
      return length;
    }
  }
  for (; length < text.size() && is_digit(text[length]); ++length) {
    value += (text[length] - '0') * scale;
    scale /= 10;
  }
  nanosecond = value;
  return length;
}

}  // namespace headgate::civil_text
