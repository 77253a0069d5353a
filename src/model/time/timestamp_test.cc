#include "model/time/timestamp.h"

#include <gtest/gtest.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headgate {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;

struct IsoCase {
  std::string_view text;
  std::string_view utc;  // as format_rfc3339 writes it; empty: no time
  std::size_t length = 0;
  bool has_zone = false;
};

void expect_read(std::initializer_list<IsoCase> cases) {
  for (const IsoCase& expected : cases) {
    const std::optional<ParsedTime> parsed = parse_iso_prefix(expected.text);
    EXPECT_EQ(parsed.has_value(), !expected.utc.empty()) << expected.text;
    if (!parsed) continue;
    EXPECT_EQ(to_rfc3339(parsed->at), expected.utc) << expected.text;
    EXPECT_EQ(parsed->length, expected.length) << expected.text;
    EXPECT_EQ(parsed->has_zone, expected.has_zone) << expected.text;
  }
}

TEST(IsoTime, IsReadWithEachSeparatorAndWhateverTextFollows) {
  expect_read({IsoCase{"2025-08-30T11:27:01.564974123Z", "2025-08-30T11:27:01.564974123Z", 30, true},
               IsoCase{"2025-08-30T11:27:01Z text", "2025-08-30T11:27:01.000000000Z", 20, true},
               IsoCase{"2025-08-30t11:27:01z", "2025-08-30T11:27:01.000000000Z", 20, true},
               IsoCase{"2025-08-30 11:27:01", "2025-08-30T11:27:01.000000000Z", 19, false},
               IsoCase{"2015-07-29 17:41:44,747 - INFO", "2015-07-29T17:41:44.747000000Z", 23, false},
               IsoCase{"2015-07-29 17:41:44. Started", "2015-07-29T17:41:44.000000000Z", 19, false},
               IsoCase{"2015-07-29 17:41:44, then", "2015-07-29T17:41:44.000000000Z", 19, false},
               IsoCase{"2025-08-30T11:27:01 - text", "2025-08-30T11:27:01.000000000Z", 19, false},
               IsoCase{"2025-08-30T11:27:01- text", "2025-08-30T11:27:01.000000000Z", 19, false},
               IsoCase{"2025-08-30T11:27:01 +02:00", "2025-08-30T11:27:01.000000000Z", 19, false},
               IsoCase{"2025-08-30T11:27:01\xC3\xA9", "2025-08-30T11:27:01.000000000Z", 19, false}});
}

TEST(IsoTime, IsReadToTheNanosecondWithAnyNumberOfDigits) {
  expect_read({IsoCase{"2025-08-30T11:27:01.5Z", "2025-08-30T11:27:01.500000000Z", 22, true},
               IsoCase{"2025-08-30T11:27:01.56Z", "2025-08-30T11:27:01.560000000Z", 23, true},
               IsoCase{"2025-08-30T11:27:01.564Z", "2025-08-30T11:27:01.564000000Z", 24, true},
               IsoCase{"2025-08-30T11:27:01.5649Z", "2025-08-30T11:27:01.564900000Z", 25, true},
               IsoCase{"2025-08-30T11:27:01.56497Z", "2025-08-30T11:27:01.564970000Z", 26, true},
               IsoCase{"2025-08-30T11:27:01.564974Z", "2025-08-30T11:27:01.564974000Z", 27, true},
               IsoCase{"2025-08-30T11:27:01.5649741Z", "2025-08-30T11:27:01.564974100Z", 28, true},
               IsoCase{"2025-08-30T11:27:01.56497412Z", "2025-08-30T11:27:01.564974120Z", 29, true},
               IsoCase{"2025-08-30T11:27:01.000000001Z", "2025-08-30T11:27:01.000000001Z", 30, true},
               IsoCase{"2025-08-30T11:27:01.9999999999Z", "2025-08-30T11:27:01.999999999Z", 31, true},
               IsoCase{"2025-08-30T11:27:01.123456789012345678901234567890Z",
                       "2025-08-30T11:27:01.123456789Z", 51, true},
               IsoCase{"2025-08-30T11:27:01.5", "2025-08-30T11:27:01.500000000Z", 21, false},
               IsoCase{"2025-08-30T11:27:01.5 and more text", "2025-08-30T11:27:01.500000000Z", 21, false},
               IsoCase{"2025-08-30T11:27:01.564974123", "2025-08-30T11:27:01.564974123Z", 29, false}});
}

