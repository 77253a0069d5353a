#include "local/system_clock.h"

#include <thread>

#include "conformance/clock.h"
#include "conformance/manual_clock.h"

namespace headgate::conformance {
namespace {

struct SystemClockFixture {
  Clock& clock() { return clock_; }
  local::SystemClock clock_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(SystemClock, ClockConformance, SystemClockFixture);

struct ManualClockFixture {
  Clock& clock() { return clock_; }
  ManualClock clock_;
};
INSTANTIATE_TYPED_TEST_SUITE_P(ManualClock, ClockConformance, ManualClockFixture);

TEST(SystemClock, ASleepIsEndedByWhoeverStopsIt) {
  local::SystemClock clock;
  std::stop_source source;
  bool is_stopped = false;
  {
    std::jthread sleeper([&] { is_stopped = clock.sleep(std::chrono::hours{24}, source.get_token()); });
    source.request_stop();
  }
  EXPECT_TRUE(is_stopped);
}

TEST(SystemClock, TellsAYearThatCanBe) {
  EXPECT_GT(local::SystemClock().now(), Timestamp::from_seconds(1'700'000'000));
}

}  // namespace
}  // namespace headgate::conformance
