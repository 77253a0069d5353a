#include "aws/call/http_date.h"

#include <array>

namespace headgate::aws {
namespace {

// Returns -1 if `digits` is not a number.
int number(std::string_view digits) {
  int value = 0;
  for (const char digit : digits) {
    if (digit < '0' || digit > '9') return -1;
    value = value * 10 + (digit - '0');
  }
  return value;
}

}  // namespace

std::optional<Timestamp> parse_http_date(std::string_view text) {
  constexpr std::string_view kShape = "ddd, 00 mmm 0000 00:00:00 GMT";
  constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (text.size() != kShape.size()) return std::nullopt;
  for (const std::size_t at : {3U, 4U, 7U, 11U, 16U, 19U, 22U, 25U, 26U, 27U, 28U}) {
    if (text[at] != kShape[at]) return std::nullopt;
  }
  CivilTime civil;
  civil.month = 0;
  for (std::size_t month = 0; month < kMonths.size(); ++month) {
    if (text.substr(8, 3) == kMonths[month]) civil.month = static_cast<int>(month) + 1;
  }
  civil.day = number(text.substr(5, 2));
  civil.year = number(text.substr(12, 4));
  civil.hour = number(text.substr(17, 2));
  civil.minute = number(text.substr(20, 2));
  civil.second = number(text.substr(23, 2));
  for (const int part : {civil.day, civil.year, civil.hour, civil.minute, civil.second}) {
    if (part < 0) return std::nullopt;
  }
  return timestamp_of(civil);  // none for month 0
}

}  // namespace headgate::aws
