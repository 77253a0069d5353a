#include "collect/batch/upload_schedule.h"

#include <gtest/gtest.h>

#include <vector>

namespace headgate::collect {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

struct NoChance : Random {
  std::uint64_t next() override { return 0; }
};

class UploadScheduleTest : public testing::Test {
 protected:
  using Numbers = std::vector<std::uint64_t>;
  Numbers due() {
    Numbers found;
    while (const auto sequence = schedule_.next(now_)) found.push_back(*sequence);
    return found;
  }
  void add(const Numbers& sequences) {
    for (const std::uint64_t sequence : sequences) schedule_.add(sequence);
  }
  void fail(const Numbers& sequences, const std::string& tenant) {
    for (const std::uint64_t sequence : sequences) schedule_.failed(sequence, tenant, now_);
  }

  NoChance random_;
  SteadyTime now_{std::chrono::hours{1}};
  UploadSchedule schedule_{random_, {.first = milliseconds{200}, .longest = seconds{30}}};
};

TEST_F(UploadScheduleTest, EveryBatchIsTriedOnceAtOnceInTheOrderOfSealing) {
  add({1, 2, 3});
  EXPECT_EQ(due(), (Numbers{1, 2, 3}));
  EXPECT_EQ(due(), Numbers{});
}

TEST_F(UploadScheduleTest, ATenantThatIsRefusedHoldsUpNoOther) {
  add({1, 2, 3, 4, 5});
  due();
  fail({1, 2, 3, 4}, "refused");
  fail({5}, "unlucky");
  add({6});
  EXPECT_EQ(due(), (Numbers{6}));
  now_ += seconds{1};
  EXPECT_EQ(due(), (Numbers{1, 5})) << "one of each";
  schedule_.stored(5);
  fail({1}, "refused");
  now_ += seconds{1};
  EXPECT_EQ(due(), (Numbers{2})) << "in turn: it may be the first alone that is refused";
}

TEST_F(UploadScheduleTest, WaitsLongerAndLongerAndThenNoLonger) {
  add({1});
  due();
  SteadyTime::duration before{};
  for (int failures = 1; failures <= 40; ++failures) {
    const SteadyTime::duration wait = schedule_.failed(1, "t", now_);
    EXPECT_GE(wait, before);
    EXPECT_LE(wait, seconds{30});
    now_ += wait - milliseconds{1};
    EXPECT_EQ(due(), Numbers{});
    now_ += milliseconds{1};
    EXPECT_EQ(due(), Numbers{1});
    before = wait;
  }
  EXPECT_GE(before, seconds{15});
}

TEST_F(UploadScheduleTest, WhenOneArrivesTheOthersOfItsTenantAreTriedAtOnce) {
  add({1, 2, 3});
  due();
  fail({1, 2, 3}, "t");
  now_ += seconds{1};
  ASSERT_EQ(due(), Numbers{1});
  schedule_.stored(1);
  EXPECT_EQ(due(), (Numbers{2, 3}));
}

TEST_F(UploadScheduleTest, ABatchThatIsPutAsideHoldsUpNoOther) {
  add({1, 2});
  due();
  fail({1, 2}, "t");
  now_ += seconds{1};
  ASSERT_EQ(due(), Numbers{1});
  schedule_.given_up(1);
  EXPECT_EQ(due(), Numbers{2});
  schedule_.given_up(2);
  now_ += seconds{60};
  EXPECT_EQ(due(), Numbers{});
}

}  // namespace
}  // namespace headgate::collect
