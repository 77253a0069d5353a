#include "deliver/object_text.h"

#include <gtest/gtest.h>

#include <limits>

namespace headgate::deliver {
namespace {

TEST(Decompression, IsBoundByWhatIsStoredAndAlwaysAllowsAFixedSize) {
  const Decompression limits{.ratio_max = 10, .bytes_always = 1'000};
  EXPECT_EQ(limits.bytes_max(0), 1'000U);
  EXPECT_EQ(limits.bytes_max(100), 1'000U);
  EXPECT_EQ(limits.bytes_max(101), 1'010U);
  // Sizes come from outside.
  EXPECT_EQ(limits.bytes_max(std::numeric_limits<std::uint64_t>::max()),
            std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ((Decompression{.ratio_max = 0, .bytes_always = 0}.bytes_max(5)), 5U);
}

}  // namespace
}  // namespace headgate::deliver