TEST(IsoTime, IsReadInItsZone) {
  expect_read({IsoCase{"2025-08-30T11:27:01+00:00", "2025-08-30T11:27:01.000000000Z", 25, true},
               IsoCase{"2025-08-30T11:27:01-00:00", "2025-08-30T11:27:01.000000000Z", 25, true},
               IsoCase{"2025-08-30T11:27:01-0000 x", "2025-08-30T11:27:01.000000000Z", 24, true},
               IsoCase{"2025-08-30T11:27:01-05:00", "2025-08-30T16:27:01.000000000Z", 25, true},
               IsoCase{"2025-08-30T11:27:01+0530", "2025-08-30T05:57:01.000000000Z", 24, true},
               IsoCase{"2025-08-30T11:27:01+02", "2025-08-30T09:27:01.000000000Z", 22, true},
               IsoCase{"2025-08-30T11:27:01+02: x", "2025-08-30T09:27:01.000000000Z", 22, true},
               IsoCase{"2025-08-30T11:27:01.25+14:00", "2025-08-29T21:27:01.250000000Z", 28, true},
               IsoCase{"2025-12-31T23:30:00-01:00", "2026-01-01T00:30:00.000000000Z", 25, true},
               IsoCase{"2025-01-01T00:30:00+23:59", "2024-12-31T00:31:00.000000000Z", 25, true}});
}

TEST(IsoTime, IsRefusedWhenItsDateIsNotReal) {
  expect_read({IsoCase{"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000000000Z", 20, true},
               IsoCase{"2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000000000Z", 20, true},
               IsoCase{"2023-02-29T00:00:00Z", ""},
               IsoCase{"1900-02-29T00:00:00Z", ""},
               IsoCase{"2025-04-31T00:00:00Z", ""},
               IsoCase{"2025-13-01T00:00:00Z", ""},
               IsoCase{"2025-00-01T00:00:00Z", ""},
               IsoCase{"2025-01-00T00:00:00Z", ""},
               IsoCase{"2025-01-32T00:00:00Z", ""},
               IsoCase{"2025-08-30T24:00:00Z", ""},
               IsoCase{"2025-08-30T23:60:00Z", ""},
               IsoCase{"2025-08-30T23:00:61Z", ""},
               IsoCase{"2016-12-31T23:59:60Z", "2016-12-31T23:59:59.999999999Z", 20, true},
               IsoCase{"2016-12-31T23:59:60.25Z", "2016-12-31T23:59:59.999999999Z", 23, true},
               IsoCase{"2017-01-01T08:59:60+09:00", "2016-12-31T23:59:59.999999999Z", 25, true},
               IsoCase{"2016-12-31T18:29:60-05:30", "2016-12-31T23:59:59.999999999Z", 25, true},
               IsoCase{"2016-12-31T12:00:60Z", ""},
               IsoCase{"2016-12-31T23:59:60+09:00", ""},
               IsoCase{"0001-01-01T00:00:00Z", ""},
               IsoCase{"9999-12-31T23:59:59Z", ""},
               IsoCase{"1677-09-21T00:12:43.145224192Z", "1677-09-21T00:12:43.145224192Z", 30, true},
               IsoCase{"1677-09-21T00:12:43.145224191Z", ""},
               IsoCase{"2262-04-11T23:47:16.854775807Z", "2262-04-11T23:47:16.854775807Z", 30, true},
               IsoCase{"2262-04-11T23:47:16.854775808Z", ""},
               IsoCase{"1969-12-31T23:59:59.999999999Z", "1969-12-31T23:59:59.999999999Z", 30, true}});
}

