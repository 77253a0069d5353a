#include "loggen/time_text.h"

#include <cstring>
#include <string_view>

#include "base/check.h"
#include "loggen/digits.h"

namespace headgate::loggen {
namespace {

constexpr std::size_t kDateAndTimeBytes = 19;  // 2025-08-30T11:27:01
constexpr std::size_t kAccessLogBytes = 20;    // 30/Aug/2025:11:27:01

char* put(std::string_view text, char* into) {
  std::memcpy(into, text.data(), text.size());
  return into + text.size();
}

char* put(char letter, char* into) {
  *into = letter;
  return into + 1;
}

char* put_two(int number, char* into) {
  return write_padded<2>(static_cast<std::uint32_t>(number), into);
}
char* put_four(int number, char* into) {
  return write_padded<4>(static_cast<std::uint32_t>(number), into);
}

char* put_time_of_day(const CivilTime& civil, char* into) {
  into = put(':', put_two(civil.hour, into));
  into = put(':', put_two(civil.minute, into));
  return put_two(civil.second, into);
}

}  // namespace

void TimeText::set(Timestamp at) {
  const std::int64_t second = at.seconds();
  nanosecond_ = static_cast<std::uint32_t>(at.nanoseconds - second * 1'000'000'000);
  if (second == second_) return;

  CHECK(second >= 0);
  second_ = second;
  const CivilTime civil = civil_of(at);
  char* into = put('-', put_four(civil.year, date_and_time_.data()));
  into = put('-', put_two(civil.month, into));
  into = put('T', put_two(civil.day, into));
  put_time_of_day(civil, into);

  constexpr std::string_view kMonths = "JanFebMarAprMayJunJulAugSepOctNovDec";
  into = put('/', put_two(civil.day, access_log_.data()));
  into = put('/', put(kMonths.substr(static_cast<std::size_t>(civil.month - 1) * 3, 3), into));
  into = put(':', put_four(civil.year, into));
  put_time_of_day(civil, into);

  unix_bytes_ =
      static_cast<std::size_t>(write_number(static_cast<std::uint64_t>(second), unix_.data()) - unix_.data());
}

char* TimeText::write_iso(int digits, char* into) const {
  into = put({date_and_time_.data(), kDateAndTimeBytes}, into);
  if (digits > 0) into = put('.', into);
  if (digits == 3) into = write_padded<3>(nanosecond_ / 1'000'000, into);
  if (digits == 6) into = write_padded<6>(nanosecond_ / 1'000, into);
  if (digits == 9) into = write_padded<9>(nanosecond_, into);
  return put('Z', into);
}

char* TimeText::write_nano_trimmed(char* into) const {
  if (nanosecond_ == 0) return write_iso(0, into);
  char* end = write_iso(9, into) - 1;
  while (end[-1] == '0') --end;
  return put('Z', end);
}

char* TimeText::write(TimeForm form, char* into) const {
  const std::string_view date_and_time(date_and_time_.data(), kDateAndTimeBytes);
  const std::string_view unix_second(unix_.data(), unix_bytes_);
  switch (form) {
    case TimeForm::IsoSecond:
      return write_iso(0, into);
    case TimeForm::IsoMilli:
      return write_iso(3, into);
    case TimeForm::IsoMicro:
      return write_iso(6, into);
    case TimeForm::IsoNano:
      return write_iso(9, into);
    case TimeForm::GoNano:
      return write_nano_trimmed(into);
    case TimeForm::Python: {
      char* end = put(',', put(date_and_time, into));
      into[10] = ' ';
      return write_padded<3>(nanosecond_ / 1'000'000, end);
    }
    case TimeForm::UnixMicro:
      return write_padded<6>(nanosecond_ / 1'000, put('.', put(unix_second, into)));
    case TimeForm::UnixMilli:
      return write_padded<3>(nanosecond_ / 1'000'000, put(unix_second, into));
    case TimeForm::Klog:
      into = put(' ', put(date_and_time.substr(8, 2), put(date_and_time.substr(5, 2), into)));
      return write_padded<6>(nanosecond_ / 1'000, put('.', put(date_and_time.substr(11), into)));
    case TimeForm::Go:
    case TimeForm::GoMicro: {
      char* end = put(date_and_time, into);
      into[4] = into[7] = '/';
      into[10] = ' ';
      return form == TimeForm::Go ? end : write_padded<6>(nanosecond_ / 1'000, put('.', end));
    }
    case TimeForm::AccessLog:
      return put(" +0000", put({access_log_.data(), kAccessLogBytes}, into));
  }
  CHECK(false);
}

}  // namespace headgate::loggen
