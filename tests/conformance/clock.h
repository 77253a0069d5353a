// What every Clock keeps.
//
// A Backend has:  Clock& clock();
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <stop_token>

#include "ports/clock.h"

namespace headgate::conformance {

template <typename Backend>
class ClockConformance : public testing::Test {
 protected:
  Backend backend_;
};
TYPED_TEST_SUITE_P(ClockConformance);

TYPED_TEST_P(ClockConformance, SteadyTimeNeverGoesBack) {
  SteadyTime before = this->backend_.clock().steady();
  for (int i = 0; i < 1000; ++i) {
    const SteadyTime now = this->backend_.clock().steady();
    ASSERT_GE(now, before);
    before = now;
  }
}

TYPED_TEST_P(ClockConformance, ASleepTakesItsTimeAndSaysThatNobodyStoppedIt) {
  Clock& clock = this->backend_.clock();
  const SteadyTime before = clock.steady();
  EXPECT_FALSE(clock.sleep(std::chrono::milliseconds{3}, {}));
  EXPECT_GE(clock.steady() - before, std::chrono::milliseconds{3});
}

TYPED_TEST_P(ClockConformance, ASleepThatIsStoppedSaysSo) {
  Clock& clock = this->backend_.clock();
  std::stop_source source;
  source.request_stop();
  EXPECT_TRUE(clock.sleep(std::chrono::hours{1}, source.get_token()));
  EXPECT_TRUE(clock.sleep(std::chrono::nanoseconds::max(), source.get_token()));
}

TYPED_TEST_P(ClockConformance, ANegativeSleepEndsAtOnce) {
  EXPECT_FALSE(this->backend_.clock().sleep(std::chrono::seconds{-5}, {}));
}

REGISTER_TYPED_TEST_SUITE_P(ClockConformance, SteadyTimeNeverGoesBack,
                            ASleepTakesItsTimeAndSaysThatNobodyStoppedIt, ASleepThatIsStoppedSaysSo,
                            ANegativeSleepEndsAtOnce);

}  // namespace headgate::conformance