TEST(IsoTime, IsRefusedWhenWhatFollowsMakesItSomethingElse) {
  expect_read({IsoCase{"", ""},
               IsoCase{"2025-08-30", ""},
               IsoCase{"2025-08-30T11:27", ""},
               IsoCase{"2025-08-30T11:27:0", ""},
               IsoCase{"2025-08-30T11:27:011", ""},
               IsoCase{"2025-08-30T11:27:01.5abc", ""},
               IsoCase{"2025-08-30T11:27:01abc", ""},
               IsoCase{"2025-08-30T11:27:01.564974abc", ""},
               IsoCase{"2025-08-30T11:27:01ZZ", ""},
               IsoCase{"2025-08-30T11:27:01Z1", ""},
               IsoCase{"2025-08-30T11:27:01+02:00x", ""},
               IsoCase{"2025-08-30T11:27:01+2", ""},
               IsoCase{"2025-08-30T11:27:01+02:3", ""},
               IsoCase{"2025-08-30T11:27:01+053", ""},
               IsoCase{"2025-08-30T11:27:01+25:00", ""},
               IsoCase{"2025-08-30T11:27:01-05:60", ""},
               IsoCase{"2025-08-30  11:27:01", ""},
               IsoCase{"2025-08-30x11:27:01", ""},
               IsoCase{"2025/08/30 11:27:01", ""},
               IsoCase{"+025-08-30T11:27:01", ""},
               IsoCase{"2O25-08-30T11:27:01Z", ""},
               IsoCase{"2025-08-30T11:27:0\xB1Z", ""},
               IsoCase{"2025-08-30T11-27-01Z", ""},
               IsoCase{":025-08-30T11:27:01Z", ""},
               IsoCase{"/025-08-30T11:27:01Z", ""}});
}

TEST(Timestamp, EveryByteOfADateMustBeWhatItsPlaceWants) {
  const std::string good = "2025-08-30T11:27:01.564974123Z";
  for (std::size_t at = 0; at < good.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string text = good;
      text[at] = static_cast<char>(byte);
      const bool was_digit = good[at] >= '0' && good[at] <= '9';
      const bool is_digit = byte >= '0' && byte <= '9';
      const std::optional<Timestamp> parsed = parse_rfc3339(text);
      const std::optional<ParsedTime> slow = parse_iso_prefix(text);
      if (parsed) {
        ASSERT_TRUE(slow.has_value() && slow->at == *parsed) << text;
        // A digit may only be replaced by a digit, or (in the fraction) cut it short by a zone.
        ASSERT_TRUE(was_digit == is_digit || (at == 28 && (byte == 'Z' || byte == 'z'))) << text;
      } else {
        ASSERT_FALSE(slow && slow->has_zone && slow->length == text.size()) << text;
      }
    }
  }
}

