#include "loggen/time_text.h"

#include <gtest/gtest.h>

#include <string>

namespace headgate::loggen {
namespace {

std::string text_of(TimeText& time, TimeForm form) {
  std::string text(TimeText::kBytesMax, '?');
  text.resize(static_cast<std::size_t>(time.write(form, text.data()) - text.data()));
  return text;
}

constexpr Timestamp kMoment{1'756'553'221'564'974'123};  // 2025-08-30T11:27:01.564974123Z

TEST(TimeText, WritesEachForm) {
  struct Case {
    TimeForm form;
    std::string_view text;
  };
  TimeText time;
  time.set(kMoment);
  for (const Case& tried :
       {Case{TimeForm::IsoSecond, "2025-08-30T11:27:01Z"},
        Case{TimeForm::IsoMilli, "2025-08-30T11:27:01.564Z"},
        Case{TimeForm::IsoMicro, "2025-08-30T11:27:01.564974Z"},
        Case{TimeForm::IsoNano, "2025-08-30T11:27:01.564974123Z"},
        Case{TimeForm::GoNano, "2025-08-30T11:27:01.564974123Z"},
        Case{TimeForm::Python, "2025-08-30 11:27:01,564"}, Case{TimeForm::UnixMicro, "1756553221.564974"},
        Case{TimeForm::UnixMilli, "1756553221564"}, Case{TimeForm::Klog, "0830 11:27:01.564974"},
        Case{TimeForm::Go, "2025/08/30 11:27:01"}, Case{TimeForm::GoMicro, "2025/08/30 11:27:01.564974"},
        Case{TimeForm::AccessLog, "30/Aug/2025:11:27:01 +0000"}}) {
    EXPECT_EQ(text_of(time, tried.form), tried.text);
  }
}

TEST(TimeText, LeavesOutTheLastZerosOfAFractionAsGoDoes) {
  TimeText time;
  time.set({1'756'553'221'000'000'000});
  EXPECT_EQ(text_of(time, TimeForm::GoNano), "2025-08-30T11:27:01Z");
  EXPECT_EQ(text_of(time, TimeForm::IsoNano), "2025-08-30T11:27:01.000000000Z");
  time.set({1'756'553'221'500'000'000});
  EXPECT_EQ(text_of(time, TimeForm::GoNano), "2025-08-30T11:27:01.5Z");
  time.set({1'756'553'221'000'000'010});
  EXPECT_EQ(text_of(time, TimeForm::GoNano), "2025-08-30T11:27:01.00000001Z");
}

TEST(TimeText, FollowsTimeAcrossSecondsAndYearsAndBack) {
  TimeText time;
  time.set({1'767'225'599'999'999'999});
  EXPECT_EQ(text_of(time, TimeForm::IsoNano), "2025-12-31T23:59:59.999999999Z");
  time.set({1'767'225'600'000'000'000});
  EXPECT_EQ(text_of(time, TimeForm::Klog), "0101 00:00:00.000000");
  EXPECT_EQ(text_of(time, TimeForm::AccessLog), "01/Jan/2026:00:00:00 +0000");
  time.set(kMoment);
  EXPECT_EQ(text_of(time, TimeForm::UnixMilli), "1756553221564");
}

}  // namespace
}  // namespace headgate::loggen
