#include "model/time/time_ordered_ids.h"

#include <gtest/gtest.h>

#include <limits>
#include <string_view>

namespace headgate {
namespace {

constexpr std::uint64_t kAll = std::numeric_limits<std::uint64_t>::max();

void expect_version_7(const std::string& id) {
  constexpr std::string_view kForm = "xxxxxxxx-xxxx-7xxx-vxxx-xxxxxxxxxxxx";
  ASSERT_EQ(id.size(), kForm.size()) << id;
  for (std::size_t at = 0; at < id.size(); ++at) {
    const std::string_view allowed = kForm[at] == 'x'   ? "0123456789abcdef"
                                     : kForm[at] == 'v' ? "89ab"
                                                        : kForm.substr(at, 1);
    EXPECT_NE(allowed.find(id[at]), std::string_view::npos) << id << " at " << at;
  }
}

TEST(TimeOrderedIds, AreUuidsOfVersion7) {
  TimeOrderedIds ids;
  // The example of RFC 9562, A.6: 2022-02-22T14:22:22.000-05:00.
  const std::string id = ids.next(Timestamp{1'645'557'742'000'000'000}, 0x18C4DC0C0C07398FULL << 2U);
  EXPECT_EQ(id, "017f22e2-79b0-7000-98c4-dc0c0c07398f");
  for (const std::uint64_t random : {std::uint64_t{0}, std::uint64_t{1}, kAll, kAll << 1U}) {
    for (const std::int64_t at : {std::int64_t{-1}, std::int64_t{0}, std::int64_t{1'756'553'221'999'999'999},
                                  std::numeric_limits<std::int64_t>::max()})
      expect_version_7(TimeOrderedIds().next(Timestamp{at}, random));
  }
}

TEST(TimeOrderedIds, SortByTheirTimeWithinAMillisecondToo) {
  std::string before;
  for (std::int64_t step = 0; step < 5000; ++step) {  // of 250 ns; ids of several processes sort the same
    const std::string id =
        TimeOrderedIds().next(Timestamp{1'756'553'221'999'000'000 + step * 250}, step % 2 == 0 ? kAll : 0);
    EXPECT_LE(before.substr(0, 18), id.substr(0, 18)) << step;
    before = id;
  }
}

TEST(TimeOrderedIds, GrowWhateverTheClockDoes) {
  TimeOrderedIds ids;
  const Timestamp now{1'756'553'221'999'999'999};
  std::string before;
  const auto expect_greater = [&](Timestamp at, std::uint64_t random) {
    std::string id = ids.next(at, random);
    EXPECT_LT(before, id);
    before = std::move(id);
  };
  for (int count = 0; count < 10'000; ++count) expect_greater(now, count % 2 == 0 ? kAll : 0);
  expect_greater(now - std::chrono::hours{1}, 0);
  expect_greater(Timestamp{-5}, 0);
  expect_greater(now + std::chrono::seconds{10}, 0);
  EXPECT_EQ(before.substr(0, 13), TimeOrderedIds().next(now + std::chrono::seconds{10}, 1).substr(0, 13))
      << "the clock's time again, once it is later";
}

}  // namespace
}  // namespace headgate