TEST(Timestamp, Rfc3339MustBeAllOfTheTextAndHaveAZone) {
  EXPECT_EQ(parse_rfc3339("2025-08-30T11:27:01.564974123Z"), Timestamp{1'756'553'221'564'974'123});
  EXPECT_EQ(parse_rfc3339("2025-08-30T13:27:01.564974123+02:00"), Timestamp{1'756'553'221'564'974'123});
  EXPECT_EQ(parse_rfc3339("2025-08-30T11:27:01Z"), Timestamp{1'756'553'221 * kSecond});
  EXPECT_EQ(parse_rfc3339("2016-12-31T23:59:60.000000000Z"), Timestamp{1'483'228'799'999'999'999});
  for (const std::string_view text :
       {"2025-08-30T11:27:01.564974123", "2025-08-30T11:27:01Z ", " 2025-08-30T11:27:01Z",
        "2025-08-30T11:27:01.564974123Z x", "2025-02-30T11:27:01.564974123Z", ""}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

// Every day that a Timestamp holds in full, against two calendars that are not ours.
TEST(Timestamp, AgreesWithTwoOtherCalendarsOnEveryDay) {
  using std::chrono::days;
  using std::chrono::sys_days;
  using std::chrono::year_month_day;
  const sys_days first = sys_days{std::chrono::year{1678} / 1 / 1};
  const sys_days last = sys_days{std::chrono::year{2261} / 12 / 31};
  for (sys_days day = first; day <= last; day += days{1}) {
    const year_month_day date{day};
    const CivilTime civil{.year = static_cast<int>(date.year()),
                          .month = static_cast<int>(static_cast<unsigned>(date.month())),
                          .day = static_cast<int>(static_cast<unsigned>(date.day()))};
    const std::int64_t seconds = std::int64_t{day.time_since_epoch().count()} * 86'400;
    const std::optional<Timestamp> at = timestamp_of(civil);
    ASSERT_EQ(at, Timestamp::from_seconds(seconds));
    for (const std::int64_t second : {std::int64_t{0}, std::int64_t{43'211}, std::int64_t{86'399}}) {
      const std::time_t system = seconds + second;
      std::tm expected{};
      ASSERT_NE(gmtime_r(&system, &expected), nullptr);
      const CivilTime found = civil_of(Timestamp{system * kSecond + kSecond - 1});
      ASSERT_EQ(found.year, expected.tm_year + 1900);
      ASSERT_EQ(found.month, expected.tm_mon + 1);
      ASSERT_EQ(found.day, expected.tm_mday);
      ASSERT_EQ(found.hour, expected.tm_hour);
      ASSERT_EQ(found.minute, expected.tm_min);
      ASSERT_EQ(found.second, expected.tm_sec);
      ASSERT_EQ(found.nanosecond, kSecond - 1);
    }
  }
}

TEST(Timestamp, RefusesADateExactlyWhenTheCalendarDoes) {
  for (int year = 1678; year <= 2261; ++year) {
    for (int month = 0; month <= 13; ++month) {
      for (int day = 0; day <= 32; ++day) {
        const std::chrono::year_month_day date{std::chrono::year{year},
                                               std::chrono::month{static_cast<unsigned>(month)},
                                               std::chrono::day{static_cast<unsigned>(day)}};
        ASSERT_EQ(timestamp_of({.year = year, .month = month, .day = day}).has_value(), date.ok());
      }
    }
  }
}

TEST(Timestamp, RefusesTimesOfDayAndOffsetsThatAreNone) {
  EXPECT_TRUE(timestamp_of({.hour = 23, .minute = 59, .second = 59, .nanosecond = 999'999'999}));
  for (const CivilTime& civil :
       {CivilTime{.hour = 24}, CivilTime{.hour = -1}, CivilTime{.minute = 60}, CivilTime{.minute = -1},
        CivilTime{.second = 61}, CivilTime{.second = -1}, CivilTime{.second = 60},
        CivilTime{.nanosecond = 1'000'000'000}, CivilTime{.nanosecond = -1}, CivilTime{.year = -5}}) {
    EXPECT_FALSE(timestamp_of(civil));
  }
  EXPECT_TRUE(timestamp_of({}, 1'439));
  EXPECT_FALSE(timestamp_of({}, 1'440));
  EXPECT_FALSE(timestamp_of({}, -1'440));
}

TEST(Timestamp, IsWrittenAndReadBackTheSameOverItsWholeRange) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  std::vector<std::int64_t> moments = {kLeast, kLeast + 1, kMost, kMost - 1, 0, -1, 1, -kSecond, kSecond};
  std::uint64_t state = 42;
  for (int count = 0; count < 200'000; ++count) {
    state = state * 6'364'136'223'846'793'005U + 1'442'695'040'888'963'407U;
    moments.push_back(static_cast<std::int64_t>(state ^ (state >> 29U)));
  }
  for (const std::int64_t nanoseconds : moments) {
    const std::string text = to_rfc3339(Timestamp{nanoseconds});
    ASSERT_EQ(text.size(), kRfc3339Bytes);
    ASSERT_EQ(parse_rfc3339(text), Timestamp{nanoseconds}) << text;
  }
  EXPECT_EQ(to_rfc3339(Timestamp{kLeast}), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(to_rfc3339(Timestamp{kMost}), "2262-04-11T23:47:16.854775807Z");
}

TEST(Timestamp, IsWrittenForKeysInUtcToTheSecond) {
  EXPECT_EQ(to_key_time(Timestamp{1'756'553'221'999'999'999}), "20250830-112701");
  EXPECT_EQ(to_key_time(Timestamp{-1}), "19691231-235959");
}

TEST(Timestamp, RoundsTowardsThePast) {
  EXPECT_EQ(Timestamp{-1}.seconds(), -1);
  EXPECT_EQ(Timestamp{-1'000'001}.milliseconds(), -2);
  EXPECT_EQ(Timestamp{1'999'999}.milliseconds(), 1);
}

TEST(Timestamp, OfACountBeyondWhatItHoldsIsTheNearestMomentThereIs) {
  constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();
  constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(Timestamp::from_milliseconds(kMost / 1'000'000).milliseconds(), kMost / 1'000'000);
  EXPECT_EQ(Timestamp::from_milliseconds(kMost / 1'000'000 + 1), Timestamp{kMost});
  EXPECT_EQ(Timestamp::from_milliseconds(kMost), Timestamp{kMost});
  EXPECT_EQ(Timestamp::from_milliseconds(kLeast), Timestamp{kLeast});
  EXPECT_EQ(Timestamp::from_seconds(kMost / kSecond).seconds(), kMost / kSecond);
  EXPECT_EQ(Timestamp::from_seconds(kMost / kSecond + 1), Timestamp{kMost});
  EXPECT_EQ(Timestamp::from_seconds(kLeast / kSecond - 1), Timestamp{kLeast});
}

TEST(Timestamp, SumsAndDifferencesStopAtTheEndsOfTime) {
  using std::chrono::nanoseconds;
  constexpr Timestamp kFirst{std::numeric_limits<std::int64_t>::min()};
  constexpr Timestamp kLast{std::numeric_limits<std::int64_t>::max()};
  EXPECT_EQ(kLast + nanoseconds{1}, kLast);
  EXPECT_EQ(kFirst + nanoseconds{-1}, kFirst);
  EXPECT_EQ(kFirst - nanoseconds{1}, kFirst);
  EXPECT_EQ(kLast - nanoseconds{-1}, kLast);
  EXPECT_EQ(kLast - kFirst, nanoseconds::max());
  EXPECT_EQ(kFirst - kLast, nanoseconds::min());
  EXPECT_EQ(Timestamp{0} - kFirst, nanoseconds::max());
  EXPECT_EQ(Timestamp{5} - nanoseconds{7}, Timestamp{-2});
  EXPECT_EQ(Timestamp{5} - Timestamp{7}, nanoseconds{-2});
}

TEST(Timestamp, IsWrittenTheSameBesideAnyOther) {
  constexpr std::int64_t kNanoseconds[] = {
      0, 1, 99'999, 123'456'789, 999'999'999, 1'000'000'000, 1'000'000'001};
  std::string beside(kRfc3339Bytes, '?');
  for (const std::int64_t begin :
       {std::int64_t{0}, std::int64_t{1'767'225'599'000'000'000}, std::int64_t{-7'000'000'000}}) {
    for (const std::int64_t left : kNanoseconds) {
      for (const std::int64_t right : kNanoseconds) {
        const Timestamp other{begin + left};
        const Timestamp at{begin + right};
        format_rfc3339_beside(other, to_rfc3339(other).c_str(), at, beside.data());
        EXPECT_EQ(beside, to_rfc3339(at));
      }
    }
  }
}

}  // namespace
}  // namespace headgate
