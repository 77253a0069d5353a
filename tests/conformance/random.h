// What every Random keeps.
//
// A Backend has:  Random& random();
#pragma once

#include <gtest/gtest.h>

#include <set>
#include <string>

#include "ports/random.h"

namespace headgate::conformance {

template <typename Backend>
class RandomConformance : public testing::Test {
 protected:
  Backend backend_;
};
TYPED_TEST_SUITE_P(RandomConformance);

TYPED_TEST_P(RandomConformance, GivesNoNumberTwiceAndUsesEveryBit) {
  std::set<std::uint64_t> seen;
  std::uint64_t ones = 0;
  std::uint64_t zeros = 0;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t number = this->backend_.random().next();
    EXPECT_TRUE(seen.insert(number).second);
    ones |= number;
    zeros |= ~number;
  }
  EXPECT_EQ(ones, ~0ULL);
  EXPECT_EQ(zeros, ~0ULL);
}

TYPED_TEST_P(RandomConformance, MakesVersion4Uuids) {
  const std::string uuid = this->backend_.random().uuid();
  ASSERT_EQ(uuid.size(), 36U);
  EXPECT_EQ(uuid[14], '4');
  EXPECT_NE(std::string("89ab").find(uuid[19]), std::string::npos);
  EXPECT_NE(uuid, this->backend_.random().uuid());
}

REGISTER_TYPED_TEST_SUITE_P(RandomConformance, GivesNoNumberTwiceAndUsesEveryBit, MakesVersion4Uuids);

}  // namespace headgate::conformance
